# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""Many entries: a plan, which is a pure function of the list and the options, and its execution by several threads."""

from __future__ import annotations

import contextlib
import threading
import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._errors import ApiError, InputError, RunEndedError, SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._phone import E164
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Stop, StopList

Job = t.Union[str, int]  # the number to add, or the ID of the entry to remove


class Plan(t.NamedTuple):
    """What to do, in order. ``kept`` are entries that a purge keeps because their number is not in E.164 form."""

    add: list[str]
    remove: list[Stop]
    unchanged: int
    kept: list[Stop]


def plan_present(entries: t.Sequence[Stop], numbers: t.Sequence[str], *, purge: bool = False, previous: t.Iterable[str] = (), max_removals: int = -1) -> Plan:
    """Plan to have all of ``numbers`` (E.164) on the list; of the others, remove those in ``previous`` or, with ``purge``, all.

    :raises InputError: when more than ``max_removals`` entries would be removed
    """
    wanted, listed = set(numbers), {stop.phone_number for stop in entries}
    unwanted = (listed if purge else set(previous)) - wanted
    others = [stop for stop in entries if stop.phone_number in unwanted]
    remove = [stop for stop in others if not purge or E164.fullmatch(stop.phone_number)]
    if -1 < max_removals < len(remove):
        problem = f"the limit is {max_removals}, but {len(remove)} of the entries would be removed"
        raise InputError("max_removals", problem, "Nothing was changed. Check the numbers, and raise max_removals if this is intended.")
    add = [number for number in numbers if number not in listed]
    return Plan(add, remove, len(numbers) - len(add), [stop for stop in others if purge and not E164.fullmatch(stop.phone_number)])


def plan_absent(entries: t.Sequence[Stop], numbers: t.Sequence[str], ids: t.Iterable[int]) -> Plan:
    """Plan to have none of ``numbers`` (E.164) and ``ids`` on the list."""
    unwanted_numbers, unwanted_ids = set(numbers), set(ids)
    remove = [stop for stop in entries if stop.phone_number in unwanted_numbers or stop.id in unwanted_ids]
    missing = len(unwanted_numbers - {stop.phone_number for stop in remove}) + len(unwanted_ids - {stop.id for stop in remove})
    return Plan([], remove, missing, [])


def id_and_number(stop: Stop) -> dict[str, t.Any]:
    """Return the entry as results show it."""
    return {"id": stop.id, "phone_number": stop.phone_number}


class Execution:
    """Carries out a plan and keeps the results."""

    def __init__(self, stop_list: StopList, plan: Plan, warn: t.Callable[[str], None]) -> None:
        self._stop_list = stop_list
        self._plan = plan
        self._warn = warn
        self._entries: dict[Job, dict[str, t.Any]] = {
            **{number: {"phone_number": number} for number in plan.add},
            **{stop.id: id_and_number(stop) for stop in plan.remove},
        }
        self._lock = threading.Lock()
        self._changed: dict[Job, int | None] = {}  # the IDs only: the responses of many entries would fill the memory
        self._unchanged = 0
        self._refusals: dict[Job, ApiError] = {}
        self._failure: SmsPartnerError | None = None

    def run(self, concurrency: int) -> dict[str, t.Any]:
        """Send the plan's calls, at most ``concurrency`` at a time, and return what was done, in the plan's order.

        Nothing is removed before all additions were accepted: numbers from a wrong source must not empty the list.

        :raises SmsPartnerError: when the run had to end early, or entries were refused; its ``results`` are what was done
        """
        self._send_all(self._plan.add, concurrency)
        if not (self._refusals or self._failure):
            self._send_all([stop.id for stop in self._plan.remove], concurrency)
        failure = self._failure_of_the_run()
        if failure is None:
            return self._results()
        raise failure.extended(results=self._results())

    def _send_all(self, jobs: t.Sequence[Job], concurrency: int) -> None:
        waiting = iter(jobs)
        helpers: list[threading.Thread] = []
        with contextlib.suppress(RuntimeError):  # if the host allows no more threads, fewer do the work
            for _helper in range(min(concurrency, len(jobs)) - 1):
                helper = threading.Thread(target=self._work, args=(waiting,), daemon=True)  # an interrupted play must not wait for it
                helper.start()
                helpers.append(helper)
        self._work(waiting)
        for helper in helpers:
            helper.join()

    def _failure_of_the_run(self) -> SmsPartnerError | None:
        if self._failure is not None:
            advice = f"{self._failure.advice} {len(self._changed)} of {len(self._entries)} changes were confirmed. Run the task again for the rest."
            return self._failure.extended(advice=advice)
        if not self._refusals:
            return None
        refused = self._refused()
        first = refused[0][1]
        sent = len(refused) + len(self._changed) + self._unchanged
        problem = f"{len(refused)} of {sent} entries {'was' if len(refused) == 1 else 'were'} refused"
        unsent = len(self._entries) - sent
        others = f"The other{' additions' if unsent else 's'} are done. " if sent > len(refused) else ""
        removals = f"Nothing was removed, because all additions have to be accepted first (removals not sent: {unsent}). " if unsent else ""
        advice = f"{others}{removals}See errors for the reasons. The first one: {first}"
        return SmsPartnerError(problem, advice, code=first.code, http_status=first.http_status, response=first.response)

    def _results(self) -> dict[str, t.Any]:
        return {
            "changed": bool(self._changed),
            "added": [{"id": self._changed[number], "phone_number": number} for number in self._plan.add if number in self._changed],
            "removed": [id_and_number(stop) for stop in self._plan.remove if stop.id in self._changed],
            "unchanged": self._plan.unchanged + self._unchanged,
            "errors": [{**entry, "code": refusal.code, "msg": str(refusal)} for entry, refusal in self._refused()],
        }

    def _refused(self) -> list[tuple[dict[str, t.Any], ApiError]]:
        return [(entry, self._refusals[job]) for job, entry in self._entries.items() if job in self._refusals]

    def _work(self, waiting: t.Iterator[Job]) -> None:
        while True:
            with self._lock:
                job = next(waiting, None)
            if job is None:
                return
            try:
                self._record(job, self._stop_list.remove(job) if isinstance(job, int) else self._stop_list.add(job))
            except RunEndedError:
                return
            except ApiError as error:
                self._refuse(job, error)
            except SmsPartnerError as error:
                self._end_run(error)
            except Exception as error:  # noqa: BLE001  # otherwise its entry would be missing from the results
                advice = "Check the memory and process limits of the host."
                self._end_run(SmsPartnerError(f"a thread failed ({type(error).__name__})", advice, in_doubt=True))

    def _record(self, job: Job, change: Change) -> None:
        with self._lock:
            if change.changed:
                self._changed[job] = change.id
            else:
                self._unchanged += 1
            if change.warning:
                self._warn(change.warning)

    def _refuse(self, job: Job, error: ApiError) -> None:
        if error.ends_run:
            self._end_run(error)
            return
        with self._lock:
            self._refusals[job] = error

    def _end_run(self, error: SmsPartnerError) -> None:
        with self._lock:
            if self._failure is None:
                self._failure = error
            elif error.in_doubt:
                self._warn(str(error))  # the task's message is about another entry
        self._stop_list.stop()
