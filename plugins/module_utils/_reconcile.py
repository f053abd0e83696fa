# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""From a wish to a plan, and from the plan to calls: paced, several at a time, and stopped when no more can succeed."""

from __future__ import annotations

import re
import threading
import time
import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._api import Outcome
from ansible_collections.community.smspartner.plugins.module_utils._errors import Ended, InputError, Refusal, SmsPartnerError, TransientFailure
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import (
    ALREADY_LISTED,
    Change,
    Stop,
    StopList,
    added,
    settle_add,
)

# A request that starts on time may arrive late, and the one a minute after it early: the server would count one too many in a minute.
RESERVE = 1.005
# An entry that is written in any other way may stand for a number that is wanted.
E164 = re.compile(r"\+[1-9][0-9]{1,14}")


class Plan(t.NamedTuple):
    """What to do, in order. ``kept`` are the entries that a purge leaves because their number is not in international form."""

    add: list[str]
    remove: list[Stop]
    unchanged: int
    kept: list[Stop]


def plan_present(entries: t.Sequence[Stop], numbers: t.Iterable[str], *, purge: bool = False, max_removals: int = -1) -> Plan:
    """All of ``numbers`` (E.164) on the list and, with ``purge``, no others.

    :raises InputError: when the purge would remove more than ``max_removals``
    """
    wanted = dict.fromkeys(numbers)
    listed = {stop.phone_number for stop in entries}
    others = [stop for stop in entries if stop.phone_number not in wanted] if purge else []
    remove = [stop for stop in others if E164.fullmatch(stop.phone_number)]
    if -1 < max_removals < len(remove):
        problem = f"the purge would remove {len(remove)} of {len(entries)} entries, and {max_removals} is the most allowed"
        raise InputError("max_removals", problem, "Nothing was changed. Check phone_numbers, and raise max_removals if the purge is meant.")
    add = [number for number in wanted if number not in listed]
    return Plan(add, remove, len(wanted) - len(add), [stop for stop in others if not E164.fullmatch(stop.phone_number)])


def plan_absent(entries: t.Sequence[Stop], numbers: t.Iterable[str], ids: t.Iterable[int]) -> Plan:
    """None of ``numbers`` (E.164) and ``ids`` on the list."""
    unwanted_numbers, unwanted_ids = set(numbers), set(ids)
    remove = [stop for stop in entries if stop.phone_number in unwanted_numbers or stop.id in unwanted_ids]
    found = len(unwanted_numbers & {stop.phone_number for stop in remove}) + len(unwanted_ids & {stop.id for stop in remove})
    return Plan([], remove, len(unwanted_numbers) + len(unwanted_ids) - found, [])


class Pace:
    """Spaces the starts of requests evenly, for any number of threads."""

    def __init__(self, per_minute: int, *, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._interval = 60 / per_minute * RESERVE
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock()

    def __call__(self) -> float:
        """Take the next free slot, and return the seconds until it."""
        with self._lock:
            now = self._clock()
            slot = max(self._next, now)
            self._next = slot + self._interval
        return slot - now


class Execution:
    """Carries out a plan, and keeps what came of it."""

    def __init__(self, stop_list: StopList, warn: t.Callable[[str], None]) -> None:
        self._stop_list = stop_list
        self._warn = warn
        self._lock = threading.Lock()
        self._added: dict[str, int | None] = {}
        self._removed: set[int] = set()
        self._unchanged = 0
        self._unsettled: dict[str, Outcome] = {}
        self._errors: dict[str | int, dict[str, t.Any]] = {}
        self._refusal: Refusal | None = None
        self._fatal: SmsPartnerError | None = None

    def execute(self, plan: Plan, concurrency: int) -> None:
        """Send the plan's calls, at most ``concurrency`` at a time. What was done and what went wrong is in ``result``.

        :raises SmsPartnerError: when the run had to end early, or entries were refused
        """
        self._unchanged = plan.unchanged
        jobs = iter([*((self._add, number) for number in plan.add), *((self._remove, stop) for stop in plan.remove)])
        # Daemons, so that a play that is broken off does not wait for them.
        threads = [threading.Thread(target=self._work, args=(jobs,), daemon=True) for _worker in range(min(concurrency, len(plan.add) + len(plan.remove)))]
        for thread in threads:
            try:
                thread.start()
            except RuntimeError as error:
                self._end(_broken_off(error))
        for thread in threads:
            if thread.ident is not None:
                thread.join()
        if self._unsettled:
            self._settle()
        total = len(plan.add) + len(plan.remove)
        if self._fatal is not None:
            self._fatal.advice += f" Of {total} changes, {len(self._added) + len(self._removed)} were made; run the play again for the rest."
            raise self._fatal
        if self._refusal is not None:
            raise SmsPartnerError(
                f"{len(self._errors)} of {total} entries were refused",
                "The rest is done; see errors for each, and run the play again once the cause is fixed.",
                code=self._refusal.code,
                http_status=self._refusal.http_status,
                response=self._refusal.response,
            )

    def result(self, plan: Plan) -> dict[str, t.Any]:
        """What was done, in the plan's order."""
        added = [{"id": self._added[number], "phone_number": number} for number in plan.add if number in self._added]
        removed = [named(stop) for stop in plan.remove if stop.id in self._removed]
        subjects = (*plan.add, *(stop.id for stop in plan.remove))
        return {
            "changed": bool(added or removed),
            "added": added,
            "removed": removed,
            "unchanged": self._unchanged,
            "errors": [self._errors[subject] for subject in subjects if subject in self._errors],
        }

    def _work(self, jobs: t.Iterator[tuple[t.Callable[[t.Any], None], t.Any]]) -> None:
        while True:
            with self._lock:
                job = next(jobs, None)
            if job is None:
                return
            act, subject = job
            try:
                act(subject)
            except Ended:
                return
            except Refusal as error:
                self._refused(error, subject)
            except SmsPartnerError as error:
                self._end(error)
            except Exception as error:  # noqa: BLE001  # a thread that died unseen would leave its entry out of a success
                self._end(_broken_off(error))

    def _add(self, number: str) -> None:
        outcome = self._stop_list.send_add(number)
        with self._lock:
            if outcome.answer.code in ALREADY_LISTED:
                self._unsettled[number] = outcome
            else:
                self._note_added(number, added(outcome))

    def _remove(self, stop: Stop) -> None:
        change = self._stop_list.remove(stop.id)
        with self._lock:
            if change.changed:
                self._removed.add(stop.id)
                self._tell(change)
            else:
                self._unchanged += 1

    def _settle(self) -> None:
        """Look up, in one reading of the list, the numbers that the API took for listed although the list did not show them before.

        Where the list cannot be read, only those are settled that an earlier try may have put there.
        """
        entries: dict[str, Stop] = {}
        if self._fatal is None:
            try:
                entries = {stop.phone_number: stop for stop in self._stop_list.entries(numbers=self._unsettled).stops}
            except SmsPartnerError as error:
                self._end(error)
        for number, outcome in self._unsettled.items():
            if self._fatal is not None and not outcome.perhaps_done:
                continue
            try:
                self._note_added(number, settle_add(number, outcome, entries.get(number)))
            except Refusal as error:
                self._refused(error, number)

    def _note_added(self, number: str, change: Change) -> None:
        if change.changed:
            self._added[number] = change.id
            self._tell(change)
        else:
            self._unchanged += 1

    def _tell(self, change: Change) -> None:
        if change.warning:
            self._warn(change.warning)

    def _refused(self, error: Refusal, subject: str | Stop) -> None:
        if error.of_account:
            self._end(error)
            return
        key, entry = (subject, {"phone_number": subject}) if isinstance(subject, str) else (subject.id, named(subject))
        with self._lock:
            self._refusal = error
            self._errors[key] = {**entry, "code": error.code, "msg": str(error)}

    def _end(self, error: SmsPartnerError) -> None:
        with self._lock:
            if self._fatal is None:
                self._fatal = error
            elif isinstance(error, TransientFailure) and error.perhaps_done:
                # The task's one message is about another entry.
                self._warn(str(error))
        self._stop_list.end()


def _broken_off(error: Exception) -> SmsPartnerError:
    return SmsPartnerError(f"the run broke off ({type(error).__name__})", "Check the target's limits of memory and processes.")


def named(stop: Stop) -> dict[str, t.Any]:
    """An entry as the results name it."""
    return {"id": stop.id, "phone_number": stop.phone_number}
