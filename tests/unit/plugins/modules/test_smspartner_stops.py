# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.community.smspartner.tests.unit.conftest import Emulator, Modules

STOPS = "smspartner_stops"
FAST: dict[str, t.Any] = {"requests_per_minute": 1_000_000}


def numbers(entries: list[dict[str, t.Any]]) -> list[str]:
    return [entry["phone_number"] for entry in entries]


def test_adds_what_is_missing(modules: Modules, emulator: Emulator) -> None:
    wish = ["0699999999", "+33 6 99 99 99 99", "0612345678"]
    predicted = modules.run(STOPS, phone_numbers=wish, check=True, diff=True)
    result = modules.run(STOPS, phone_numbers=wish, diff=True, **FAST)
    assert result["changed"] is predicted["changed"] is True
    assert numbers(result["added"]) == numbers(predicted["added"]) == ["+33699999999"]
    assert (result["added"][0]["id"], predicted["added"][0]["id"]) == (21, None)
    assert result["unchanged"] == predicted["unchanged"] == 1
    assert result["diff"] == predicted["diff"]
    assert result["diff"]["after"] == "+33699999999\n"
    again = modules.run(STOPS, phone_numbers=wish, **FAST)
    assert (again["changed"], again["unchanged"]) == (False, 2)


def test_removes_by_number_and_id(modules: Modules, emulator: Emulator) -> None:
    result = modules.run(STOPS, state="absent", phone_numbers=["0612345678", "0699999999"], ids=[19, 20, 666], diff=True, **FAST)
    assert [entry["id"] for entry in result["removed"]] == [19, 20]
    assert result["unchanged"] == 2
    assert result["diff"]["before"].startswith("+33612345678 (id 19, created at 2015-07-20 10:19:45)\n")
    assert emulator.ids == []


def test_purges_but_keeps_short_codes(modules: Modules, emulator: Emulator) -> None:
    emulator.reset([{"id": 1, "phoneNumber": "+33612345678"}, {"id": 2, "phoneNumber": "36111"}, {"id": 3, "phoneNumber": "+33712345678"}])
    result = modules.run(STOPS, phone_numbers=["0612345678", "0699999999"], purge=True, **FAST)
    assert [entry["id"] for entry in result["removed"]] == [3]
    assert numbers(result["added"]) == ["+33699999999"]
    assert result["unchanged"] == 1
    assert "36111" in str(result["warnings"])
    assert [entry["id"] for entry in modules.run(STOPS, phone_numbers=[], purge=True, **FAST)["removed"]] == [1, 4]


@pytest.mark.parametrize("check", [True, False])
def test_a_purge_over_its_guard_changes_nothing(modules: Modules, emulator: Emulator, check: bool) -> None:
    result = modules.run(STOPS, phone_numbers=["0699999999"], purge=True, max_removals=1, check=check)
    assert result["failed"]
    assert "would remove 2" in result["msg"]
    assert emulator.calls == ["list"]
    assert modules.run(STOPS, phone_numbers=[], purge=True, max_removals=-1, **FAST)["changed"] is True


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({}, "phone_numbers"),
        ({"phone_numbers": None, "purge": True}, "phone_numbers"),
        ({"phone_numbers": [None], "purge": True}, "phone_numbers"),
        ({"state": "absent", "phone_numbers": None, "ids": None}, "ids"),
        ({"state": "absent", "ids": [None]}, "ids"),
        ({"state": "absent"}, "ids"),
        ({"phone_numbers": ["0612345678"], "ids": [1]}, "ids"),
        ({"state": "absent", "ids": [1], "purge": True}, "purge"),
        ({"phone_numbers": [], "max_removals": -2}, "max_removals"),
        ({"phone_numbers": [], "concurrency": 0}, "concurrency"),
        ({"phone_numbers": [], "concurrency": 33}, "concurrency"),
        ({"phone_numbers": [], "requests_per_minute": 0}, "requests_per_minute"),
        ({"phone_numbers": ["0612345678", "first", "second"]}, '"first", "second"'),
        ({"phone_numbers": [103402424]}, "phone_numbers"),
        ({"state": "absent", "ids": [True]}, "ids"),
    ],
)
def test_bad_input_is_told_before_any_request(modules: Modules, emulator: Emulator, options: dict[str, t.Any], name: str) -> None:
    result = modules.run(STOPS, **options)
    assert result["failed"]
    assert name in result["msg"]
    assert emulator.calls == []


def test_what_is_refused_is_recorded_and_the_rest_goes_on(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="add", code=9, message="No")
    emulator.fault(call="delete", code=500)
    result = modules.run(STOPS, phone_numbers=["0699999997", "0699999998"], purge=True, concurrency=1, **FAST)
    assert result["failed"]
    assert result["changed"] is True
    assert "2 of 4" in result["msg"]
    assert [(error["phone_number"], error["code"]) for error in result["errors"]] == [("+33699999997", 9), ("+33612345678", 500)]
    assert "No" in result["errors"][0]["msg"]
    assert numbers(result["added"]) == ["+33699999998"]
    assert [entry["id"] for entry in result["removed"]] == [20]


@pytest.mark.parametrize("code", [1, 10, 20, 30, 40, 96])
def test_a_refusal_of_the_account_ends_the_run(modules: Modules, emulator: Emulator, code: int) -> None:
    emulator.fault(call="add")
    emulator.fault(call="add", code=code, times=-1)
    result = modules.run(STOPS, phone_numbers=[f"06999999{i}" for i in range(10, 60)], concurrency=4, **FAST)
    assert result["failed"]
    assert (result["code"], len(result["added"]), result["errors"]) == (code, 1, [])
    assert emulator.calls.count("add") <= 5
    emulator.reset(stops=())
    assert len(modules.run(STOPS, phone_numbers=[f"06999999{i}" for i in range(10, 60)], **FAST)["added"]) == 50


def test_a_server_without_an_answer_ends_the_run(modules: Modules, emulator: Emulator, waits: list[float]) -> None:
    emulator.fault(call="delete", drop="after", times=-1)
    result = modules.run(STOPS, state="absent", ids=[19, 20], concurrency=1, retries=1, **FAST)
    assert result["failed"]
    assert "may have been carried out all the same" in result["msg"]
    assert (result["removed"], result["errors"]) == ([], [])
    assert emulator.calls == ["list", "delete", "delete"]
    assert emulator.ids == [20]


def test_an_entry_that_went_meanwhile_is_unchanged(modules: Modules, emulator: Emulator, waits: list[float]) -> None:
    emulator.fault(call="delete", code=4)
    result = modules.run(STOPS, state="absent", ids=[19], **FAST)
    assert (result["changed"], result["removed"], result["unchanged"]) == (False, [], 1)
    emulator.fault(call="delete", drop="after")
    result = modules.run(STOPS, state="absent", ids=[19], retries=1, **FAST)
    assert result["changed"] is True
    assert result["warnings"]


def test_numbers_that_the_api_takes_for_listed_are_looked_up_once(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="list", body='{"success": true, "code": 200, "nbData": 0}')
    result = modules.run(STOPS, phone_numbers=["0612345678", "0712345678"], **FAST)
    assert (result["changed"], result["unchanged"]) == (False, 2)
    assert emulator.calls.count("list") == 2
    emulator.fault(call="add", code=3, message="Message id is required")
    result = modules.run(STOPS, phone_numbers=["0699999999"], **FAST)
    assert result["failed"]
    assert result["errors"][0]["code"] == 3
    emulator.fault(call="add", code=3)
    emulator.fault(call="list")
    emulator.fault(call="list", code=500)
    assert modules.run(STOPS, phone_numbers=["0699999999"], **FAST)["code"] == 500


def test_a_number_that_a_lost_try_put_on_the_list_is_an_addition(modules: Modules, emulator: Emulator, waits: list[float]) -> None:
    emulator.fault(call="add", drop="after")
    result = modules.run(STOPS, phone_numbers=["0699999999"], retries=1, **FAST)
    assert result["added"] == [{"id": 21, "phone_number": "+33699999999"}]
    assert "that try is taken to have put the number on the list" in str(result["warnings"])


@pytest.mark.parametrize("seed", range(20))
def test_check_mode_and_diff_mode_predict_exactly(modules: Modules, emulator: Emulator, seed: int) -> None:
    chance = random.Random(seed)
    pool = [f"+3361234{number}" for number in range(5670, 5690)]
    entries = [{"id": number, "phoneNumber": chance.choice([*pool, "36111"])} for number in range(1, chance.randint(2, 12))]
    wish: dict[str, t.Any] = {"phone_numbers": chance.sample(pool, chance.randint(0, 10)), "max_removals": chance.choice([-1, 2])}
    wish.update(chance.choice([{}, {"purge": True}, {"state": "absent"}, {"state": "absent", "ids": chance.sample(range(1, 20), 3)}]))
    emulator.reset(entries)
    predicted = modules.run(STOPS, check=True, diff=True, **wish, **FAST)
    result = modules.run(STOPS, diff=True, **wish, **FAST)
    for entry in result.get("added", []):
        entry["id"] = None
    assert predicted == result
    if not result.get("failed"):
        assert modules.run(STOPS, **wish, **FAST)["changed"] is False


@pytest.mark.parametrize("lost", [{"drop": "before"}, {"drop": "after"}, {"status": 503, "body": ""}, {"code": 10}], ids=str)
@pytest.mark.parametrize("done", range(4))
def test_a_run_that_was_broken_off_carries_on(modules: Modules, emulator: Emulator, done: int, lost: dict[str, t.Any]) -> None:
    wish = {"phone_numbers": ["0699999997", "0699999998"], "purge": True, **FAST}
    for call in ("add", "add", "delete", "delete")[:done]:
        emulator.fault(call=call)
    emulator.fault(call=("add", "add", "delete", "delete")[done], **lost)
    broken_off = modules.run(STOPS, concurrency=1, **wish)
    assert broken_off["failed"]
    assert len(broken_off["added"]) + len(broken_off["removed"]) == done
    modules.run(STOPS, **wish)
    assert sorted(emulator.numbers) == ["+33699999997", "+33699999998"]


def test_a_wrong_key_is_tried_once(modules: Modules, emulator: Emulator) -> None:
    wish = [f"+336{number:08d}" for number in range(10_000_000, 10_001_000)]
    assert modules.run(STOPS, api_key="wrong", phone_numbers=wish, **FAST)["code"] == 10
    assert emulator.calls == ["list"]


def test_a_key_that_is_withdrawn_costs_no_more_requests_than_may_be_under_way(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="add", code=10, message="Incorrect API Key", times=-1)
    wish = [f"+336{number:08d}" for number in range(10_000_000, 10_001_000)]
    result = modules.run(STOPS, phone_numbers=wish, concurrency=8, **FAST)
    assert (result["code"], result["changed"], result["errors"]) == (10, False, [])
    assert emulator.calls.count("add") <= 8


def test_after_the_end_not_even_what_waits_for_its_turn_is_sent(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="add", code=10, message="Incorrect API Key", times=-1)
    result = modules.run(STOPS, phone_numbers=[f"06999999{i}" for i in range(10, 60)], concurrency=32, requests_per_minute=60)
    assert (result["code"], result["added"], result["errors"]) == (10, [], [])
    assert emulator.calls == ["list", "add"]


def test_requests_are_paced(modules: Modules, emulator: Emulator) -> None:
    modules.run(STOPS, phone_numbers=[f"06999999{i}" for i in range(10, 15)], requests_per_minute=1200)
    times = [request["time"] for request in emulator.requests]
    assert len(times) == 6
    assert times[-1] - times[0] >= 0.2
