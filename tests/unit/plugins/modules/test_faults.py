# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault of a server or a network, against every outcome that the run would have had without it."""

from __future__ import annotations

import itertools
import time
import typing as t

import pytest

if t.TYPE_CHECKING:
    from ansible_collections.community.smspartner.tests.unit.conftest import Emulator, Modules, Result

AS_EVER = "reads the answer as ever"
AGAIN = "tries again"
IN_DOUBT = "tries again; where the change is made by then, reports it with a warning"
AT_ONCE = "fails at once"

PAGE = "<html>Not what you asked for</html>"

# What happens, how the emulator is asked for it, and what a module does.
FAULTS: list[tuple[str, dict[str, t.Any], str]] = [
    ("the answer comes late, but in time", {"delay": 0.05}, AS_EVER),
    ("the answer comes after the timeout", {"delay": 3}, IN_DOUBT),
    ("the answer never comes", {"never": True}, IN_DOUBT),
    ("the connection is closed before the answer", {"drop": "before"}, IN_DOUBT),
    ("the connection is closed after the work is done", {"drop": "after"}, IN_DOUBT),
    ("the connection is reset", {"drop": "before", "reset": True}, IN_DOUBT),
    ("the answer is cut off", {"cut": 10}, IN_DOUBT),
    ("the answer is cut off after its headers", {"cut": 0}, IN_DOUBT),
    ("an answer in chunks is cut off", {"cut_chunked": True}, IN_DOUBT),
    ("an answer without a length is cut off", {"cut": 10, "unframed": True}, IN_DOUBT),
    ("the answer is cut off within its headers", {"cut_headers": True}, IN_DOUBT),
    ("the headers drip past the timeout", {"drip": "headers", "interval": 0.05}, IN_DOUBT),
    ("the headers drip without end", {"drip": "headers", "interval": 0.05, "endless": True}, IN_DOUBT),
    ("the body drips past the timeout", {"drip": "body", "interval": 0.2}, IN_DOUBT),
    ("the body drips without end", {"drip": "body", "interval": 0.05, "endless": True}, IN_DOUBT),
    ("the body drips, but in time", {"drip": "body", "interval": 0.001}, AS_EVER),
    ("the answer is longer than any known one", {"oversize": 1 << 19}, AS_EVER),
    ("the answer is longer than 1 MiB", {"oversize": 1 << 20}, AT_ONCE),
    ("HTTP 503 with more than 1 MiB", {"oversize": 1 << 20, "status": 503}, IN_DOUBT),
    ("the answer is compressed with gzip", {"compress": "gzip"}, AS_EVER),
    ("the answer is compressed with deflate", {"compress": "deflate"}, AS_EVER),
    ("the answer is a gzip bomb", {"compress": "gzip", "oversize": 20 << 20}, AT_ONCE),
    ("the answer is a deflate bomb", {"compress": "deflate", "oversize": 20 << 20}, AT_ONCE),
    ("the answer is a redirect to elsewhere", {"redirect": "https://elsewhere.example/"}, AT_ONCE),
    ("the answer is a permanent redirect", {"redirect": "/v2", "status": 308}, AT_ONCE),
    ("the answer is a page that repeats the request", {"echo": True}, AT_ONCE),
    ("the answer is no JSON", {"body": "Done."}, AT_ONCE),
    ("the answer is half of one", {"body": '{"success": true, "co'}, AT_ONCE),
    ("the answer is empty", {"body": ""}, AT_ONCE),
    ("the answer gives its code twice", {"body": '{"success": true, "code": 200, "code": 4}'}, AT_ONCE),
    ("the answer has no code", {"body": '{"success": true}'}, AT_ONCE),
    ("the answer has code 200 without success", {"code": 200}, AT_ONCE),
    *((f"the answer has code {code}", {"code": code, "message": "No"}, AT_ONCE) for code in (-4, 0, 1, 2, 9, 10, 20, 96, 500, 777, "abc")),
    ("the answer has code 429", {"code": 429}, AGAIN),
    ("HTTP 429", {"status": 429, "body": PAGE}, AGAIN),
    *((f"HTTP {status}", {"status": status, "body": PAGE}, IN_DOUBT) for status in (500, 502, 503, 504)),
    *((f"HTTP {status}", {"status": status, "body": PAGE}, AT_ONCE) for status in (200, 201, 204, 301, 304, 400, 401, 403, 404, 408, 501, 599)),
    *((f"HTTP {status}, and the answer all the same", {"status": status, "work": True}, AS_EVER) for status in (201, 404, 429, 500, 599)),
]

UNPACED: dict[str, t.Any] = {"requests_per_minute": 1_000_000}
TIMEOUT = 0.3
SLACK = 2.0  # wide: it is there to find what hangs, not what is slow

DUE, MADE, REFUSED = "change is due", "change was made before", "key is wrong"


class Case(t.NamedTuple):
    """A fault that strikes ``times`` times (-1: always), and what it strikes."""

    fault: dict[str, t.Any]
    effect: str
    state: str
    times: int
    retries: int


class Expected(t.NamedTuple):
    """What the contract says of a run: its outcome, how many tries it takes, and whether the change is made."""

    outcome: str
    warned: bool
    tries: int
    done: bool


def expected(case: Case) -> Expected:
    """The contract, for a call that makes one change."""
    due = case.state == DUE
    done = doubt = False
    for attempt in range(1, case.retries + 2):
        if case.effect == AS_EVER or 0 <= case.times < attempt:
            if case.state == REFUSED:
                return Expected("failed", False, attempt, done)
            return Expected("changed" if due or doubt else "unchanged", doubt and not due, attempt, done or due)
        if case.fault["work"] and due:
            due, done = False, True
        if case.effect == AT_ONCE:
            return Expected("failed", False, attempt, done)
        doubt = doubt or case.effect == IN_DOUBT
    return Expected("failed", False, case.retries + 1, done)


def does_work(fault: dict[str, t.Any]) -> bool:
    """Whether the emulator makes the change before it answers so."""
    return bool(fault.get("work", not {"status", "code", "body", "redirect", "echo", "never"} & set(fault) and fault.get("drop") != "before"))


def matrix(faults: t.Iterable[tuple[str, dict[str, t.Any], str]], states: t.Sequence[str]) -> list[t.Any]:
    """Every fault in every state. One that is tried again strikes a single try, one of two, and both, with the change made and not."""
    cases = []
    for (name, fault, effect), state in itertools.product(faults, states):
        tried_again = effect in (AGAIN, IN_DOUBT)
        works = (True, False) if effect == IN_DOUBT and state == DUE else (does_work(fault),)
        for (times, retries), work in itertools.product(((1, 0), (1, 1), (-1, 1)) if tried_again else ((1, 1),), works):
            strikes = f", {'always' if times < 0 else 'once'}, {retries} retries, {'made' if work else 'not made'} by it" if tried_again else ""
            cases.append(pytest.param(Case({**fault, "work": work}, effect, state, times, retries), id=f"{name}, {state}{strikes}"))
    return cases


def chosen(*names: str) -> list[tuple[str, dict[str, t.Any], str]]:
    faults = {row[0]: row for row in FAULTS}
    return [faults[name] for name in names]


FEW = chosen(
    "the answer comes after the timeout",
    "the connection is closed before the answer",
    "the answer is a redirect to elsewhere",
    "the answer has code 777",
    "HTTP 429",
    "HTTP 503",
    "HTTP 404",
)


def struck_run(modules: Modules, emulator: Emulator, call: str, case: Case, name: str, **options: t.Any) -> Result:
    """Run a module whose ``call`` is struck, and hold it to the time that it has: waits between tries are recorded, not waited."""
    emulator.fault(call=call, times=case.times, **case.fault)
    # Only what has to run into the timeout gets a short one, so that a busy machine fails no other case.
    timeout = TIMEOUT if case.effect == IN_DOUBT and {"delay", "never", "drip"} & set(case.fault) else 10 * TIMEOUT
    key: dict[str, t.Any] = {"api_key": "wrong"} if case.state == REFUSED else {}
    start = time.monotonic()
    result = modules.run(name, timeout=timeout, retries=case.retries, **key, **options)
    assert time.monotonic() - start <= (case.retries + 1) * timeout + SLACK
    return result


def outcome_of(result: Result) -> str:
    return "failed" if result.get("failed") else "changed" if result["changed"] else "unchanged"


def check(result: Result, expect: Expected, waits: list[float]) -> None:
    assert outcome_of(result) == expect.outcome
    assert len(result.get("warnings", [])) == expect.warned
    assert len(waits) == expect.tries - 1
    if expect.outcome == "failed":
        assert result["msg"]
    else:
        # The list agrees: nothing is gone unsaid, nothing is said to be gone that is not, but for a warning.
        assert expect.done == result["changed"] or expect.warned


@pytest.mark.parametrize("case", matrix(FAULTS, (DUE, MADE, REFUSED)))
def test_remove(modules: Modules, emulator: Emulator, waits: list[float], case: Case) -> None:
    stop_id = 666 if case.state == MADE else 19
    result = struck_run(modules, emulator, "delete", case, "smspartner_stop_remove", id=stop_id)
    expect = expected(case)
    check(result, expect, waits)
    assert emulator.calls == ["delete"] * expect.tries
    assert (19 not in emulator.ids) == expect.done
    if expect.outcome != "failed":
        assert result["ids"] == ([stop_id] if result["changed"] else [])


@pytest.mark.parametrize(
    "faults", list(itertools.permutations(chosen("the connection is closed after the work is done", "HTTP 429"))), ids=["lost first", "lost second"]
)
def test_doubt_outlasts_a_try_that_surely_did_nothing(
    modules: Modules, emulator: Emulator, waits: list[float], faults: tuple[tuple[str, dict[str, t.Any], str], ...]
) -> None:
    for _name, fault, _effect in faults:
        emulator.fault(call="delete", **fault)
    result = modules.run("smspartner_stop_remove", id=19, retries=2)
    check(result, Expected("changed", warned=True, tries=3, done=True), waits)
    assert emulator.ids == [20]


@pytest.mark.parametrize("case", matrix(FEW, (DUE, MADE, REFUSED)))
def test_add(modules: Modules, emulator: Emulator, waits: list[float], case: Case) -> None:
    number = "+33612345678" if case.state == MADE else "+33699999999"
    result = struck_run(modules, emulator, "add", case, "smspartner_stop_add", phone_number=number)
    expect = expected(case)
    check(result, expect, waits)
    settled_by_the_list = expect.outcome == "unchanged" or expect.warned
    assert emulator.calls == ["add"] * expect.tries + ["list"] * settled_by_the_list
    assert ("+33699999999" in emulator.numbers) == expect.done


@pytest.mark.parametrize("case", matrix(FEW, (DUE,)))
@pytest.mark.parametrize("wish", ["present", "absent"])
def test_stops(modules: Modules, emulator: Emulator, waits: list[float], wish: str, case: Case) -> None:
    call, number = ("add", "+33699999999") if wish == "present" else ("delete", "+33612345678")
    result = struck_run(modules, emulator, call, case, "smspartner_stops", state=wish, phone_numbers=[number], **UNPACED)
    expect = expected(case)
    check(result, expect, waits)
    settled_by_the_list = wish == "present" and expect.warned
    assert emulator.calls == ["list"] + [call] * expect.tries + ["list"] * settled_by_the_list
    assert ((number in emulator.numbers) == (wish == "present")) == expect.done
    reported = [entry["phone_number"] for entry in result["added"] + result["removed"]]
    assert reported == ([number] if expect.outcome == "changed" else [])


READERS: list[tuple[str, dict[str, t.Any]]] = [
    ("smspartner_stop_info", {}),
    ("smspartner_stops", {"phone_numbers": ["+33612345678"], **UNPACED}),
    ("smspartner_stop_remove", {"phone_number": "+33699999999"}),
]


@pytest.mark.parametrize("case", matrix(FEW, (MADE,)))
@pytest.mark.parametrize("reader", READERS, ids=[name for name, _options in READERS])
def test_reading_the_list(modules: Modules, emulator: Emulator, waits: list[float], reader: tuple[str, dict[str, t.Any]], case: Case) -> None:
    name, options = reader
    result = struck_run(modules, emulator, "list", case, name, **options)
    expect = expected(case._replace(effect=AGAIN) if case.effect == IN_DOUBT else case)  # a reading leaves nothing in doubt
    check(result, expect, waits)
    assert emulator.calls == ["list"] * expect.tries
    assert emulator.ids == [19, 20]
