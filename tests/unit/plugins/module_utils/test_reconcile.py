# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t
from unittest import mock

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._answer import ApiResult
from ansible_collections.community.smspartner.plugins.module_utils._errors import ApiError, InputError, RunEndedError, SmsPartnerError, UnusableResponseError
from ansible_collections.community.smspartner.plugins.module_utils._reconcile import Execution, Plan, plan_absent, plan_present
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Stop, StopList

A, B, C, D = (f"+3361234567{digit}" for digit in range(4))
ENTRIES = [Stop(1, A, None), Stop(2, B, None), Stop(3, A, None), Stop(4, "36111", None), Stop(5, C, None), Stop(6, "", None)]
NUMBERS = [f"+3370000000{digit}" for digit in range(6)]


def test_missing_numbers_are_added_in_the_given_order() -> None:
    assert plan_present(ENTRIES, [D, B, "36111", NUMBERS[0], A]) == Plan([D, NUMBERS[0]], [], 3, [])


def test_a_purge_removes_all_other_numbers_in_e164_form() -> None:
    assert plan_present(ENTRIES, [B, D], purge=True) == Plan([D], [ENTRIES[0], ENTRIES[2], ENTRIES[4]], 1, [ENTRIES[3], ENTRIES[5]])
    assert plan_present(ENTRIES, [A, B, C, "36111"], purge=True) == Plan([], [], 4, [ENTRIES[5]])


@pytest.mark.parametrize("number", ["0612345671", "33612345671", "+33 6 12 34 56 71", "+3361234567", "+0612345678", "+", "36111", ""])
def test_a_purge_keeps_an_entry_whose_number_is_not_in_e164_form(number: str) -> None:
    assert plan_present([Stop(1, number, None)], [], purge=True) == Plan([], [], 0, [Stop(1, number, None)])


@pytest.mark.parametrize("others", [{"purge": True}, {"previous": [A, C]}])
def test_max_removals_is_inclusive(others: dict[str, t.Any]) -> None:
    assert [len(plan_present(ENTRIES, [B], max_removals=most, **others).remove) for most in (-1, 3)] == [3, 3]
    assert plan_present(ENTRIES[1:2], [B], max_removals=0, **others) == Plan([], [], 1, [])
    for most in (0, 2):
        with pytest.raises(InputError) as failure:
            plan_present(ENTRIES, [B], max_removals=most, **others)
        assert str(failure.value) == (
            f"max_removals: the limit is {most}, but 3 of the entries would be removed. "
            "Nothing was changed. Check the numbers, and raise max_removals if this is intended."
        )


def test_previous_numbers_that_are_no_longer_wanted_are_removed() -> None:
    previous = [A, B, D, "36111"]
    assert plan_present(ENTRIES, [B, NUMBERS[0]], previous=previous) == Plan([NUMBERS[0]], [ENTRIES[0], ENTRIES[2], ENTRIES[3]], 1, [])


def test_unwanted_entries_are_removed_once() -> None:
    assert plan_absent(ENTRIES, [A, D], [1, 5, 9]) == Plan([], [ENTRIES[0], ENTRIES[2], ENTRIES[4]], 2, [])
    assert plan_absent(ENTRIES, [], []) == Plan([], [], 0, [])


def added(code: int = 200, stop_id: int | None = None, changed: bool = True, warning: str | None = None) -> Change:
    return Change(changed, stop_id, ApiResult(code, "", {"code": code}, ""), warning)


def refusal(code: int, message: str = "") -> ApiError:
    return ApiError(code, message, http_status=400, response={"code": code})


class FakeStopList:
    """In place of StopList: what comes of the call for a number or for an ID; and the calls in their order."""

    def __init__(self, outcomes: dict[t.Any, t.Any] | None = None) -> None:
        self._outcomes = outcomes or {}
        self.calls: list[t.Any] = []
        self.threads: set[threading.Thread] = set()
        self.before_each: t.Callable[[], object] = lambda: None
        self._stopped = False

    def stop(self) -> None:
        self._stopped = True

    def add(self, phone_number: str) -> t.Any:
        return self._next(phone_number, added(stop_id=70 + int(phone_number[-1])))

    def remove(self, stop_id: int) -> t.Any:
        return self._next(stop_id, added(stop_id=stop_id))

    def _next(self, subject: t.Any, usual: Change) -> t.Any:
        if self._stopped:
            raise RunEndedError
        self.calls.append(subject)
        self.threads.add(threading.current_thread())
        self.before_each()
        result = self._outcomes.get(subject, usual)
        if isinstance(result, Exception):
            raise result
        return result


class Run:
    """What came of a plan: the results, the failure if there was one, and the warnings."""

    def __init__(self, stop_list: FakeStopList, plan: Plan, concurrency: int = 1) -> None:
        self.warnings: list[str] = []
        self.failure: SmsPartnerError | None = None
        execution = Execution(t.cast(StopList, stop_list), plan, self.warnings.append)
        try:
            self.results = execution.run(concurrency)
        except SmsPartnerError as error:
            self.failure, self.results = error, dict(error.results)
        self.added = [(row["id"], row["phone_number"]) for row in self.results["added"]]
        self.removed = [row["id"] for row in self.results["removed"]]


def test_the_plan_is_carried_out_in_its_order() -> None:
    outcomes = {NUMBERS[0]: added(3, changed=False), NUMBERS[1]: added(15, warning="Probably added."), 3: added(4, 3, changed=False)}
    stop_list = FakeStopList({**outcomes, 5: added(4, 5, warning="Probably removed.")})
    run = Run(stop_list, Plan(NUMBERS[2::-1], [*ENTRIES[2::-1], ENTRIES[4]], 5, []))
    assert stop_list.calls == [*NUMBERS[2::-1], 3, 2, 1, 5]
    assert run.failure is None
    assert run.results == {
        "changed": True,
        "added": [{"id": 72, "phone_number": NUMBERS[2]}, {"id": None, "phone_number": NUMBERS[1]}],
        "removed": [{"id": 2, "phone_number": B}, {"id": 1, "phone_number": A}, {"id": 5, "phone_number": C}],
        "unchanged": 7,
        "errors": [],
    }
    assert run.warnings == ["Probably added.", "Probably removed."]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_refused_entry_is_recorded_and_the_rest_goes_on(concurrency: int) -> None:
    stop_list = FakeStopList({2: refusal(9, "No"), 3: refusal(500)})
    run = Run(stop_list, Plan(NUMBERS[:2], ENTRIES[:3], 0, []), concurrency)
    assert (run.added, run.removed) == ([(70, NUMBERS[0]), (71, NUMBERS[1])], [1])
    assert run.results["errors"] == [
        {"id": 2, "phone_number": B, "code": 9, "msg": str(refusal(9, "No"))},
        {"id": 3, "phone_number": A, "code": 500, "msg": str(refusal(500))},
    ]
    assert str(run.failure) == f"2 of 5 entries were refused. The others are done. See errors for the reasons. The first one: {refusal(9, 'No')}"
    assert run.failure is not None
    assert (run.failure.code, run.failure.http_status, run.failure.response) == (9, 400, {"code": 9})


@pytest.mark.parametrize("concurrency", [1, 3])
def test_nothing_is_removed_if_an_addition_is_refused(concurrency: int) -> None:
    stop_list = FakeStopList({NUMBERS[0]: refusal(9)})
    run = Run(stop_list, Plan(NUMBERS[:2], ENTRIES[:3], 0, []), concurrency)
    assert (run.added, run.removed, set(stop_list.calls)) == ([(71, NUMBERS[1])], [], set(NUMBERS[:2]))
    assert str(run.failure) == (
        "1 of 2 entries was refused. The other additions are done. Nothing was removed, because all additions have to be accepted first "
        f"(removals not sent: 3). See errors for the reasons. The first one: {refusal(9)}"
    )


def test_if_all_entries_are_refused_none_is_called_done() -> None:
    run = Run(FakeStopList({1: refusal(9)}), Plan([], ENTRIES[:1], 0, []))
    assert str(run.failure) == f"1 of 1 entries was refused. See errors for the reasons. The first one: {refusal(9)}"


@pytest.mark.parametrize("failure", [refusal(10), refusal(429), UnusableResponseError("it broke", "Fix it.")], ids=str)
@pytest.mark.parametrize("subject", [NUMBERS[1], 1])
def test_a_failure_of_the_account_or_the_server_ends_the_run(failure: SmsPartnerError, subject: t.Any) -> None:
    stop_list = FakeStopList({NUMBERS[0]: added(15, changed=False), subject: failure})
    run = Run(stop_list, Plan(NUMBERS[:2], ENTRIES[:2], 0, []))
    assert stop_list.calls == [NUMBERS[0], NUMBERS[1], 1][: 2 if subject == NUMBERS[1] else 3]
    assert str(run.failure) == f"{failure} {len(run.added)} of 4 changes were confirmed. Run the task again for the rest."
    assert run.results["errors"] == []


def test_a_thread_that_breaks_ends_the_run() -> None:
    run = Run(FakeStopList({1: MemoryError()}), Plan(NUMBERS[:1], ENTRIES[:3], 0, []))
    assert str(run.failure) == (
        "A thread failed (MemoryError). A request got no usable response; the change may already have been made. "
        "Check the memory and process limits of the host. 1 of 4 changes were confirmed. Run the task again for the rest."
    )


def test_fewer_threads_do_the_work_if_the_host_allows_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", mock.Mock(side_effect=RuntimeError("can't start new thread")))
    assert Run(FakeStopList(), Plan([], ENTRIES[:3], 0, []), 8).removed == [1, 2, 3]


def test_a_second_failure_that_may_have_been_carried_out_is_a_warning() -> None:
    both = threading.Barrier(3)
    failures = [UnusableResponseError(f"{number} was lost", "Look.", in_doubt=number > 0) for number in range(3)]
    stop_list = FakeStopList(dict(zip((1, 2, 3), failures)))
    stop_list.before_each = lambda: both.wait(5)
    run = Run(stop_list, Plan([], ENTRIES[:3], 0, []), 3)
    assert run.failure is not None
    assert sorted(run.warnings) == [str(failure) for failure in failures[1:] if failure.problem != run.failure.problem]


@pytest.mark.parametrize(("concurrency", "threads"), [(1, 1), (3, 3), (8, 4)])
def test_concurrency_limits_the_requests_at_a_time(concurrency: int, threads: int) -> None:
    together = threading.Barrier(threads)
    stop_list = FakeStopList()
    stop_list.before_each = lambda: together.wait(5) if len(stop_list.calls) <= threads else None
    run = Run(stop_list, Plan([], ENTRIES[:4], 0, []), concurrency)
    assert len(run.removed) == 4
    assert len(stop_list.threads) == threads
    assert all(thread.daemon for thread in stop_list.threads - {threading.main_thread()})  # an interrupted play must not wait for them
