# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each call to the stop list sends, and what its response means."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer
from ansible_collections.community.smspartner.plugins.module_utils._api import Api, Call, Outcome
from ansible_collections.community.smspartner.plugins.module_utils._errors import NoUsableAnswer, Refusal, SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Entries, Stop, StopList

NUMBER, OTHER = "+33612345678", "+33712345678"
ROWS = [{"id": 19, "phoneNumber": NUMBER, "createdAt": "2015-07-20 10:19:45"}, {"id": "20", "phoneNumber": OTHER}, {"id": 21, "phoneNumber": NUMBER}]
STOPS = [Stop(19, NUMBER, "2015-07-20 10:19:45"), Stop(20, OTHER, None), Stop(21, NUMBER, None)]
READ = Call("read the stop list", "GET", "/stop-sms/list", {}, changes=False)
ADD = Call(f"add {NUMBER}", "POST", "/stop-sms/add", {"phoneNumber": NUMBER}, expected=(3, 15))


def outcome(code: int = 200, in_doubt: bool = False, message: str = "", **members: t.Any) -> Outcome:
    return Outcome(Answer(code, message, {"code": code, **members}, ""), 207, in_doubt)


def listing(rows: t.Any) -> Outcome:
    return outcome(data=rows, nbData=str(len(rows)))


class Script:
    """In place of Api: each call gets the next of the given outcomes."""

    def __init__(self, *outcomes: Outcome | SmsPartnerError) -> None:
        self._outcomes = iter(outcomes)
        self.calls: list[Call] = []

    def call(self, call: Call) -> Outcome:
        self.calls.append(call)
        outcome = next(self._outcomes)
        if isinstance(outcome, SmsPartnerError):
            raise outcome
        return outcome


def stop_list(*outcomes: Outcome | SmsPartnerError) -> tuple[StopList, Script]:
    script = Script(*outcomes)
    return StopList(t.cast(Api, script)), script


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, [19, 20, 21]),
        ({"numbers": {NUMBER}}, [19, 21]),
        ({"ids": {20}}, [20]),
        ({"numbers": {OTHER}, "ids": {19, 99}}, [19, 20]),
        ({"numbers": set()}, []),
        ({"ids": set()}, []),
    ],
)
def test_entries_that_match_either_are_returned(wanted: dict[str, t.Any], ids: list[int]) -> None:
    stops, script = stop_list(listing(ROWS))
    assert stops.entries(**wanted) == Entries([stop for stop in STOPS if stop.id in ids], 3)
    assert script.calls == [READ]


@pytest.mark.parametrize("row", [{"id": 1}, {"id": "1", "phoneNumber": None}, {"id": 1, "phoneNumber": " \t"}, {"id": 1, "phoneNumber": []}])
def test_an_entry_with_a_blank_number_is_a_normal_entry(row: dict[str, t.Any]) -> None:
    assert stop_list(listing([*ROWS, row]))[0].entries().stops == [*STOPS, Stop(1, "", None)]
    assert stop_list(listing([*ROWS, row]))[0].entries(numbers={OTHER}).stops == STOPS[1:2]


def test_a_number_with_spaces_around_it_is_found() -> None:
    rows = [{"id": 1, "phoneNumber": f" {NUMBER}\n"}]
    assert stop_list(listing(rows))[0].entries(numbers={NUMBER}).stops == [Stop(1, NUMBER, None)]


@pytest.mark.parametrize("members", [{"nbData": 0}, {"nbData": "0", "data": None}, {"nbData": 0, "data": []}])
def test_an_empty_list_has_no_entries(members: dict[str, t.Any]) -> None:
    assert stop_list(outcome(**members))[0].entries() == Entries([], 0)


NO_ID = "an entry has no ID, or two entries have the same one"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({}, "it has no list, and nbData is missing"),
        ({"nbData": 2}, "it has no list, and nbData is 2"),
        ({"data": {}, "nbData": 0}, "it has no list, and nbData is 0"),
        ({"data": []}, "it has 0 entries, and nbData is missing"),
        ({"data": ROWS, "nbData": 2}, "it has 3 entries, and nbData is 2"),
        ({"data": ROWS, "nbData": 3.0}, "it has 3 entries, and nbData is 3.0"),
        *(({"data": [row], "nbData": 1}, NO_ID) for row in (None, {}, {"id": 0}, {"id": "0"}, {"id": True}, {"id": 1.0})),
        ({"data": [*ROWS, {"id": "19"}], "nbData": 4}, NO_ID),
    ],
    ids=str,
)
def test_an_incomplete_list_is_a_failure(members: dict[str, t.Any], problem: str) -> None:
    given = outcome(**members)
    with pytest.raises(NoUsableAnswer) as failure:
        stop_list(given)[0].entries(ids={19})
    advice = "Run the task again, and ask SMS Partner if it persists."
    assert str(failure.value) == f"Could not read the stop list: the list is incomplete ({problem}). {advice}"
    assert (failure.value.code, failure.value.http_status, failure.value.response) == (200, 207, given.answer.body)


@pytest.mark.parametrize("xml", [False, True])
def test_a_removal_is_one_call(xml: bool) -> None:
    stops, script = stop_list(outcome())
    assert stops.remove(19, xml=xml) == Change(True, 19, outcome().answer)
    parameters = {"id": 19, "_format": "xml"} if xml else {"id": 19}
    assert script.calls == [Call("remove entry 19", "GET", "/stop-sms/delete", parameters, expected=(4,), xml=xml)]


def test_code_4_changes_nothing_except_after_a_lost_attempt() -> None:
    assert stop_list(outcome(4))[0].remove(19) == Change(False, 19, outcome(4).answer)
    warning = "Entry 19 is no longer on the list. An earlier attempt of this task got no usable response and probably removed it, so the task reports changed."
    assert stop_list(outcome(4, in_doubt=True))[0].remove(19) == Change(True, 19, outcome(4).answer, warning)
    assert stop_list(outcome(200, in_doubt=True))[0].remove(19) == Change(True, 19, outcome().answer)


@pytest.mark.parametrize(("stop_id", "expected"), [(22, 22), ("22", 22), (None, None), (22.0, None)])
def test_an_addition_is_one_call(stop_id: t.Any, expected: int | None) -> None:
    stops, script = stop_list(outcome(stopId=stop_id))
    assert stops.add(NUMBER) == Change(True, expected, outcome(stopId=stop_id).answer)
    assert script.calls == [ADD]


@pytest.mark.parametrize("code", [3, 15])
def test_the_list_decides_whether_a_refused_number_is_on_it(code: int) -> None:
    stops, script = stop_list(outcome(code), listing(ROWS[2:]))
    assert stops.add(NUMBER) == Change(False, 21, outcome(code).answer)
    assert script.calls == [ADD, READ]
    with pytest.raises(Refusal) as failure:
        stop_list(outcome(code, message="There"), listing(ROWS[1:2]))[0].add(NUMBER)
    assert str(failure.value) == (
        f'Could not add {NUMBER}: the API said "There" (code {code}), but the list does not show it. '
        "A new entry can take up to 48 hours to appear. Run the task again after that."
    )
    assert (failure.value.http_status, failure.value.response) == (207, {"code": code})


@pytest.mark.parametrize(("second", "stop_id"), [(listing(ROWS), 19), (listing([]), None), (outcome(nbData=1), None)])
def test_a_number_that_is_refused_after_a_lost_attempt_counts_as_added(second: Outcome, stop_id: int | None) -> None:
    warning = (
        f"The API refused {NUMBER} with code 15. An earlier attempt of this task got no usable response and probably added it, so the task reports changed."
    )
    assert stop_list(outcome(15, in_doubt=True), second)[0].add(NUMBER) == Change(True, stop_id, outcome(15).answer, warning)


def test_a_list_that_cannot_be_read_fails_an_addition_without_doubt() -> None:
    with pytest.raises(NoUsableAnswer, match="the list is incomplete"):
        stop_list(outcome(15), outcome(nbData=1))[0].add(NUMBER)
