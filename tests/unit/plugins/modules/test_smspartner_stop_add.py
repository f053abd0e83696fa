# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.unit.conftest import KEY, STOPS, Modules

ADD = "smspartner_stop_add"


def test_a_new_number_is_added(modules: Modules, emulator: Client) -> None:
    result = modules.run(ADD, phone_number="06 99 99 99 99", diff=True)
    assert (result["changed"], result["id"], result["phone_number"], result["code"]) == (True, 21, "+33699999999", 200)
    assert result["response"] == result["ansible_facts"][ADD] == {"success": True, "code": 200, "stopId": 21}
    assert result["diff"] == {"before": {}, "after": {"id": 21, "phone_number": "+33699999999", "created_at": None}}
    assert "+33699999999" in emulator.numbers


@pytest.mark.parametrize("code", [3, 15])
def test_a_number_on_the_list_is_unchanged(modules: Modules, emulator: Client, code: int) -> None:
    emulator.reset(STOPS, api_keys=[KEY], already_listed_code=code)
    result = modules.run(ADD, phone_number="0612345678", diff=True)
    assert (result["changed"], result["id"], result["code"]) == (False, 19, code)
    assert result["diff"] == {"before": {}, "after": {}}
    assert emulator.calls == ["add", "list"]


@pytest.mark.parametrize(
    ("fault", "reason"), [({"body": "<html>"}, "Could not read the stop list: the server sent something other than JSON"), ({}, "The list does not show it.")]
)
def test_the_word_of_the_api_stands_if_the_list_does_not_tell_the_id(modules: Modules, emulator: Client, fault: dict[str, t.Any], reason: str) -> None:
    emulator.fault(call="add", code=3)
    emulator.fault(call="list", **fault)
    result = modules.run(ADD, phone_number="0699999999")
    assert (result["changed"], result["id"], result["code"]) == (False, None, 3)
    assert f"+33699999999 is on the stop list, but its ID is not known. {reason}" in str(result["warnings"])


def test_check_mode_predicts(modules: Modules, emulator: Client) -> None:
    result = modules.run(ADD, phone_number="0699999999", check=True)
    assert (result["changed"], result["id"], result["response"], result["ansible_facts"]) == (True, None, {}, {ADD: {}})
    result = modules.run(ADD, phone_number="0612345678", check=True)
    assert (result["changed"], result["id"]) == (False, 19)


def test_a_null_number_is_missing(modules: Modules, emulator: Client) -> None:
    assert "missing required arguments: phone_number" in modules.run(ADD, phone_number=None)["msg"]
    assert emulator.calls == []
