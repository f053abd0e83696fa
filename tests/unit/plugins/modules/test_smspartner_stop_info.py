# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.unit.conftest import KEY, Modules

INFO = "smspartner_stop_info"
ENTRIES = ({"id": 19, "phone_number": "+33612345678", "created_at": "2015-07-20 10:19:45"}, {"id": 20, "phone_number": "", "created_at": None})


@pytest.mark.parametrize(
    ("options", "ids", "missing_phone_numbers", "missing_ids"),
    [
        ({}, [19, 20], [], []),
        ({"phone_numbers": ["06 12 34 56 78", "0612345678"]}, [19], [], []),
        ({"phone_numbers": ["0799999999", "0612345678", "+33799999999"], "ids": ["20", 99, 99]}, [19, 20], ["+33799999999"], [99]),
        ({"phone_numbers": []}, [], [], []),
        ({"ids": []}, [], [], []),
    ],
)
def test_entries_that_match_are_returned(
    modules: Modules, emulator: Client, options: dict[str, t.Any], ids: list[int], missing_phone_numbers: list[str], missing_ids: list[int]
) -> None:
    emulator.reset([{"id": 19, "phoneNumber": "+33612345678", "createdAt": "2015-07-20 10:19:45"}, {"id": 20}], api_keys=[KEY])
    stops = [entry for entry in ENTRIES if entry["id"] in ids]
    missing = {"missing_phone_numbers": missing_phone_numbers, "missing_ids": missing_ids}
    assert modules.run(INFO, check=True, **options) == {"changed": False, "stops": stops, "total": 2, **missing}
    assert emulator.calls == ["list"]


@pytest.mark.parametrize("options", [{"ids": [0]}, {"ids": "x"}, {"phone_numbers": [103402424]}, {"phone_numbers": ["0612345678", ""]}])
def test_bad_input_fails_before_any_request(modules: Modules, emulator: Client, options: dict[str, t.Any]) -> None:
    assert next(iter(options)) in modules.run(INFO, **options)["msg"]
    assert emulator.calls == []


def test_a_long_list_is_read_whole(modules: Modules, emulator: Client) -> None:
    emulator.reset([{"id": number, "phoneNumber": f"+336{number:08}"} for number in range(1, 30_001)], api_keys=[KEY])
    result = modules.run(INFO, ids=[30_000])
    assert (len(result["stops"]), result["total"]) == (1, 30_000)
