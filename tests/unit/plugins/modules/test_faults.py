# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault of a server or a network, combined with every outcome that the run would have had without it."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.unit.conftest import Modules, Result

READ = "reads the response as usual"
QUEUE = "waits and sends the call again, as often as it takes"
RETRY = "retries; if the change is made by then, reports it with a warning"
FAIL = "fails at once"

PAGE = "<html>Not what you asked for</html>"

# What happens, how the emulator is asked for it, and what a module does.
FAULTS: list[tuple[str, dict[str, t.Any], str]] = [
    ("the response comes late, but in time", {"delay": 0.05}, READ),
    ("the response comes after the timeout", {"delay": 2}, RETRY),
    ("the response never comes", {"never": True}, RETRY),
    ("the connection is closed before the response", {"drop": "before"}, RETRY),
    ("the connection is closed after the work is done", {"drop": "after"}, RETRY),
    ("the connection is reset", {"drop": "before", "reset": True}, RETRY),
    ("the body is cut off", {"cut": 10}, RETRY),
    ("the body is cut off after the headers", {"cut": 0}, RETRY),
    ("a chunked body is cut off", {"cut_chunked": True}, RETRY),
    ("a body without a length is cut off", {"cut": 10, "unframed": True}, RETRY),
    ("the headers are cut off", {"cut_headers": True}, RETRY),
    ("the headers drip without end", {"drip": "headers", "interval": 0.05, "endless": True}, RETRY),
    ("the body drips past the timeout", {"drip": "body", "interval": 0.1}, RETRY),
    ("the body drips, but in time", {"drip": "body", "interval": 0.001}, READ),
    ("the response is long", {"oversize": 1 << 19}, READ),
    ("the response is longer than 1 MiB", {"oversize": 1 << 20}, FAIL),
    ("HTTP 503 with more than 1 MiB", {"oversize": 1 << 20, "status": 503}, RETRY),
    ("the response is compressed with gzip", {"compress": "gzip"}, READ),
    ("the response is compressed with deflate", {"compress": "deflate"}, READ),
    ("the response is a gzip bomb", {"compress": "gzip", "oversize": 20 << 20}, FAIL),
    ("the response is a redirect to elsewhere", {"redirect": "https://elsewhere.example/"}, FAIL),
    ("the response is a permanent redirect", {"redirect": "/v2", "status": 308}, FAIL),
    ("the response is a page that repeats the request", {"echo": True}, FAIL),
    ("the response is not JSON", {"body": "Done."}, FAIL),
    ("the response is half of one, but with its length", {"body": '{"success": true, "co'}, FAIL),
    ("the response is empty", {"body": ""}, FAIL),
    ("the response has no code", {"body": '{"success": true}'}, FAIL),
    ("the response has code 200 without success", {"code": 200}, FAIL),
    *((f"the response has code {code}", {"code": code, "message": "No"}, FAIL) for code in (-4, 0, 1, 2, 9, 10, 20, 96, 500, 777, "abc")),
    ("the response has code 429", {"code": 429}, QUEUE),
    ("HTTP 429", {"status": 429, "body": PAGE}, QUEUE),
    *((f"HTTP {status}", {"status": status, "body": PAGE}, RETRY) for status in (500, 502, 503, 504)),
    *((f"HTTP {status}", {"status": status, "body": PAGE}, FAIL) for status in (200, 201, 204, 301, 304, 400, 403, 404, 408, 501, 599)),
    *((f"HTTP {status} with a usable response", {"status": status}, READ) for status in (201, 404, 429, 500, 599)),
]

UNPACED: dict[str, t.Any] = {"requests_per_minute": 1_000_000}
TIMEOUT = 0.3

DUE, MADE, REFUSED = "change is due", "change was made before", "key is wrong"


class Case(t.NamedTuple):
    """A fault that affects ``times`` attempts (-1: all), and the state of the entry."""

    fault: dict[str, t.Any]
    effect: str
    state: str
    times: int
    retries: int


class Expected(t.NamedTuple):
    """What a run should do: its outcome, how many attempts it takes, and whether the change is made."""

    outcome: str
    warned: bool
    attempts: int
    done: bool


def expected(case: Case) -> Expected:
    """What a call that makes one change should do."""
    due = case.state == DUE
    done = doubt = False
    for attempt in range(1, case.retries + 2):
        if case.effect == READ or 0 <= case.times < attempt:
            if case.state == REFUSED:
                return Expected("failed", False, attempt, done)
            return Expected("changed" if due or doubt else "unchanged", doubt and not due, attempt, done or due)
        if case.fault["work"] and due:
            due, done = False, True
        if case.effect == FAIL:
            return Expected("failed", False, attempt, done)
        doubt = doubt or case.effect == RETRY
    return Expected("failed", False, case.retries + 1, done)


def matrix(faults: t.Iterable[tuple[str, dict[str, t.Any], str]], states: t.Sequence[str]) -> list[t.Any]:
    """Every fault in every state. One that is retried affects a single attempt, one of two, and both, with the change made and not."""
    cases = []
    for (name, fault, effect), state in itertools.product(faults, states):
        works = (True, False) if effect == RETRY and state == DUE else (effect == READ,)
        counts = {RETRY: ((1, 0), (1, 1), (-1, 1)), QUEUE: ((1, 0), (1, 1))}.get(effect, ((1, 1),))
        for (times, retries), work in itertools.product(counts, works):
            suffix = f", {'always' if times < 0 else 'once'}, {retries} retries, {'made' if work else 'not made'} by it" if len(counts) > 1 else ""
            cases.append(pytest.param(Case({**fault, "work": work}, effect, state, times, retries), id=f"{name}, {state}{suffix}"))
    return cases


FEW = [
    fault
    for fault in FAULTS
    if fault[0] in ("the response comes after the timeout", "the connection is closed before the response", "HTTP 429", "HTTP 503", "HTTP 404")
]


def run_with_fault(modules: Modules, emulator: Client, call: str, case: Case, name: str, **options: t.Any) -> Result:
    """Run a module whose ``call`` is affected."""
    emulator.fault(call=call, times=case.times, **case.fault)
    # Only a case that has to run into the timeout gets a short one: on a busy machine, others could time out, too.
    timeout = TIMEOUT if case.effect == RETRY and {"delay", "never", "drip"} & set(case.fault) else 10 * TIMEOUT
    key: dict[str, t.Any] = {"api_key": "wrong"} if case.state == REFUSED else {}
    return modules.run(name, timeout=timeout, retries=case.retries, **key, **options)


def check(result: Result, expect: Expected, waits: list[float]) -> None:
    outcome = "failed" if result.get("failed") else "changed" if result["changed"] else "unchanged"
    assert outcome == expect.outcome
    assert len(result.get("warnings", [])) == expect.warned
    assert len([wait for wait in waits if wait > 0.1]) == expect.attempts - 1
    if expect.outcome != "failed":
        # The result says what was done, unless a warning says that it may not.
        assert expect.done == result["changed"] or expect.warned


@pytest.mark.parametrize("case", matrix(FAULTS, (DUE, MADE, REFUSED)))
def test_removals_under_each_fault(modules: Modules, emulator: Client, waits: list[float], case: Case) -> None:
    stop_id = 666 if case.state == MADE else 19
    result = run_with_fault(modules, emulator, "delete", case, "smspartner_stop_remove", id=stop_id)
    expect = expected(case)
    check(result, expect, waits)
    assert emulator.calls == ["delete"] * expect.attempts
    assert (19 not in emulator.ids) == expect.done
    if expect.outcome != "failed":
        assert result["ids"] == ([stop_id] if result["changed"] else [])


@pytest.mark.parametrize("case", matrix(FEW, (DUE, MADE, REFUSED)))
def test_additions_under_each_fault(modules: Modules, emulator: Client, waits: list[float], case: Case) -> None:
    number = "+33612345678" if case.state == MADE else "+33699999999"
    result = run_with_fault(modules, emulator, "add", case, "smspartner_stop_add", phone_number=number)
    expect = expected(case)
    check(result, expect, waits)
    settled_by_the_list = expect.outcome == "unchanged" or expect.warned
    assert emulator.calls == ["add"] * expect.attempts + ["list"] * settled_by_the_list
    assert ("+33699999999" in emulator.numbers) == expect.done


@pytest.mark.parametrize("case", matrix(FEW, (DUE,)))
@pytest.mark.parametrize("state", ["present", "absent"])
def test_many_changes_under_each_fault(modules: Modules, emulator: Client, waits: list[float], state: str, case: Case) -> None:
    call, number = ("add", "+33699999999") if state == "present" else ("delete", "+33612345678")
    result = run_with_fault(modules, emulator, call, case, "smspartner_stops", state=state, phone_numbers=[number], **UNPACED)
    expect = expected(case)
    check(result, expect, waits)
    settled_by_the_list = state == "present" and expect.warned
    assert emulator.calls == ["list"] + [call] * expect.attempts + ["list"] * settled_by_the_list
    assert ((number in emulator.numbers) == (state == "present")) == expect.done
    reported = [entry["phone_number"] for entry in result["added"] + result["removed"]]
    assert reported == ([number] if expect.outcome == "changed" else [])


@pytest.mark.parametrize("case", matrix(FEW, (MADE,)))
def test_reading_the_list_leaves_nothing_in_doubt(modules: Modules, emulator: Client, waits: list[float], case: Case) -> None:
    result = run_with_fault(modules, emulator, "list", case, "smspartner_stop_info")
    expect = expected(case._replace(effect=QUEUE) if case.effect == RETRY else case)
    check(result, expect, waits)
    assert emulator.calls == ["list"] * expect.attempts
