# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan, which is a pure function, and the pace, which is told the time."""

from __future__ import annotations

import threading
import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError
from ansible_collections.community.smspartner.plugins.module_utils._reconcile import Pace, Plan, Run, plan_absent, plan_present
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Stop, StopList

A, B, C, D = (f"+3361234567{digit}" for digit in range(4))
ENTRIES = [Stop(1, A, None), Stop(2, B, None), Stop(3, A, None), Stop(4, "36111", None), Stop(5, C, None)]


def test_what_is_wanted_and_not_there_is_added_in_the_order_of_the_wish() -> None:
    assert plan_present(ENTRIES, [D, B, "+33700000000", D, A]) == Plan([D, "+33700000000"], [], 2, [])


def test_a_purge_removes_the_others_and_keeps_short_codes() -> None:
    assert plan_present(ENTRIES, [B, D], purge=True) == Plan([D], [ENTRIES[0], ENTRIES[2], ENTRIES[4]], 1, [ENTRIES[3]])


@pytest.mark.parametrize(("most", "allowed"), [(-1, True), (0, False), (2, False), (3, True), (4, True)])
def test_the_guard_allows_as_many_removals_as_it_says(most: int, allowed: bool) -> None:
    if allowed:
        assert len(plan_present(ENTRIES, [B], purge=True, max_removals=most).remove) == 3
        return
    with pytest.raises(InputError, match=f"would remove 3 of 5 entries, and {most} is the most allowed"):
        plan_present(ENTRIES, [B], purge=True, max_removals=most)


def test_a_purge_without_removals_passes_any_guard() -> None:
    assert plan_present(ENTRIES[1:2], [B], purge=True, max_removals=0) == Plan([], [], 1, [])


def test_what_is_unwanted_is_removed_once() -> None:
    assert plan_absent(ENTRIES, [A, D], [1, 5, 9]) == Plan([], [ENTRIES[0], ENTRIES[2], ENTRIES[4]], 2, [])
    assert plan_absent(ENTRIES, [], []) == Plan([], [], 0, [])


def test_requests_are_spaced_with_a_reserve() -> None:
    now, waits = [100.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(60, clock=lambda: now[0], sleep=sleep)
    for _request in range(3):
        pace()
    now[0] += 10
    pace()
    pace()
    assert waits == pytest.approx([1.005, 1.005, 1.005])


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
    run = Run(t.cast(StopList, stop_list), lambda _warning: None)
    plan = Plan([], ENTRIES[:3], 4, [])
    assert run.result(plan)["unchanged"] == 0
    run.execute(plan, 1)
    assert run.result(plan) == {"changed": True, "added": [], "removed": [{"id": 1, "phone_number": A}], "unchanged": 6, "errors": []}
    # A play that is broken off must not wait for them.
    assert stop_list.daemons == [True] * 3
