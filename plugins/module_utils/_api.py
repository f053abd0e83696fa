# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""One call: which failures are retried, when, and whether an attempt without a usable response may have been carried out."""

from __future__ import annotations

import random
import threading
import time
import typing as t
from email.utils import parsedate_to_datetime

from ansible_collections.community.smspartner.plugins.module_utils import _answer
from ansible_collections.community.smspartner.plugins.module_utils._answer import ApiResult
from ansible_collections.community.smspartner.plugins.module_utils._errors import (
    CODES,
    ApiError,
    ConnectionLostError,
    NotConnectedError,
    RunEndedError,
    SmsPartnerError,
    UnreadableBodyError,
    UnusableResponseError,
)
from ansible_collections.community.smspartner.plugins.module_utils._http import Http, HttpResponse

MEBIBYTE = 1 << 20
TRANSIENT_STATUSES = frozenset({408, *range(500, 600)})
TOO_MANY_REQUESTS = 429
LONGEST_RETRY_AFTER = 60.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 60.0
# A 429 ends with the minute: requests after shorter pauses would be refused, longer pauses would waste quota.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 8.0
QUOTA_PATIENCE = 120.0  # seconds of nothing but 429
# Slightly below the quota, because network jitter can move a request into the minute before its own.
RESERVE = 1.005
RECOVERY = 20.0  # seconds for the pace to recover from nothing to its full rate
SLOWEST = 0.1  # the lowest rate, as a fraction of the full one
UNPACED = 1_000_000_000
QUOTA_EXHAUSTED = "For two minutes, the quota of this IP address was used up by other programs. Run the task again when they have finished."


class Call(t.NamedTuple):
    """A request. ``purpose`` completes "Could not ...", as in "remove entry 19".

    ``expected`` are the codes besides success that the caller handles. ``changes`` is False for a call that only reads the list:
    it leaves nothing in doubt, and its response has no size limit.
    """

    purpose: str
    method: str
    path: str
    parameters: dict[str, t.Any]
    expected: tuple[int, ...] = ()
    xml: bool = False
    changes: bool = True


class Outcome(t.NamedTuple):
    """An expected result. ``in_doubt`` tells that an earlier attempt of the call may have been carried out."""

    result: ApiResult
    http_status: int
    in_doubt: bool


class RateLimiter:
    """Spaces the requests of all threads evenly, and slows them down after a 429.

    Additive increase, multiplicative decrease, as in TCP: jobs that share a quota converge on fair shares without knowing of each other.
    """

    def __init__(self, per_minute: int, clock: t.Callable[[], float]) -> None:
        self._full_rate = self._rate = per_minute / 60 / RESERVE  # requests per second
        self._clock = clock
        self._next_request = self._recovering_since = self._paused_until = clock()
        self._pauses = 0
        self._refused_since: float | None = None
        self._lock = threading.Lock()

    def acquire(self) -> float:
        """Return 0 if a request may be sent now, else the seconds to wait before asking again."""
        with self._lock:
            now = self._clock()
            if now < self._next_request:
                return self._next_request - now
            self._rate = min(self._full_rate, self._rate + self._full_rate * (now - self._recovering_since) / RECOVERY)
            self._recovering_since = now
            self._next_request = max(self._next_request + 1 / self._rate, now)
            return 0.0

    def end_throttling(self) -> None:
        """Note that an attempt ended with anything but a 429."""
        with self._lock:
            self._refused_since, self._pauses = None, 0

    def throttle(self, pause: float) -> bool:
        """Halve the rate after a 429 and make all threads wait for ``pause`` seconds (0: the usual time).

        Return False when nothing but 429 has come for two minutes.
        """
        with self._lock:
            now = self._clock()
            if now >= self._paused_until:  # other requests may have started a pause
                pause = pause or _backoff(FIRST_PAUSE, self._pauses, LONGEST_PAUSE)
                self._pauses += 1
                self._next_request = self._recovering_since = self._paused_until = now + pause
                self._rate = max(self._rate / 2, self._full_rate * SLOWEST)
            if self._refused_since is None:
                self._refused_since = now
            return now - self._refused_since < QUOTA_PATIENCE


class Api:
    """The calls of one account, by any number of threads."""

    def __init__(
        self,
        http: Http,
        key: str,
        *,
        retries: int,
        requests_per_minute: int = UNPACED,
        sleep: t.Callable[[float], t.Any] | None = None,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._key = key
        self._retries = retries
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        self._limiter = RateLimiter(requests_per_minute, clock)

    def stop(self) -> None:
        """Send no new request from now on; what is in flight finishes."""
        self._stopped.set()

    def call(self, call: Call) -> Outcome:
        """Return the API's result if it is success or has one of the expected codes.

        :raises ApiError: for any other code
        :raises SmsPartnerError: when no attempt got a usable response; ``in_doubt`` tells whether the call may have been carried out
        :raises RunEndedError: when the run ended before the call was sent
        """
        attempts = failed = 0
        in_doubt = False
        failure: SmsPartnerError | None = None
        advice: str | None = None
        while advice is None and self._wait_for_turn():
            attempts += 1
            try:
                response = self._send(call)
                result = _expected_result(response, call)
                self._limiter.end_throttling()
                return Outcome(result, response.status, in_doubt)
            except SmsPartnerError as error:
                failure = error
            if not _is_over_quota(failure):
                self._limiter.end_throttling()
            failed += _is_transient(failure)
            in_doubt = in_doubt or (call.changes and _may_have_been_carried_out(failure))
            advice = self._wait_to_retry(failure, failed)
        if failure is None:
            raise RunEndedError
        subject = f"Could not {call.purpose}{f' after {attempts} attempts' if attempts > 1 else ''}"
        raise failure.extended(subject=subject, in_doubt=in_doubt, advice=advice or failure.advice)

    def _wait_for_turn(self) -> bool:
        """Wait until a request may be sent; return False when the run has ended by then."""
        while not self._stopped.is_set():
            seconds = self._limiter.acquire()
            if not seconds:
                return True
            self._sleep(seconds)
        return False

    def _send(self, call: Call) -> HttpResponse:
        parameters = {"apiKey": self._key, **call.parameters}
        query, json = (parameters, None) if call.method == "GET" else (None, parameters)
        return self._http.send(call.method, call.path, query=query, json=json, limit=MEBIBYTE if call.changes else None)

    def _wait_to_retry(self, failure: SmsPartnerError, failed: int) -> str | None:
        """Wait as long as a retry has to, given how many attempts have failed. If there is no retry, return what to do instead."""
        over_quota = _is_over_quota(failure)
        if not (over_quota or _is_transient(failure)):
            return failure.advice
        seconds = _retry_after_seconds(failure.retry_after)
        if seconds > LONGEST_RETRY_AFTER:
            return f"The server asks to wait {seconds:.0f} s. Run the task again after that."
        if over_quota:
            if self._retries == 0:
                return failure.advice
            return None if self._limiter.throttle(seconds) else QUOTA_EXHAUSTED
        if failed > self._retries:
            return failure.advice
        self._sleep(seconds or _backoff(FIRST_BACKOFF, failed - 1, LONGEST_BACKOFF))
        return None


def _expected_result(response: HttpResponse, call: Call) -> ApiResult:
    """Return the result in a response if the call expects its code."""
    status = response.status
    known = {"http_status": status, "retry_after": response.retry_after}
    try:
        result = _answer.parse(response.body, xml=call.xml)
    except UnusableResponseError as error:
        known.update(problem=f"{error.problem} (HTTP {status})")
        if status == TOO_MANY_REQUESTS or status in TRANSIENT_STATUSES:
            known.update(advice=CODES[TOO_MANY_REQUESTS if status == TOO_MANY_REQUESTS else 500])
        # A body that ends with the connection may have been cut off.
        cut_off = isinstance(error, UnreadableBodyError) and response.until_close
        raise (ConnectionLostError(**{**vars(error), **known}) if cut_off else error.extended(**known)) from None
    if result.code in (_answer.SUCCESS, *call.expected):
        return result
    raise ApiError(result.code, result.message, response=result.response, **known)


def _is_over_quota(failure: SmsPartnerError) -> bool:
    return TOO_MANY_REQUESTS in (failure.code, failure.http_status if isinstance(failure, UnusableResponseError) else None)


def _is_transient(failure: SmsPartnerError) -> bool:
    if _is_over_quota(failure):
        return False
    retried_status = isinstance(failure, UnusableResponseError) and failure.http_status in TRANSIENT_STATUSES
    return retried_status or isinstance(failure, (NotConnectedError, ConnectionLostError))


def _may_have_been_carried_out(failure: SmsPartnerError) -> bool:
    return isinstance(failure, UnusableResponseError) and not _is_over_quota(failure)


def _retry_after_seconds(retry_after: str | None) -> float:
    """Return the seconds to wait; 0 if the header is missing, in the past or cannot be read."""
    if retry_after is None:
        return 0.0
    if retry_after.isdecimal():
        return float(retry_after[:10])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0


def _backoff(first: float, count: int, longest: float) -> float:
    """Return the seconds to wait after ``count`` earlier waits, with jitter to spread parallel jobs."""
    return min(first * 2.0 ** min(count, 10), longest) * random.uniform(0.5, 1.0)
