# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import runpy
import typing as t

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.unit.conftest import KEY, MODULES, Modules

REMOVE = "smspartner_stop_remove"
NOT_FOUND = {"success": False, "code": 4, "message": "The ID number not found"}


def test_code_200_reports_a_change(modules: Modules, emulator: Client) -> None:
    result = modules.run(REMOVE, id=19)
    assert (result["changed"], result["id"], result["ids"], result["code"]) == (True, 19, [19], 200)
    assert result["response"] == result["ansible_facts"][REMOVE] == {"success": True, "code": 200}
    assert "content" not in result
    assert emulator.ids == [20]


def test_code_4_reports_no_change(modules: Modules, emulator: Client) -> None:
    result = modules.run(REMOVE, id=666)
    assert (result["changed"], result["id"], result["ids"], result["code"]) == (False, 666, [], 4)
    assert result["response"] == result["ansible_facts"][REMOVE] == NOT_FOUND
    assert emulator.calls == ["delete"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "id, phone_number"),
        ({"id": None, "phone_number": None}, "id, phone_number"),
        ({"id": 1, "phone_number": "0612345678"}, "id|phone_number"),
        ({"id": "x"}, "id"),
        ({"id": 1.5}, "id"),
        ({"phone_number": 103402424}, "phone_number"),
        ({"phone_number": ""}, "phone_number"),
        ({"id": 1, "response_format": "yaml"}, "response_format"),
        ({"id": 1, "api_url": "http://example.com/v1"}, "api_url"),
    ],
)
def test_bad_input_fails_before_any_request(modules: Modules, emulator: Client, options: dict[str, t.Any], name: str) -> None:
    assert name in modules.run(REMOVE, **options)["msg"]
    assert emulator.calls == []


def test_check_mode_and_diff_mode_show_the_removal(modules: Modules, emulator: Client) -> None:
    entry = {"id": 19, "phone_number": "+33612345678", "created_at": "2015-07-20 10:19:45"}
    predicted = modules.run(REMOVE, id=19, check=True, diff=True)
    assert (predicted["changed"], predicted["ids"], predicted["phone_number"]) == (True, [19], "+33612345678")
    assert (predicted["response"], predicted["ansible_facts"], predicted["diff"]) == ({}, {REMOVE: {}}, {"before": entry, "after": {}})
    assert emulator.calls == ["list"]
    assert modules.run(REMOVE, id=19, diff=True)["diff"] == {"before": entry, "after": {}}
    assert emulator.calls == ["list", "list", "delete"]
    predicted = modules.run(REMOVE, id=666, check=True, diff=True)
    assert (predicted["changed"], predicted["ids"], predicted["diff"]) == (False, [], {"before": {}, "after": {}})


def test_the_response_decides_if_the_list_is_out_of_date(modules: Modules, emulator: Client) -> None:
    emulator.fault(call="delete", code=200, success=True)
    assert modules.run(REMOVE, id=666, diff=True)["diff"] == {"before": {"id": 666}, "after": {}}
    emulator.fault(call="delete", code=4)
    result = modules.run(REMOVE, phone_number="0612345678")
    assert (result["changed"], result["id"], result["ids"], result["code"]) == (False, 19, [], 4)


def test_a_number_removes_all_its_entries(modules: Modules, emulator: Client) -> None:
    emulator.reset([*[{"id": i, "phoneNumber": "+33612345678"} for i in (1, 5)], {"id": 7, "phoneNumber": ""}], api_keys=[KEY])
    assert modules.run(REMOVE, phone_number="06 12 34 56 78", check=True)["ids"] == [1, 5]
    result = modules.run(REMOVE, phone_number="06 12 34 56 78", diff=True)
    assert (result["changed"], result["id"], result["ids"], result["phone_number"]) == (True, 1, [1, 5], "+33612345678")
    assert [pair["before"]["id"] for pair in result["diff"]] == [1, 5]
    assert emulator.ids == [7]
    result = modules.run(REMOVE, phone_number="+33612345678")
    assert (result["changed"], result["ids"], result["response"], result["ansible_facts"]) == (False, [], {}, {REMOVE: {}})
    assert emulator.calls == ["list", "list", "delete", "delete", "list"]


def test_a_failure_part_of_the_way_through_says_which_entries_are_gone(modules: Modules, emulator: Client) -> None:
    emulator.reset([{"id": i, "phoneNumber": "+33612345678"} for i in (1, 5, 6)], api_keys=[KEY])
    emulator.fault(call="delete")
    emulator.fault(call="delete", body="")
    result = modules.run(REMOVE, phone_number="0612345678", response_format="xml")
    assert (result["failed"], result["changed"], result["id"], result["ids"], result["phone_number"]) == (True, True, 1, [1], "+33612345678")
    assert (result["code"], result["http_status"], "content" in result, "response" in result) == (None, 200, False, False)
    emulator.fault(call="delete", code=500)
    result = modules.run(REMOVE, phone_number="0612345678")
    assert (result["failed"], result["changed"], result["ids"], result["code"]) == (True, False, [], 500)
    emulator.fault(call="list", code=40)
    result = modules.run(REMOVE, phone_number="06 12 34 56 78")
    assert (result["changed"], result["ids"], result["phone_number"], result["code"]) == (False, [], "+33612345678", 40)


def test_a_response_in_xml_reads_like_json(modules: Modules, emulator: Client) -> None:
    result = modules.run(REMOVE, id=19, response_format="xml")
    assert (result["changed"], result["response"]) == (True, {"success": True, "code": 200})
    assert "<entry>200</entry>" in result["content"]
    assert emulator.requests[0]["query"]["_format"] == "xml"
    result = modules.run(REMOVE, id=19, response_format="xml")
    assert (result["changed"], result["response"]) == (False, NOT_FOUND)
    assert modules.run(REMOVE, id=19, response_format="xml", api_key="wrong")["code"] == 10


def test_an_echo_of_the_request_is_masked(modules: Modules, emulator: Client) -> None:
    emulator.fault(call="delete", echo=True)
    assert "apiKey=********" in modules.run(REMOVE, id=19)["msg"]


@pytest.mark.parametrize("code", [200, 10])
def test_a_deeply_nested_response_shows_no_traceback(modules: Modules, emulator: Client, code: int) -> None:
    nested = '{"a": ' * 500 + "1" + "}" * 500
    emulator.fault(call="delete", body=f'{{"success": true, "code": {code}, "x": {nested}}}')
    assert {"failed", "changed"} & modules.run(REMOVE, id=19).keys()


@pytest.mark.parametrize("name", [REMOVE, "smspartner_stop_add", "smspartner_stop_info", "smspartner_stops"])
def test_importing_a_module_runs_nothing(name: str) -> None:
    assert callable(runpy.run_module(MODULES + name)["main"])
