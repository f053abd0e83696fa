# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._answer import ApiResult
from ansible_collections.community.smspartner.plugins.module_utils._api import Call, Outcome
from ansible_collections.community.smspartner.plugins.module_utils._errors import UnusableResponseError
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Entries, Stop, StopList

NUMBER, OTHER = "+33612345678", "+33712345678"
ROWS = [{"id": 19, "phoneNumber": NUMBER, "createdAt": "2015-07-20 10:19:45"}, {"id": "20", "phoneNumber": OTHER}, {"id": 21, "phoneNumber": NUMBER}]
STOPS = [Stop(19, NUMBER, "2015-07-20 10:19:45"), Stop(20, OTHER, None), Stop(21, NUMBER, None)]
NO_ID = "an entry has no ID, or two entries have the same one"


def outcome(code: int = 200, in_doubt: bool = False, message: str = "", **members: t.Any) -> Outcome:
    return Outcome(ApiResult(code, message, {"code": code, **members}, ""), 207, in_doubt)


def listing(rows: t.Any) -> Outcome:
    return outcome(data=rows, nbData=str(len(rows)))


def stop_list(given: Outcome) -> tuple[StopList, mock.Mock]:
    """A stop list whose calls get the given outcome, and the method that they call."""
    api = mock.Mock(**{"call.return_value": given})
    return StopList(api), api.call


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
    stops, call = stop_list(listing(ROWS))
    assert stops.entries(**wanted) == Entries([stop for stop in STOPS if stop.id in ids], 3)
    call.assert_called_once_with(Call("read the stop list", "GET", "/stop-sms/list", {}, changes=False))


@pytest.mark.parametrize(
    ("row", "stop"),
    [
        *((row, Stop(1, "", None)) for row in ({"id": 1}, {"id": "1", "phoneNumber": None}, {"id": 1, "phoneNumber": " \t"}, {"id": 1, "phoneNumber": []})),
        ({"id": 1, "createdAt": {"date": "2015-07-20"}}, Stop(1, "", None)),
        ({"id": 1, "phoneNumber": f" {NUMBER}\n"}, Stop(1, NUMBER, None)),
    ],
)
def test_a_number_is_stripped_and_anything_but_text_counts_as_missing(row: dict[str, t.Any], stop: Stop) -> None:
    assert stop_list(listing([*ROWS, row]))[0].entries().stops == [*STOPS, stop]
    assert stop_list(listing([row]))[0].entries(numbers={NUMBER}).stops == [stop] * (stop.phone_number == NUMBER)


@pytest.mark.parametrize("members", [{"nbData": 0}, {"nbData": "0", "data": None}, {"nbData": 0, "data": []}])
def test_an_empty_list_has_no_entries(members: dict[str, t.Any]) -> None:
    assert stop_list(outcome(**members))[0].entries() == Entries([], 0)


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
    with pytest.raises(UnusableResponseError) as failure:
        stop_list(given)[0].entries(ids={19})
    advice = "Run the task again, and ask SMS Partner if it persists."
    assert str(failure.value) == f"Could not read the stop list: the list is incomplete ({problem}). {advice}"
    assert (failure.value.code, failure.value.http_status, failure.value.response) == (200, 207, given.result.response)


@pytest.mark.parametrize("xml", [False, True])
def test_a_removal_is_one_call(xml: bool) -> None:
    stops, call = stop_list(outcome())
    assert stops.remove(19, xml=xml) == Change(True, 19, outcome().result)
    parameters = {"id": 19, "_format": "xml"} if xml else {"id": 19}
    call.assert_called_once_with(Call("remove entry 19", "GET", "/stop-sms/delete", parameters, expected=(4,), xml=xml))


def test_code_4_changes_nothing_except_after_a_lost_attempt() -> None:
    assert stop_list(outcome(4))[0].remove(19) == Change(False, 19, outcome(4).result)
    warning = "Entry 19 is no longer on the list. An earlier request got no usable response and probably removed it, so the task reports changed."
    assert stop_list(outcome(4, in_doubt=True))[0].remove(19) == Change(True, 19, outcome(4).result, warning)
    assert stop_list(outcome(200, in_doubt=True))[0].remove(19) == Change(True, 19, outcome().result)


@pytest.mark.parametrize(("stop_id", "expected"), [(22, 22), ("22", 22), (None, None), (22.0, None)])
def test_an_addition_is_one_call(stop_id: t.Any, expected: int | None) -> None:
    stops, call = stop_list(outcome(stopId=stop_id))
    assert stops.add(NUMBER) == Change(True, expected, outcome(stopId=stop_id).result)
    call.assert_called_once_with(Call(f"add {NUMBER}", "POST", "/stop-sms/add", {"phoneNumber": NUMBER}, expected=(3, 15)))


@pytest.mark.parametrize("code", [3, 15])
def test_a_listed_number_is_unchanged_except_after_a_lost_attempt(code: int) -> None:
    assert stop_list(outcome(code))[0].add(NUMBER) == Change(False, None, outcome(code).result)
    warning = f"{NUMBER} is already on the list (code {code}). An earlier request got no usable response and probably added it, so the task reports changed."
    assert stop_list(outcome(code, in_doubt=True))[0].add(NUMBER) == Change(True, None, outcome(code).result, warning)
