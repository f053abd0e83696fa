# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import typing as t

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.unit.conftest import KEY, Modules

STOPS = "smspartner_stops"
FAST: dict[str, t.Any] = {"requests_per_minute": 1_000_000}
NOT_WITH_PREVIOUS = "previous_phone_numbers: can only be used with state=present and without purge."


def test_missing_numbers_are_added(modules: Modules, emulator: Client) -> None:
    wanted = ["0699999999", "+33 6 99 99 99 99", "0612345678"]
    diff = {"before_header": "stop list", "after_header": "stop list", "before": "", "after": "+33699999999\n"}
    expected = {"changed": True, "removed": [], "unchanged": 1, "errors": [], "diff": diff}
    for check, stop_id in ((True, None), (False, 21)):
        result = modules.run(STOPS, phone_numbers=wanted, check=check, diff=True, **FAST)
        assert result == {**expected, "added": [{"id": stop_id, "phone_number": "+33699999999"}]}
    again = modules.run(STOPS, phone_numbers=wanted, **FAST)
    assert (again["changed"], again["unchanged"]) == (False, 2)


def test_numbers_and_ids_are_removed(modules: Modules, emulator: Client) -> None:
    result = modules.run(STOPS, state="absent", phone_numbers=["0612345678", "0699999999"], ids=[19, 20, 666], diff=True, **FAST)
    assert ([entry["id"] for entry in result["removed"]], result["unchanged"]) == ([19, 20], 2)
    assert result["diff"]["before"].startswith("+33612345678 (id 19, created at 2015-07-20 10:19:45)\n")
    assert emulator.ids == []


def test_a_purge_keeps_what_is_not_in_e164_form(modules: Modules, emulator: Client) -> None:
    stops = [{"id": stop_id, "phoneNumber": number} for stop_id, number in enumerate(("+33612345678", "36111", "+33712345678", ""), start=1)]
    emulator.reset(stops, api_keys=[KEY])
    result = modules.run(STOPS, phone_numbers=["0612345678", "0699999999"], purge=True, diff=True, **FAST)
    assert [entry["id"] for entry in result["removed"]] == [3]
    assert result["diff"]["before"] == "+33712345678 (id 3, created at an unknown time)\n"
    assert 'The purge kept entries whose number is not in E.164 form: ID 2 ("36111"), ID 4 ("").' in str(result["warnings"])
    assert emulator.numbers == ["+33612345678", "36111", "", "+33699999999"]


@pytest.mark.parametrize("check", [True, False])
def test_a_purge_over_max_removals_changes_nothing(modules: Modules, emulator: Client, check: bool) -> None:
    assert "the limit is 1, but 2 of the entries would be removed" in modules.run(STOPS, phone_numbers=[], purge=True, max_removals=1, check=check)["msg"]
    assert emulator.calls == ["list"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "phone_numbers"),
        ({"phone_numbers": None, "purge": True}, "phone_numbers"),
        ({"phone_numbers": [None], "purge": True}, "phone_numbers"),
        ({"state": "absent", "phone_numbers": None, "ids": None}, "phone_numbers, ids"),
        ({"state": "absent", "ids": [None]}, "ids"),
        ({"phone_numbers": [], "ids": [1]}, "ids: can only be used with state=absent. Set state=absent to remove them. To add numbers, use phone_numbers."),
        ({"state": "absent", "ids": [1], "purge": True}, "purge: can only be used with state=present. Leave it out, or set state=present"),
        *(({"phone_numbers": [], "previous_phone_numbers": [], **other}, NOT_WITH_PREVIOUS) for other in ({"purge": True}, {"state": "absent"})),
        ({"phone_numbers": [], "previous_phone_numbers": ["first"]}, 'previous_phone_numbers: item 1, "first" is not a phone number.'),
        ({"phone_numbers": [], "max_removals": -2}, "max_removals: must be -1 or more. Give -1 for no limit."),
        *(({"phone_numbers": [], "concurrency": bad}, "concurrency: must be from 1 to 32. Give the number of requests to send at a time.") for bad in (0, 33)),
        ({"phone_numbers": ["0612345678", "first", "second"]}, 'phone_numbers: item 2, "first" is not a phone number; item 3, "second" is not'),
    ],
)
def test_bad_input_fails_before_any_request(modules: Modules, emulator: Client, options: dict[str, t.Any], message: str) -> None:
    assert message in modules.run(STOPS, **options)["msg"]
    assert emulator.calls == []


@pytest.mark.parametrize("lost", [{"drop": "before"}, {"drop": "after"}, {"status": 503, "body": ""}, {"code": 10}, {"code": 429}], ids=str)
@pytest.mark.parametrize("done", [0, 2, 3])
def test_a_run_that_ended_early_carries_on_when_run_again(modules: Modules, emulator: Client, done: int, lost: dict[str, t.Any]) -> None:
    wanted = {"phone_numbers": ["0699999997", "0699999998"], "purge": True, **FAST}
    calls = ("add", "add", "delete", "delete")
    for call in calls[:done]:
        emulator.fault(call=call)
    emulator.fault(call=calls[done], **lost)
    result = modules.run(STOPS, concurrency=1, **wanted)
    assert f"{done} of 4 changes were confirmed." in result["msg"]
    assert len(result["added"]) + len(result["removed"]) == done
    modules.run(STOPS, **wanted)
    assert sorted(emulator.numbers) == ["+33699999997", "+33699999998"]


@pytest.mark.parametrize("seed", range(15))
def test_check_mode_and_diff_mode_predict_exactly(modules: Modules, emulator: Client, seed: int) -> None:
    chance = random.Random(seed)
    pool = [f"+3361234{number}" for number in range(5670, 5690)]
    entries = [{"id": number, "phoneNumber": chance.choice([*pool, "36111", ""])} for number in range(1, chance.randint(2, 12))]
    wanted: dict[str, t.Any] = {"phone_numbers": chance.sample(pool, chance.randint(0, 10)), "max_removals": chance.choice([-1, 2])}
    ids = chance.sample(range(1, 20), 3)
    wanted.update(chance.choice([{}, {"purge": True}, {"previous_phone_numbers": pool[:9]}, {"state": "absent"}, {"state": "absent", "ids": ids}]))
    emulator.reset(entries, api_keys=[KEY])
    predicted = modules.run(STOPS, check=True, diff=True, **wanted, **FAST)
    result = modules.run(STOPS, diff=True, **wanted, **FAST)
    for entry in result.get("added", []):
        entry["id"] = None
    assert predicted == result
    if not result.get("failed"):
        assert modules.run(STOPS, **wanted, **FAST)["changed"] is False


def test_requests_are_paced(modules: Modules, emulator: Client, waits: list[float]) -> None:
    modules.run(STOPS, phone_numbers=[f"069999999{digit}" for digit in range(5)], requests_per_minute=1200, concurrency=1)
    assert sum(waits) == pytest.approx(5 * 60 / 1200, rel=0.01)
