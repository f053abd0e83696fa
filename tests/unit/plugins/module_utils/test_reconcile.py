# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan, which is a pure function, and the pace, which is told the time."""

from __future__ import annotations

import threading
import time
import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer
from ansible_collections.community.smspartner.plugins.module_utils._api import Outcome
from ansible_collections.community.smspartner.plugins.module_utils._errors import (
    Ended,
    InputError,
    NoUsableAnswer,
    Refusal,
    SmsPartnerError,
    TransientFailure,
)
from ansible_collections.community.smspartner.plugins.module_utils._reconcile import Execution, Pace, Plan, plan_absent, plan_present
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Entries, Stop, StopList

A, B, C, D = (f"+3361234567{digit}" for digit in range(4))
ENTRIES = [Stop(1, A, None), Stop(2, B, None), Stop(3, A, None), Stop(4, "36111", None), Stop(5, C, None)]


def test_what_is_wanted_and_not_there_is_added_in_the_order_of_the_wish() -> None:
    assert plan_present(ENTRIES, [D, B, "+33700000000", D, A]) == Plan([D, "+33700000000"], [], 2, [])


def test_a_purge_removes_the_others_and_keeps_short_codes() -> None:
    assert plan_present(ENTRIES, [B, D], purge=True) == Plan([D], [ENTRIES[0], ENTRIES[2], ENTRIES[4]], 1, [ENTRIES[3]])


@pytest.mark.parametrize(
    "spelling", ["0612345671", "33612345671", "+33 6 12 34 56 71", "+33612345671\n", "+", "+0612345671", "+3361234567\u0661", "+3361234567100000"]
)
def test_a_purge_keeps_a_number_in_another_spelling(spelling: str) -> None:
    entry = Stop(1, spelling, None)
    assert plan_present([entry], [B], purge=True) == Plan([B], [], 0, [entry])


@pytest.mark.parametrize(("most", "allowed"), [(-1, True), (0, False), (2, False), (3, True), (4, True)])
def test_the_guard_allows_as_many_removals_as_it_says(most: int, allowed: bool) -> None:
    if allowed:
        assert len(plan_present(ENTRIES, [B], purge=True, max_removals=most).remove) == 3
        return
    with pytest.raises(InputError) as failure:
        plan_present(ENTRIES, [B], purge=True, max_removals=most)
    assert str(failure.value) == (
        f"max_removals: the purge would remove 3 of 5 entries, and {most} is the most allowed. "
        "Nothing was changed. Check phone_numbers, and raise max_removals if the purge is meant."
    )


def test_a_purge_without_removals_passes_any_guard() -> None:
    assert plan_present(ENTRIES[1:2], [B], purge=True, max_removals=0) == Plan([], [], 1, [])


def test_what_is_unwanted_is_removed_once() -> None:
    assert plan_absent(ENTRIES, [A, D], [1, 5, 9]) == Plan([], [ENTRIES[0], ENTRIES[2], ENTRIES[4]], 2, [])
    assert plan_absent(ENTRIES, [], []) == Plan([], [], 0, [])


def test_requests_are_spaced_with_a_reserve() -> None:
    now = [100.0]
    pace = Pace(60, clock=lambda: now[0])
    assert [pace(), pace(), pace()] == pytest.approx([0, 1.005, 2.01])
    now[0] += 10
    assert [pace(), pace()] == pytest.approx([0, 1.005])


def test_a_pace_of_any_size_is_one() -> None:
    pace = Pace(10**400)
    assert [pace(), pace()] == [0, 0]


class Listless:
    """A stop list on which every removal comes to what it is told."""

    def __init__(self, *changed: bool) -> None:
        self._changed = list(changed)
        self.daemons: list[bool] = []

    def remove(self, stop_id: int) -> Change:
        self.daemons.append(threading.current_thread().daemon)
        return Change(self._changed.pop(0), stop_id, Answer(200, "", {}, ""))


def test_what_was_gone_already_counts_as_unchanged() -> None:
    stop_list = Listless(True, False, False)
    run = Execution(t.cast(StopList, stop_list), lambda _warning: None)
    plan = Plan([], ENTRIES[:3], 4, [])
    assert run.result(plan)["unchanged"] == 0
    run.execute(plan, 1)
    assert run.result(plan) == {"changed": True, "added": [], "removed": [{"id": 1, "phone_number": A}], "unchanged": 6, "errors": []}
    # A play that is broken off must not wait for them.
    assert stop_list.daemons == [True] * 3


NUMBERS = [f"+3370000000{digit}" for digit in range(6)]
READ = "read"


def outcome(code: int = 200, perhaps_done: bool = False, **members: t.Any) -> Outcome:
    return Outcome(Answer(code, "", {"code": code, **members}, ""), 200, perhaps_done)


class Script:
    """In place of StopList: what comes of the call for a number, for an id, or of reading the list; and the calls in their order."""

    def __init__(self) -> None:
        self._outcomes: dict[t.Any, t.Any] = {}
        self.calls: list[t.Any] = []
        self.threads: set[int] = set()
        self._ended = False

    def end(self) -> None:
        self._ended = True

    def on(self, subject: t.Any, comes_to: t.Any) -> Script:
        self._outcomes[subject] = comes_to
        return self

    def send_add(self, phone_number: str) -> t.Any:
        return self._next(phone_number, outcome(stopId=70 + int(phone_number[-1])))

    def remove(self, stop_id: int) -> t.Any:
        return self._next(stop_id, Change(True, stop_id, outcome().answer))

    def entries(self, *, numbers: t.Container[str]) -> t.Any:
        assert all(number in numbers for number in self.calls if isinstance(number, str) and isinstance(self._outcomes.get(number), Outcome))
        return self._next(READ, Entries([], 0))

    def _next(self, subject: t.Any, usual: t.Any) -> t.Any:
        if self._ended:
            raise Ended
        self.calls.append(subject)
        self.threads.add(threading.get_ident())
        comes_to = self._outcomes.get(subject, usual)
        if isinstance(comes_to, Exception):
            raise comes_to
        return comes_to


class Carried:
    """What came of a plan: the result, the failure if there was one, and the warnings."""

    def __init__(self, script: Script, plan: Plan, concurrency: int = 1) -> None:
        self.warnings: list[str] = []
        run = Execution(t.cast(StopList, script), self.warnings.append)
        self.failure: SmsPartnerError | None = None
        try:
            run.execute(plan, concurrency)
        except SmsPartnerError as error:
            self.failure = error
        self.result = run.result(plan)

    @property
    def added(self) -> list[t.Any]:
        return [(row["id"], row["phone_number"]) for row in self.result["added"]]

    @property
    def removed(self) -> list[int]:
        return [row["id"] for row in self.result["removed"]]


def test_what_is_planned_is_done_and_told_in_its_order() -> None:
    script = Script()
    done = Carried(script, Plan(NUMBERS[2:0:-1], ENTRIES[1::-1], 5, []))
    assert script.calls == [NUMBERS[2], NUMBERS[1], 2, 1]
    assert done.failure is None
    assert done.result == {
        "changed": True,
        "added": [{"id": 72, "phone_number": NUMBERS[2]}, {"id": 71, "phone_number": NUMBERS[1]}],
        "removed": [{"id": 2, "phone_number": B}, {"id": 1, "phone_number": A}],
        "unchanged": 5,
        "errors": [],
    }
    assert done.warnings == []


def test_nothing_to_do_is_no_change() -> None:
    script = Script()
    assert Carried(script, Plan([], [], 3, []), 8).result == {"changed": False, "added": [], "removed": [], "unchanged": 3, "errors": []}
    assert script.calls == []


def test_a_number_that_is_added_without_an_id_counts_as_added() -> None:
    assert Carried(Script().on(NUMBERS[0], outcome()), Plan(NUMBERS[:1], [], 0, [])).added == [(None, NUMBERS[0])]


def test_numbers_that_the_api_takes_for_listed_are_looked_up_in_one_reading() -> None:
    script = Script().on(NUMBERS[0], outcome(3)).on(NUMBERS[1], outcome(15, perhaps_done=True)).on(NUMBERS[2], outcome(15)).on(NUMBERS[4], outcome(15))
    script.on(READ, Entries([Stop(80, NUMBERS[0], None), Stop(81, NUMBERS[1], None), Stop(84, NUMBERS[4], None)], 9))
    done = Carried(script, Plan(NUMBERS[:5], [], 10, []))
    assert script.calls == [*NUMBERS[:5], READ]
    assert done.added == [(81, NUMBERS[1]), (73, NUMBERS[3])]
    assert done.result["unchanged"] == 12
    (warning,) = done.warnings
    assert warning.startswith(f"The API refused {NUMBERS[1]} with code 15, after an earlier try of this run was left without an answer")
    assert [(error["phone_number"], error["code"]) for error in done.result["errors"]] == [(NUMBERS[2], 15)]
    assert done.result["errors"][0]["msg"].startswith(f"Could not put {NUMBERS[2]} on the stop list, and the list does not show it. The reason:")
    assert str(done.failure) == "1 of 5 entries were refused. The rest is done; see errors for each, and run the play again once the cause is fixed."


def test_a_list_that_cannot_be_read_leaves_what_was_done() -> None:
    failure = NoUsableAnswer("it broke", "Mend it.")
    done = Carried(Script().on(NUMBERS[0], outcome(15)).on(READ, failure), Plan(NUMBERS[:2], [], 0, []))
    assert done.failure is failure
    assert done.added == [(71, NUMBERS[1])]
    assert done.result["errors"] == []


@pytest.mark.parametrize("broken", [READ, NUMBERS[3]])
def test_where_the_list_cannot_be_read_a_number_in_doubt_counts_as_added(broken: str) -> None:
    failure = NoUsableAnswer("it broke", "Mend it.")
    script = Script().on(NUMBERS[0], outcome(15)).on(NUMBERS[1], outcome(15, perhaps_done=True)).on(broken, failure)
    done = Carried(script, Plan(NUMBERS[:4], [], 0, []))
    assert script.calls == [*NUMBERS[:4], READ][: 5 if broken == READ else 4]
    assert done.failure is failure
    assert done.added == [(None, NUMBERS[1]), (72, NUMBERS[2]), (73, NUMBERS[3])][: 3 if broken == READ else 2]
    (warning,) = done.warnings
    assert warning.startswith(f"The API refused {NUMBERS[1]} with code 15, after an earlier try")
    assert (done.result["unchanged"], done.result["errors"]) == (0, [])


def test_a_refused_entry_is_recorded_and_the_rest_goes_on() -> None:
    script = Script().on(NUMBERS[0], Refusal(9, "No", http_status=400, response={"code": 9}))
    script.on(2, Refusal(500, "", http_status=503, response={"code": 500}))
    done = Carried(script, Plan(NUMBERS[:2], ENTRIES[:3], 0, []))
    assert done.added == [(71, NUMBERS[1])]
    assert done.removed == [1, 3]
    assert done.result["errors"] == [
        {"phone_number": NUMBERS[0], "code": 9, "msg": str(Refusal(9, "No"))},
        {"id": 2, "phone_number": B, "code": 500, "msg": str(Refusal(500, ""))},
    ]
    assert str(done.failure) == "2 of 5 entries were refused. The rest is done; see errors for each, and run the play again once the cause is fixed."
    assert done.failure is not None
    assert done.failure.__class__ is SmsPartnerError
    # Those of the last refusal.
    assert (done.failure.code, done.failure.http_status, done.failure.response) == (500, 503, {"code": 500})


def test_refusals_are_told_in_the_order_of_the_plan() -> None:
    first_is_refused = threading.Event()

    class Slow(Script):
        def _next(self, subject: t.Any, usual: t.Any) -> t.Any:
            if subject == NUMBERS[0]:
                first_is_refused.wait(5)
            try:
                return super()._next(subject, usual)
            finally:
                if subject == 1:
                    first_is_refused.set()

    script = Slow().on(NUMBERS[0], Refusal(9, "")).on(1, Refusal(2, ""))
    assert [error["code"] for error in Carried(script, Plan(NUMBERS[:1], ENTRIES[:1], 0, []), 2).result["errors"]] == [9, 2]


def test_a_thread_that_breaks_ends_the_run() -> None:
    done = Carried(Script().on(1, MemoryError()), Plan(NUMBERS[:1], ENTRIES[:3], 0, []))
    assert str(done.failure) == (
        "the run broke off (MemoryError). Check the target's limits of memory and processes. Of 4 changes, 1 were made; run the play again for the rest."
    )
    assert (len(done.added), done.removed) == (1, [])


def test_threads_that_cannot_be_started_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def start_one(thread: threading.Thread) -> None:
        if started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    done = Carried(Script(), Plan([], ENTRIES, 0, []), 3)
    assert str(done.failure).startswith("the run broke off (RuntimeError). ")
    assert done.failure is not None
    assert f"Of 5 changes, {len(done.removed)} were made" in done.failure.advice


@pytest.mark.parametrize(("perhaps_done", "changes_told"), [(True, [2]), (False, [])])
def test_of_what_is_lost_after_the_end_a_warning_tells(perhaps_done: bool, changes_told: list[int]) -> None:
    warnings: list[str] = []
    run = Execution(t.cast(StopList, Script()), warnings.append)
    run._end(Refusal(10, "No"))
    lost = TransientFailure("it was lost", "Look.", perhaps_done=perhaps_done)
    lost.tried = "Could not remove the entry 2. The reason:"
    run._end(lost)
    assert warnings == [f"Could not remove the entry {stop_id}. The reason: it was lost. Look." for stop_id in changes_told]


@pytest.mark.parametrize("failure", [Refusal(10, "No"), NoUsableAnswer("it broke", "Mend it.")], ids=str)
@pytest.mark.parametrize("subject", [NUMBERS[1], 1])
def test_where_no_more_can_succeed_nothing_more_is_sent(failure: SmsPartnerError, subject: t.Any) -> None:
    script = Script().on(NUMBERS[0], outcome(15)).on(subject, failure)
    done = Carried(script, Plan(NUMBERS[:2], ENTRIES[:2], 0, []))
    assert script.calls == ([NUMBERS[0], NUMBERS[1]] if subject == NUMBERS[1] else [*NUMBERS[:2], 1])
    assert done.failure is failure
    assert done.result["errors"] == []


def test_of_two_failures_the_first_is_told() -> None:
    run = Execution(t.cast(StopList, Script()), lambda _warning: None)
    first, second = NoUsableAnswer("first", ""), NoUsableAnswer("second", "")
    run._end(first)
    run._end(second)
    with pytest.raises(NoUsableAnswer) as failure:
        run.execute(Plan(NUMBERS, ENTRIES, 0, []), 4)
    assert failure.value is first


def test_a_removal_in_doubt_warns() -> None:
    done = Carried(Script().on(1, Change(True, 1, outcome(4).answer, "Mind it.")), Plan([], ENTRIES[:2], 0, []))
    assert done.warnings == ["Mind it."]
    assert done.removed == [1, 2]


@pytest.mark.parametrize(("concurrency", "jobs", "threads"), [(1, 4, 1), (3, 4, 3), (8, 4, 4)])
def test_as_many_requests_at_a_time_as_are_allowed(concurrency: int, jobs: int, threads: int) -> None:
    together = threading.Barrier(threads)

    class Slow(Script):
        def _next(self, subject: t.Any, usual: t.Any) -> t.Any:
            if len(self.threads) < threads:
                self.threads.add(threading.get_ident())
                together.wait(5)
            time.sleep(0.02)  # Time for one thread too many to show itself.
            return super()._next(subject, usual)

    script = Slow()
    done = Carried(script, Plan(NUMBERS[: jobs // 2], ENTRIES[: jobs - jobs // 2], 0, []), concurrency)
    assert len(done.added) + len(done.removed) == jobs
    assert len(script.threads) == threads
