# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each call to the stop list sends, and what is made of each answer."""

from __future__ import annotations

import gc
import sys
import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils import _answer
from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer
from ansible_collections.community.smspartner.plugins.module_utils._api import Api, Call, Outcome
from ansible_collections.community.smspartner.plugins.module_utils._errors import MissingLibrary, NoUsableAnswer, Refusal
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Entries, Stop, StopList

NUMBER, OTHER = "+33612345678", "+33712345678"
ROWS = [{"id": 19, "phoneNumber": NUMBER, "createdAt": "2015-07-20 10:19:45"}, {"id": 20, "phoneNumber": OTHER}, {"id": 21, "phoneNumber": NUMBER}]
STOPS = [Stop(19, NUMBER, "2015-07-20 10:19:45"), Stop(20, OTHER, None), Stop(21, NUMBER, None)]
READ = Call("read the stop list", "GET", "/stop-sms/list", {}, limit=None, changes=False)
ADD = Call(f"put {NUMBER} on the stop list", "POST", "/stop-sms/add", {"phoneNumber": NUMBER}, expected=(3, 15))


def outcome(code: int = 200, perhaps_done: bool = False, message: str = "", **members: t.Any) -> Outcome:
    return Outcome(Answer(code, message, {"code": code, **members}, ""), 207, perhaps_done)


def listing(rows: t.Any, **members: t.Any) -> Outcome:
    return outcome(**{"data": rows, "nbData": len(rows), **members})


class Script:
    """In place of Api: each call has the next of the outcomes that are given, and is kept."""

    def __init__(self, *outcomes: Outcome) -> None:
        self._outcomes = iter(outcomes)
        self.calls: list[Call] = []
        self.was_collecting: list[bool] = []

    def call(self, call: Call) -> Outcome:
        self.calls.append(call)
        self.was_collecting.append(gc.isenabled())
        return next(self._outcomes)


def stop_list(*outcomes: Outcome) -> tuple[StopList, Script]:
    script = Script(*outcomes)
    return StopList(t.cast(Api, script)), script


def test_reading_the_list_is_one_call_of_any_length() -> None:
    stops, script = stop_list(listing(ROWS))
    assert stops.entries() == Entries(STOPS, 3)
    assert script.calls == [READ]


def test_a_long_list_is_read_without_a_search_for_cycles() -> None:
    stops, script = stop_list(listing(ROWS))
    assert gc.isenabled()
    stops.entries()
    assert script.was_collecting == [False]
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("wish", "ids"),
    [
        ({}, [19, 20, 21]),
        ({"numbers": {NUMBER}}, [19, 21]),
        ({"ids": {20}}, [20]),
        ({"numbers": {OTHER}, "ids": {19, 99}}, [19, 20]),
        ({"numbers": {"+33799999999"}}, []),
        ({"numbers": []}, []),
        ({"ids": []}, []),
    ],
)
def test_an_entry_that_matches_either_is_returned(wish: dict[str, t.Any], ids: list[int]) -> None:
    entries = stop_list(listing(ROWS))[0].entries(**wish)
    assert [stop.id for stop in entries.stops] == ids
    assert entries.total == 3


def test_ids_and_the_length_may_come_as_digits() -> None:
    entries = stop_list(listing([{"id": "19", "phoneNumber": NUMBER}], nbData="1"))[0].entries(ids={19})
    assert entries == Entries([Stop(19, NUMBER, None)], 1)


def test_a_plain_row_may_have_the_least_id_and_any_number() -> None:
    assert stop_list(listing([{"id": 1, "phoneNumber": "3"}]))[0].entries().stops == [Stop(1, "3", None)]
    assert stop_list(listing([{"id": "1", "phoneNumber": "3"}]))[0].entries().stops == [Stop(1, "3", None)]


@pytest.mark.parametrize("members", [{"nbData": 0}, {"nbData": "0"}, {"nbData": 0, "data": None}, {"nbData": 0, "data": []}])
def test_the_empty_list(members: dict[str, t.Any]) -> None:
    assert stop_list(outcome(**members))[0].entries() == Entries([], 0)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({}, "its rows are no list"),
        ({"nbData": 2}, "its rows are no list"),
        ({"data": {}, "nbData": 0}, "its rows are no list"),
        ({"data": []}, "it has 0 rows, and nbData says nothing"),
        ({"data": ROWS, "nbData": 2}, "it has 3 rows, and nbData says 2"),
        ({"data": ROWS, "nbData": 3.0}, "it has 3 rows, and nbData says 3.0"),
        ({"data": [None], "nbData": 1}, "a row has no id or no phone number"),
        ({"data": [{"id": 1}], "nbData": 1}, "a row has no id or no phone number"),
        ({"data": [{"phoneNumber": NUMBER}], "nbData": 1}, "a row has no id or no phone number"),
        ({"data": [{"id": 0, "phoneNumber": NUMBER}], "nbData": 1}, "a row has no id"),
        ({"data": [{"id": "0", "phoneNumber": NUMBER}], "nbData": 1}, "a row has no id"),
        ({"data": [{"id": True, "phoneNumber": NUMBER}], "nbData": 1}, "a row has no id"),
        ({"data": [{"id": None, "phoneNumber": NUMBER}], "nbData": 1}, "a row has no id"),
        ({"data": [{"id": 7, "phoneNumber": ""}], "nbData": 1}, "the row with the id 7 has no phone number"),
        ({"data": [{"id": 7, "phoneNumber": " \t"}], "nbData": 1}, "the row with the id 7 has no phone number"),
        ({"data": [{"id": 7, "phoneNumber": 33612345678}], "nbData": 1}, "the row with the id 7 has no phone number"),
        ({"data": [{"id": 7, "phoneNumber": NUMBER}, {"id": "7", "phoneNumber": OTHER}], "nbData": 2}, "several rows have one id"),
    ],
    ids=str,
)
def test_a_list_that_is_not_whole(members: dict[str, t.Any], problem: str) -> None:
    given = outcome(**members)
    with pytest.raises(NoUsableAnswer) as failure:
        stop_list(given)[0].entries()
    assert str(failure.value) == (
        f"Could not read the stop list. The reason: the stop list is not whole: {problem}. "
        "Nothing was changed on the strength of it; run the play again, and ask SMS Partner if it lasts."
    )
    assert (failure.value.code, failure.value.http_status, failure.value.response) == (200, 207, given.answer.body)


def test_a_row_that_is_wrong_counts_although_nobody_asked_for_it() -> None:
    with pytest.raises(NoUsableAnswer, match="the id 22 has no phone number"):
        stop_list(listing([*ROWS, {"id": 22, "phoneNumber": None}]))[0].entries(ids={19})


@pytest.mark.parametrize("xml", [False, True])
def test_a_removal_is_one_call(xml: bool) -> None:
    stops, script = stop_list(outcome())
    assert stops.remove(19, xml=xml) == Change(True, 19, outcome().answer)
    parameters = {"id": 19, "_format": "xml"} if xml else {"id": 19}
    assert script.calls == [Call("remove the entry 19 from the stop list", "GET", "/stop-sms/delete", parameters, expected=(4,), xml=xml)]


def test_xml_needs_its_library_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "defusedxml.ElementTree", None)
    stops, script = stop_list(outcome())
    with pytest.raises(MissingLibrary, match="defusedxml"):
        stops.remove(19, xml=True)
    assert script.calls == []
    with pytest.raises(MissingLibrary) as failure:
        _answer.require_xml_library()
    assert failure.value.name == "defusedxml"
    assert stops.remove(19).changed


def test_what_is_not_found_was_there_only_if_an_earlier_try_may_have_removed_it() -> None:
    assert stop_list(outcome(4))[0].remove(19) == Change(False, 19, outcome(4).answer)
    warning = (
        "The API no longer knows the entry 19, after an earlier try of this run was left without an answer: "
        "that try is taken to have removed it, and the task reports changed."
    )
    assert stop_list(outcome(4, perhaps_done=True))[0].remove(19) == Change(True, 19, outcome(4).answer, warning)
    assert stop_list(outcome(200, perhaps_done=True))[0].remove(19) == Change(True, 19, outcome().answer)


@pytest.mark.parametrize(("stop_id", "expected"), [(22, 22), ("22", 22), (None, None), (22.0, None)])
def test_a_number_that_is_new_is_added_by_one_call(stop_id: t.Any, expected: int | None) -> None:
    given = outcome(stopId=stop_id)
    stops, script = stop_list(given)
    assert stops.add(NUMBER) == Change(True, expected, given.answer)
    assert script.calls == [ADD]


@pytest.mark.parametrize("code", [3, 15])
def test_the_list_tells_whether_a_refused_number_is_on_it(code: int) -> None:
    stops, script = stop_list(outcome(code), listing([*ROWS[1:], ROWS[0]]))
    assert stops.add(NUMBER) == Change(False, 21, outcome(code).answer)
    assert script.calls == [ADD, READ]


@pytest.mark.parametrize("rows", [[], ROWS])
def test_after_a_lost_try_a_refusal_is_a_change(rows: list[t.Any]) -> None:
    change = stop_list(outcome(15, perhaps_done=True), listing(rows))[0].add(NUMBER)
    warning = (
        f"The API refused {NUMBER} with code 15, after an earlier try of this run was left without an answer: "
        "that try is taken to have put the number on the list, and the task reports changed."
    )
    assert change == Change(True, 19 if rows else None, outcome(15).answer, warning)


@pytest.mark.parametrize(("perhaps_done", "results"), [(True, {"changed": True}), (False, {})])
def test_after_a_lost_try_a_list_that_cannot_be_read_hides_no_change(perhaps_done: bool, results: dict[str, t.Any]) -> None:
    with pytest.raises(NoUsableAnswer) as failure:
        stop_list(outcome(15, perhaps_done=perhaps_done), outcome(nbData=1, data=[]))[0].add(NUMBER)
    doubt = (
        f"The API refused {NUMBER} with code 15, after an earlier try of this run was left without an answer: "
        "that try is taken to have put the number on the list, and the task reports changed. "
    )
    assert str(failure.value).startswith(f"{doubt if perhaps_done else ''}Could not read the stop list. The reason: the stop list is not whole")
    assert failure.value.results == results


def test_a_refused_number_that_the_list_does_not_show_is_a_failure() -> None:
    given = outcome(15, message="There")
    with pytest.raises(Refusal) as failure:
        stop_list(given, listing(ROWS[1:2]))[0].add(NUMBER)
    assert str(failure.value) == (
        f'Could not put {NUMBER} on the stop list, and the list does not show it. The reason: the API said "There" (code 15: the number is '
        "already on the list). Read the list with smspartner_stop_info; the entry can take up to 48 hours to show."
    )
    assert (failure.value.code, failure.value.http_status, failure.value.response) == (15, 207, given.answer.body)


def test_an_entry_as_a_result() -> None:
    assert STOPS[0].as_result() == {"id": 19, "phone_number": NUMBER, "created_at": "2015-07-20 10:19:45"}
