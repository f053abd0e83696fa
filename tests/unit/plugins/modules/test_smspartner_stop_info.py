# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.community.smspartner.tests.unit.conftest import Emulator, Modules

INFO = "smspartner_stop_info"


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, [19, 20]),
        ({"ids": [20]}, [20]),
        ({"phone_numbers": ["06 12 34 56 78"]}, [19]),
        ({"phone_numbers": ["0612345678"], "ids": ["20", 99]}, [19, 20]),
        ({"phone_numbers": []}, []),
        ({"ids": []}, []),
    ],
)
def test_filters(modules: Modules, emulator: Emulator, options: dict[str, t.Any], ids: list[int]) -> None:
    result = modules.run(INFO, check=True, **options)
    assert result["changed"] is False
    assert [stop["id"] for stop in result["stops"]] == ids
    assert result["total"] == 2
    assert emulator.calls == ["list"]


def test_returns_whole_entries(modules: Modules) -> None:
    assert modules.run(INFO, ids=[19])["stops"] == [{"id": 19, "phone_number": "+33612345678", "created_at": "2015-07-20 10:19:45"}]


ROW = {"id": 19, "phoneNumber": "+33612345678"}


@pytest.mark.parametrize(
    ("members", "total"),
    [
        ({"nbData": 0}, 0),
        ({"nbData": "0", "data": None}, 0),
        ({"nbData": 0, "data": []}, 0),
        ({"nbData": "1", "data": [{**ROW, "id": "19"}]}, 1),
        ({"nbData": 1, "data": [{**ROW, "id": 1}]}, 1),
        ({"nbData": 1, "data": [{**ROW, "id": "1"}]}, 1),
    ],
)
def test_takes_what_is_whole(modules: Modules, emulator: Emulator, members: dict[str, t.Any], total: int) -> None:
    emulator.fault(call="list", body=json.dumps({"success": True, "code": 200, **members}))
    assert modules.run(INFO)["total"] == total


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"nbData": 1},
        {"data": [ROW]},
        {"data": []},
        {"nbData": True, "data": [ROW]},
        {"nbData": 2, "data": [ROW]},
        {"nbData": 0, "data": [ROW]},
        {"nbData": 1, "data": {"0": ROW}},
        {"nbData": 1, "data": [None]},
        {"nbData": 1, "data": [{"phoneNumber": "+33612345678"}]},
        {"nbData": 1, "data": [{**ROW, "id": True}]},
        {"nbData": 1, "data": [{**ROW, "id": 0}]},
        {"nbData": 1, "data": [{"id": 19}]},
        {"nbData": 1, "data": [{**ROW, "phoneNumber": ""}]},
        {"nbData": 1, "data": [{**ROW, "phoneNumber": 33612345678}]},
        {"nbData": 2, "data": [ROW, ROW]},
    ],
    ids=str,
)
def test_half_a_list_is_a_failure(modules: Modules, emulator: Emulator, members: dict[str, t.Any]) -> None:
    emulator.fault(call="list", body=json.dumps({"success": True, "code": 200, **members}))
    result = modules.run(INFO, retries=3)
    assert result["failed"]
    assert "not whole" in result["msg"]
    assert (result["code"], result["http_status"]) == (200, 200)
    assert result["response"] == {"success": True, "code": 200, **members}
    assert emulator.calls == ["list"]


@pytest.mark.parametrize("options", [{"ids": [True]}, {"ids": [0]}, {"ids": "x"}, {"phone_numbers": [103402424]}, {"phone_numbers": ["06"]}])
def test_bad_input_is_told_before_any_request(modules: Modules, emulator: Emulator, options: dict[str, t.Any]) -> None:
    result = modules.run(INFO, **options)
    assert result["failed"]
    assert next(iter(options)) in result["msg"]
    assert emulator.calls == []


def test_a_long_list_is_read_whole(modules: Modules, emulator: Emulator) -> None:
    emulator.reset([{"id": number, "phoneNumber": f"+336{number:08}"} for number in range(1, 30_001)])
    result = modules.run(INFO, ids=[30_000])
    assert (len(result["stops"]), result["total"]) == (1, 30_000)
