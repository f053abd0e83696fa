# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import threading
import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.community.smspartner.plugins.module_utils import _errors
from ansible_collections.community.smspartner.plugins.module_utils._answer import ADVICE
from ansible_collections.community.smspartner.plugins.module_utils._api import Api, Call, Outcome, RateLimiter
from ansible_collections.community.smspartner.plugins.module_utils._errors import CODES, SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._http import Http, HttpResponse
from ansible_collections.community.smspartner.tests.unit.conftest import FakeTime

Attempt = t.Union[HttpResponse, SmsPartnerError]

REMOVE = Call("remove entry 19", "GET", "/stop-sms/delete", {"id": 19}, expected=(4,))
DOUBT = "A request got no usable response; the change may already have been made."
DONE = HttpResponse(200, None, b'{"success": true, "code": 200}')
GONE = HttpResponse(404, None, b'{"success": false, "code": 4, "message": "Not found"}')
BUSY = HttpResponse(503, None, b"busy")
TOO_MANY = HttpResponse(200, None, b'{"code": 429, "message": "Slow down"}')
CUT_OFF = HttpResponse(200, None, b'{"success": tr', until_close=True)
LOST = _errors.ConnectionLostError("the connection failed", "Check the network.")
LONG_AGO = "Thu, 01 Jan 2015 00:00:00 GMT"
NOT_CONNECTED = _errors.NotConnectedError("the connection failed", "Check the network.")


class Account:
    """An Api whose requests get the given outcomes, the last one for ever, with a clock that only waiting advances."""

    def __init__(self, *outcomes: Attempt, retries: int = 3) -> None:
        self._outcomes = list(outcomes)
        self.sent: list[tuple[t.Any, ...]] = []
        self.while_sending: t.Callable[[], object] = lambda: None
        self.time = FakeTime()
        self.api = Api(t.cast(Http, self), "KEY", retries=retries, sleep=self.time.sleep, clock=self.time.clock)

    def send(self, method: str, path: str, *, query: t.Any = None, json: t.Any = None, limit: t.Any = None) -> HttpResponse:
        self.sent.append((method, path, query, json, limit))
        self.while_sending()
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, SmsPartnerError):
            raise outcome
        return outcome

    def call(self, call: Call = REMOVE) -> Outcome:
        return self.api.call(call)

    def fail(self, call: Call = REMOVE) -> SmsPartnerError:
        with pytest.raises(SmsPartnerError) as failure:
            self.api.call(call)
        return failure.value


@pytest.fixture(autouse=True)
def longest_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, most: most)


def test_the_key_and_the_parameters_are_in_the_query_of_a_get_and_in_the_body_of_a_post() -> None:
    account = Account(DONE)
    assert account.call() == Outcome(account.call(Call("add it", "POST", "/add", {"a": 1}, changes=False)).result, 200, in_doubt=False)
    get = ("GET", "/stop-sms/delete", {"apiKey": "KEY", "id": 19}, None, 1 << 20)
    assert account.sent == [get, ("POST", "/add", None, {"apiKey": "KEY", "a": 1}, None)]


def test_a_requested_xml_response_is_read() -> None:
    reply = HttpResponse(200, None, b"<result><entry>false</entry><entry>4</entry><entry>Not found</entry></result>")
    assert Account(reply).call(REMOVE._replace(xml=True)).result.message == "Not found"
    assert "something other than JSON" in str(Account(reply).fail())


@pytest.mark.parametrize(
    ("attempts", "in_doubt"),
    [
        *((attempts, False) for attempts in ([], [TOO_MANY], [HttpResponse(429, None, b"")], [NOT_CONNECTED])),
        *(([attempt], True) for attempt in (LOST, BUSY, CUT_OFF, HttpResponse(408, None, b""), HttpResponse(599, None, b""))),
        ([LOST, NOT_CONNECTED, TOO_MANY], True),
    ],
)
@pytest.mark.parametrize(("last", "code"), [(GONE, 4), (DONE, 200)])
def test_a_lost_attempt_leaves_the_call_in_doubt(attempts: list[Attempt], in_doubt: bool, last: HttpResponse, code: int) -> None:
    outcome = Account(*attempts, last).call()
    assert (outcome.result.code, outcome.in_doubt) == (code, in_doubt)
    assert not Account(*attempts, last).call(REMOVE._replace(changes=False)).in_doubt


@pytest.mark.parametrize(
    ("outcome", "attempts", "problem", "advice", "in_doubt"),
    [
        (HttpResponse(403, None, b'{"code": 10, "message": "No"}'), 1, 'the API said "No" (code 10)', CODES[10], False),
        (HttpResponse(503, None, b'{"code": 30, "message": ""}'), 1, "the API returned code 30", CODES[30], False),
        (HttpResponse(200, None, b'{"code": 777}'), 1, "the API returned code 777", "This code is not documented. Ask SMS Partner what it means.", False),
        (_errors.NotDoneError("the server redirects", "Fix it.", http_status=302), 1, "the server redirects", "Fix it.", False),
        (HttpResponse(200, None, b""), 1, "the server sent an empty body (HTTP 200)", ADVICE, True),
        (HttpResponse(404, None, b"<html>"), 1, "the server sent something other than JSON (HTTP 404)", ADVICE, True),
        (HttpResponse(200, None, b'{"code": 200}'), 1, "the API sent code 200 without success (HTTP 200)", "Run the task again.", True),
        # Readable, and so complete.
        (HttpResponse(200, None, b"[]", until_close=True), 1, "the server sent JSON that is not an object (HTTP 200)", ADVICE, True),
        (_errors.UnusableResponseError("it was too long", "Check it."), 1, "it was too long", "Check it.", True),
        (_errors.UnusableResponseError("it was too long", "Check it.", http_status=504), 4, "it was too long", "Check it.", True),
        (NOT_CONNECTED, 4, "the connection failed", "Check the network.", False),
        (LOST, 4, "the connection failed", "Check the network.", True),
        (CUT_OFF, 4, "the server sent something other than JSON (HTTP 200)", ADVICE, True),
        (BUSY, 4, "the server sent something other than JSON (HTTP 503)", CODES[500], True),
        (HttpResponse(500, None, b'{"code": 200}'), 4, "the API sent code 200 without success (HTTP 500)", CODES[500], True),
    ],
)
def test_only_a_transient_failure_is_retried(outcome: Attempt, attempts: int, problem: str, advice: str, in_doubt: bool) -> None:
    account = Account(outcome)
    failure = account.fail()
    subject = f"Could not remove entry 19{' after 4 attempts' if attempts > 1 else ''}"
    assert str(failure) == f"{subject}: {problem}.{f' {DOUBT}' if in_doubt else ''} {advice}"
    assert (failure.in_doubt, len(account.sent), account.time.waits) == (in_doubt, attempts, [0.5, 1.0, 2.0][: attempts - 1])
    assert str(Account(LOST, outcome).fail()) == f"Could not remove entry 19 after {max(attempts, 2)} attempts: {problem}. {DOUBT} {advice}"
    assert Account(outcome, retries=0).fail().subject == "Could not remove entry 19"
    assert not account.fail(REMOVE._replace(changes=False)).in_doubt


def test_a_failure_keeps_what_came_back() -> None:
    failure = Account(HttpResponse(404, None, b"<html>")).fail()
    assert (failure.code, failure.http_status, failure.response, failure.body) == (None, 404, None, "<html>")
    failure = Account(HttpResponse(403, None, b'{"code": 10}')).fail()
    assert (failure.code, failure.http_status, failure.response, failure.body) == (10, 403, {"code": 10}, "")


def test_the_backoff_is_at_most_a_minute_and_shortened_by_up_to_a_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, most: least)
    account = Account(BUSY, retries=9)
    account.fail()
    assert account.time.waits == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


@pytest.mark.parametrize(
    ("header", "wait"),
    [("7", 7.0), ("60", 60.0), *((header, 0.5) for header in ("0", "1.5", "-1", "soon", "Mon, 99 Foo 2026 10:00:00 GMT", LONG_AGO))],
)
def test_retry_after_takes_precedence_over_the_backoff(header: str, wait: float) -> None:
    account = Account(HttpResponse(503, header, b""), DONE)
    account.call()
    assert account.time.waits == [wait]


def test_retry_after_may_be_a_date() -> None:
    account = Account(HttpResponse(503, format_datetime(datetime.now(timezone.utc) + timedelta(seconds=30), usegmt=True), b""), DONE)
    account.call()
    assert 20 < account.time.waits[0] <= 30


@pytest.mark.parametrize(
    "reply", [HttpResponse(503, "61", b""), HttpResponse(200, "61", TOO_MANY.body), HttpResponse(503, "Fri, 01 Jan 2100 00:00:00 GMT", b"")]
)
@pytest.mark.parametrize("retries", [0, 3])
def test_a_longer_retry_after_fails_and_says_how_long_to_wait(reply: HttpResponse, retries: int) -> None:
    account = Account(reply, retries=retries)
    assert "The server asks to wait " in str(account.fail())
    assert (len(account.sent), account.time.waits) == (1, [])


def test_a_429_waits_without_counting_as_a_retry() -> None:
    in_the_past = (HttpResponse(429, header, b"") for header in ("0", LONG_AGO))
    account = Account(*[TOO_MANY] * 3, *in_the_past, BUSY, HttpResponse(429, "60", b"busy"), DONE, retries=1)
    assert account.call().result.code == 200
    assert [round(wait, 3) for wait in account.time.waits] == [1.0, 2.0, 4.0, 8.0, 8.0, 0.5, 60.0]


@pytest.mark.parametrize(("reply", "longest"), [(TOO_MANY, 8), (HttpResponse(429, "60", b""), 60)])
def test_a_call_gives_up_after_two_minutes_of_429(reply: HttpResponse, longest: float) -> None:
    account = Account(reply, retries=1)
    failure = account.fail()
    assert str(failure).endswith(". For two minutes, the quota of this IP address was used up by other programs. Run the task again when they have finished.")
    assert 120 <= account.time.now < 120 + longest
    assert not failure.in_doubt


@pytest.mark.parametrize(
    ("reply", "problem"), [(TOO_MANY, 'the API said "Slow down" (code 429)'), (HttpResponse(429, None, b""), "the server sent an empty body (HTTP 429)")]
)
def test_without_retries_a_429_is_final(reply: HttpResponse, problem: str) -> None:
    account = Account(reply, retries=0)
    assert str(account.fail()) == f"Could not remove entry 19: {problem}. {CODES[429]}"
    assert account.time.waits == []


def test_any_other_response_restarts_the_two_minutes() -> None:
    account = Account(*[TOO_MANY] * 16, LOST, *[TOO_MANY] * 16, DONE, retries=1)
    account.call()
    assert account.time.now > 150


def turns(limiter: RateLimiter, time: FakeTime, count: int) -> list[float]:
    """The times at which the next requests may start."""
    starts: list[float] = []
    while len(starts) < count:
        if wait := limiter.acquire():
            time.now += wait
        else:
            starts.append(round(time.now, 2))
    return starts


def test_requests_are_spaced_evenly_with_a_reserve() -> None:
    time = FakeTime()
    limiter = RateLimiter(60, time.clock)
    assert turns(limiter, time, 3) == [0.0, 1.0, 2.01]
    time.now = 100.0  # what was not used is not made up for, except for one request that is late
    assert turns(limiter, time, 3) == [100.0, 100.0, 101.0]


def test_a_429_halves_the_pace_for_all_and_it_recovers() -> None:
    time = FakeTime()
    limiter = RateLimiter(600, time.clock)
    turns(limiter, time, 2)
    assert limiter.throttle(0.0)
    assert limiter.throttle(30.0)  # of a request that was in flight: no second pause
    first, second = turns(limiter, time, 2)
    assert (first, round(second - first, 1)) == (round(time.now - 0.2, 2), 0.2)
    time.now += 10.0
    _one, other, last = turns(limiter, time, 3)[-3:]
    assert last - other == pytest.approx(0.1, abs=0.01)


def test_the_pace_has_a_floor() -> None:
    time = FakeTime()
    limiter = RateLimiter(600, time.clock)
    for _refusal in range(10):
        turns(limiter, time, 1)
        assert limiter.throttle(0.0)
    first, second = turns(limiter, time, 2)
    assert second - first == pytest.approx(1.0, abs=0.1)


def test_after_the_end_nothing_is_sent_but_what_is_in_flight_gets_its_response() -> None:
    account = Account(DONE)
    account.while_sending = account.api.stop
    assert account.call().result.code == 200
    with pytest.raises(_errors.RunEndedError):
        account.call()
    assert len(account.sent) == 1


@pytest.mark.parametrize(("outcome", "in_doubt"), [(LOST, True), (NOT_CONNECTED, False), (TOO_MANY, False)])
def test_nothing_is_retried_after_the_end(outcome: Attempt, in_doubt: bool) -> None:
    account = Account(outcome, DONE)
    account.while_sending = account.api.stop
    failure = account.fail()
    assert failure.in_doubt is in_doubt
    assert len(account.sent) == 1
    assert str(failure).startswith("Could not remove entry 19: ")


def test_the_end_interrupts_a_wait() -> None:
    account = Account(HttpResponse(503, "60", b""))
    account.api = Api(t.cast(Http, account), "KEY", retries=1)
    account.while_sending = lambda: threading.Timer(0.05, account.api.stop).start()
    assert account.fail().http_status == 503


def test_some_codes_end_the_run() -> None:
    refusals = [_errors.ApiError(code, "", http_status=200, response={}) for code in range(600)]
    assert [refusal.code for refusal in refusals if refusal.ends_run] == [1, 10, 20, 30, 40, 96, 429]
