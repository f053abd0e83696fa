# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every fault of a server or a network: what a module makes of it, and that it never claims what is not true."""

from __future__ import annotations

import itertools
import typing as t
from pathlib import Path

import pytest
import trustme
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.unit.conftest import Modules, Result
from ansible_collections.community.smspartner.tests.unit.servers import Origin, breaks_tls, tls

READ = "reads the response as usual"
QUEUE = "waits and sends the call again, as often as it takes"
RETRY = "retries; the change may have been made"
DOUBT = "fails at once; the change may have been made"
FAIL = "fails at once; nothing was changed"

PAGE = "<html>Not what you asked for</html>"

# What happens, how the emulator is asked for it, and what a module does.
FAULTS: list[tuple[str, dict[str, t.Any], str]] = [
    ("the response comes late, but in time", {"delay": 0.05}, READ),
    ("the response comes after the timeout", {"delay": 2}, RETRY),
    ("the response never comes", {"never": True}, RETRY),
    ("the connection is closed", {"drop": "after"}, RETRY),
    ("the connection is reset", {"drop": "after", "reset": True}, RETRY),
    ("the body is cut off", {"cut": 10}, RETRY),
    ("the body is cut off after the headers", {"cut": 0}, RETRY),
    ("a chunked body is cut off", {"cut_chunked": True}, RETRY),
    ("a body without a length is cut off", {"cut": 10, "unframed": True}, RETRY),
    ("the headers are cut off", {"cut_headers": True}, RETRY),
    ("the headers drip without end", {"drip": "headers", "interval": 0.05, "endless": True}, RETRY),
    ("the body drips past the timeout", {"drip": "body", "interval": 0.1}, RETRY),
    ("the body drips, but in time", {"drip": "body", "interval": 0.001}, READ),
    ("the response is long", {"oversize": 1 << 19}, READ),
    ("the response is longer than 1 MiB", {"oversize": 1 << 20}, DOUBT),
    ("HTTP 503 with more than 1 MiB", {"oversize": 1 << 20, "status": 503}, RETRY),
    ("the response is compressed with gzip", {"compress": "gzip"}, READ),
    ("the response is compressed with deflate", {"compress": "deflate"}, READ),
    ("the response is a gzip bomb", {"compress": "gzip", "oversize": 20 << 20}, DOUBT),
    ("the response is no valid gzip", {"headers": {"Content-Encoding": "gzip"}, "body": PAGE}, DOUBT),
    ("the response is a redirect to elsewhere", {"redirect": "https://elsewhere.example/"}, FAIL),
    ("the response is a permanent redirect", {"redirect": "/v2", "status": 308}, FAIL),
    ("the response is a page that repeats the request", {"echo": True}, DOUBT),
    ("the response is a warning before the JSON", {"body": '<b>Warning</b>{"success": true, "code": 200}'}, DOUBT),
    ("the response is half of one, but with its length", {"body": '{"success": true, "co'}, DOUBT),
    ("the response is empty", {"body": ""}, DOUBT),
    ("the response has no code", {"body": '{"success": true}'}, DOUBT),
    ("the response has code 200 without success", {"code": 200}, DOUBT),
    ("the response has a code that is not a number", {"code": "abc"}, DOUBT),
    *((f"the response has code {code}", {"code": code, "message": "No"}, FAIL) for code in (-4, 0, 1, 2, 9, 10, 20, 96, 500, 777)),
    ("the response has code 429", {"code": 429}, QUEUE),
    ("HTTP 429", {"status": 429, "body": PAGE}, QUEUE),
    *((f"HTTP {status}", {"status": status, "body": PAGE}, RETRY) for status in (408, 500, 501, 502, 503, 504, 520, 522, 524, 599)),
    *((f"HTTP {status}", {"status": status, "body": PAGE}, DOUBT) for status in (200, 201, 204, 301, 304, 400, 403, 404)),
    *((f"HTTP {status} with a usable response", {"status": status}, READ) for status in (201, 404, 429, 500, 599)),
]
FEW_NAMES = ("the response comes after the timeout", "the connection is closed", "HTTP 429", "HTTP 503", "HTTP 404", "the response has code 9")
FEW = [fault for fault in FAULTS if fault[0] in FEW_NAMES]

LOST, DUE, MADE, REFUSED = "change is made by the request", "change is not made by the request", "change was made before", "key is wrong"
IN_DOUBT = "failed after 1, in doubt"
# What comes of a run in each of these states, by the effect of the fault, the number of requests that it affects (-1: all) and the retries.
OUTCOMES: dict[tuple[str, int, int], dict[str, str]] = {
    (READ, 1, 1): {LOST: "changed after 1", MADE: "unchanged after 1", REFUSED: "failed after 1"},
    (QUEUE, 1, 0): {DUE: "failed after 1", MADE: "failed after 1", REFUSED: "failed after 1"},
    (QUEUE, 1, 1): {DUE: "changed after 2", MADE: "unchanged after 2", REFUSED: "failed after 2"},
    (RETRY, 1, 0): {LOST: IN_DOUBT, DUE: IN_DOUBT, MADE: IN_DOUBT, REFUSED: IN_DOUBT},
    (RETRY, 1, 1): {LOST: "changed after 2, in doubt", DUE: "changed after 2", MADE: "changed after 2, in doubt", REFUSED: "failed after 2, in doubt"},
    (RETRY, -1, 1): {LOST: "failed after 2, in doubt", DUE: "failed after 2, in doubt", MADE: "failed after 2, in doubt", REFUSED: "failed after 2, in doubt"},
    (DOUBT, 1, 1): {LOST: IN_DOUBT, DUE: IN_DOUBT, MADE: IN_DOUBT, REFUSED: IN_DOUBT},
    (FAIL, 1, 1): {DUE: "failed after 1", MADE: "failed after 1", REFUSED: "failed after 1"},
}


class Case(t.NamedTuple):
    """A fault that affects ``times`` requests (-1: all), and the state of the entry. Only what has to time out gets a short timeout."""

    fault: dict[str, t.Any]
    times: int
    retries: int
    state: str
    outcome: str
    timeout: float


def matrix(faults: t.Iterable[tuple[str, dict[str, t.Any], str]], *states: str) -> list[t.Any]:
    """Every fault in every state."""
    cases = []
    for (name, fault, effect), ((of_effect, times, retries), outcomes) in itertools.product(faults, OUTCOMES.items()):
        timeout = 0.3 if effect == RETRY and {"delay", "never", "drip"} & set(fault) else 5
        for state, outcome in outcomes.items() if effect == of_effect else ():
            if state in states:
                case = Case({**fault, "work": state == LOST or effect == READ}, times, retries, state, outcome, timeout)
                cases.append(pytest.param(case, id=f"{name}, {'always' if times < 0 else 'once'}, {retries} retries, {state}"))
    return cases


def run_with_fault(modules: Modules, emulator: Client, call: str, case: Case, name: str, **options: t.Any) -> Result:
    """Run a module whose ``call`` is affected, and check what it claims against the list."""
    emulator.fault(call=call, times=case.times, **case.fault)
    key: dict[str, t.Any] = {"api_key": "wrong"} if case.state == REFUSED else {}
    before = emulator.numbers
    result = modules.run(name, timeout=case.timeout, retries=case.retries, **key, **options)
    changed = result.get("changed", False)
    outcome = "failed" if result.get("failed") else "changed" if changed else "unchanged"
    told = "no usable response" in f"{result.get('msg')} {result.get('warnings')}"
    assert f"{outcome} after {emulator.calls.count(call)}{', in doubt' if told else ''}" == case.outcome
    assert told or changed == (emulator.numbers != before)
    return result


@pytest.mark.parametrize("case", matrix(FAULTS, LOST, DUE, MADE, REFUSED))
def test_removals_under_each_fault(modules: Modules, emulator: Client, waits: list[float], case: Case) -> None:
    stop_id = 666 if case.state == MADE else 19
    result = run_with_fault(modules, emulator, "delete", case, "smspartner_stop_remove", id=stop_id)
    assert result["ids"] == ([stop_id] if result["changed"] else [])
    assert set(emulator.calls) == {"delete"}


@pytest.mark.parametrize("case", matrix(FEW, LOST, DUE, MADE, REFUSED))
def test_additions_under_each_fault(modules: Modules, emulator: Client, waits: list[float], case: Case) -> None:
    number = "+33612345678" if case.state == MADE else "+33699999999"
    run_with_fault(modules, emulator, "add", case, "smspartner_stop_add", phone_number=number)


@pytest.mark.parametrize("case", matrix(FEW, LOST, DUE))
@pytest.mark.parametrize("state", ["present", "absent"])
def test_many_changes_under_each_fault(modules: Modules, emulator: Client, waits: list[float], state: str, case: Case) -> None:
    call, number = ("add", "+33699999999") if state == "present" else ("delete", "+33612345678")
    result = run_with_fault(modules, emulator, call, case, "smspartner_stops", state=state, phone_numbers=[number], requests_per_minute=1_000_000)
    assert emulator.calls.count("list") == 1
    reported = [entry["phone_number"] for entry in result["added"] + result["removed"]]
    assert reported == ([number] if result["changed"] else [])


@pytest.mark.parametrize("fault", FEW, ids=lambda fault: fault[0])
def test_reading_the_list_leaves_nothing_in_doubt(modules: Modules, emulator: Client, waits: list[float], fault: tuple[str, dict[str, t.Any], str]) -> None:
    emulator.fault(call="list", **fault[1])
    result = modules.run("smspartner_stop_info", timeout=0.3 if "delay" in fault[1] else 5, retries=1)
    assert bool(result.get("failed")) == (fault[2] in (DOUBT, FAIL))
    assert "no usable response" not in str(result)


@pytest.mark.parametrize("kind", ["a broken TLS record", "two different lengths"])
def test_a_broken_response_leaves_the_change_in_doubt(modules: Modules, tmp_path: Path, kind: str) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    twice = b'HTTP/1.1 200 OK\r\nContent-Length: 30\r\nContent-Length: 31\r\n\r\n{"success": true, "code": 200}'
    with breaks_tls(tls(authority)) if kind == "a broken TLS record" else Origin([twice], tls(authority)) as server:
        result = modules.run("smspartner_stop_remove", id=19, api_url=f"https://{server.address}/v1", ca_path=str(tmp_path / "ca.pem"))
    assert "the change may already have been made" in result["msg"]
