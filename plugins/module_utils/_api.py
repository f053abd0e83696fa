# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""One call: which failures are retried, when, and whether a lost attempt may have been carried out."""

from __future__ import annotations

import random
import threading
import time
import typing as t
from email.utils import parsedate_to_datetime

from ansible_collections.community.smspartner.plugins.module_utils import _answer
from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer
from ansible_collections.community.smspartner.plugins.module_utils._errors import (
    CODES,
    ConnectionLost,
    NotConnected,
    NoUsableAnswer,
    Refusal,
    SmsPartnerError,
    Stopped,
    Unreadable,
)
from ansible_collections.community.smspartner.plugins.module_utils._http import Http, Reply

MEBIBYTE = 1 << 20
TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})
TOO_MANY_REQUESTS = 429
LONGEST_RETRY_AFTER = 60.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 60.0
# A 429 ends with the minute: shorter pauses would only be refused, longer ones would waste quota.
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
    """An expected answer. ``in_doubt`` tells that an earlier attempt of the call may have been carried out."""

    answer: Answer
    http_status: int
    in_doubt: bool


class Pace:
    """Spaces the requests of all threads evenly, and slows them down after a 429.

    Additive increase, multiplicative decrease, as in TCP: jobs that share a quota converge on fair shares without knowing of each other.
    """

    def __init__(self, per_minute: int, clock: t.Callable[[], float]) -> None:
        self._full_rate = self._rate = per_minute / 60 / RESERVE  # requests per second
        self._clock = clock
        self._next_turn = self._updated = clock()  # _updated: when the rate was computed; during a pause, its end
        self._pauses = 0
        self._refused_since: float | None = None
        self._lock = threading.Lock()

    def take_turn(self) -> float:
        """Return 0 and take the turn, or return the seconds until the next one."""
        with self._lock:
            now = self._clock()
            if now < self._next_turn:
                return self._next_turn - now
            self._rate = min(self._full_rate, self._rate + self._full_rate * (now - self._updated) / RECOVERY)
            self._updated = now
            self._next_turn = max(self._next_turn + 1 / self._rate, now)
            return 0.0

    def answered(self) -> None:
        """Note that a response other than 429 came, or none."""
        with self._lock:
            self._refused_since, self._pauses = None, 0

    def slow_down(self, pause: float | None) -> bool:
        """Make all threads wait after a 429 and halve the rate; return False when nothing but 429 has come for two minutes."""
        with self._lock:
            now = self._clock()
            if now >= self._updated:  # not already in a pause, which other requests may have started
                if not pause:
                    pause = _backoff(FIRST_PAUSE, self._pauses, LONGEST_PAUSE)
                self._pauses += 1
                self._next_turn = self._updated = now + pause
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
        self._pace = Pace(requests_per_minute, clock)

    def stop(self) -> None:
        """Send no new request from now on; what is in flight finishes."""
        self._stopped.set()

    def call(self, call: Call) -> Outcome:
        """Return the answer if it is success or has one of the expected codes.

        :raises Refusal: for any other code
        :raises NoUsableAnswer: when no attempt brought an answer; ``in_doubt`` tells whether the call may have been carried out
        :raises Stopped: when the run ended before the call was sent
        """
        attempts = failed = 0
        in_doubt = False
        failure: SmsPartnerError | None = None
        while self._take_turn():
            attempts += 1
            try:
                reply = self._send(call)
                answer = _expected_answer(reply, call)
                self._pace.answered()
                return Outcome(answer, reply.status, in_doubt)
            except SmsPartnerError as error:
                failure = error
            if not _is_over_quota(failure):
                self._pace.answered()
            failed += _is_transient(failure)
            in_doubt = in_doubt or (call.changes and _is_transient(failure) and not isinstance(failure, NotConnected))
            if not self._wait_to_retry(failure, failed):
                break
        if failure is None:
            raise Stopped
        failure.subject = f"Could not {call.purpose}{f' after {attempts} attempts' if attempts > 1 else ''}"
        failure.in_doubt = in_doubt
        raise failure

    def _take_turn(self) -> bool:
        """Wait for the turn; return False when the run has ended by then."""
        while not self._stopped.is_set():
            seconds = self._pace.take_turn()
            if not seconds:
                return True
            self._sleep(seconds)
        return False

    def _send(self, call: Call) -> Reply:
        parameters = {"apiKey": self._key, **call.parameters}
        query, json = (parameters, None) if call.method == "GET" else (None, parameters)
        return self._http.send(call.method, call.path, query=query, json=json, limit=MEBIBYTE if call.changes else None)

    def _wait_to_retry(self, failure: SmsPartnerError, failed: int) -> bool:
        """Wait as long as a retry has to, given how many attempts have failed; return False when there should be none."""
        over_quota = _is_over_quota(failure)
        if not (over_quota or _is_transient(failure)):
            return False
        seconds = _retry_after_seconds(failure.retry_after)
        if seconds is not None and seconds > LONGEST_RETRY_AFTER:
            failure.advice = f"The server asks to wait {seconds:.0f} s. Run the task again after that."
            return False
        if not over_quota:
            if failed <= self._retries:
                self._sleep(_backoff(FIRST_BACKOFF, failed - 1, LONGEST_BACKOFF) if seconds is None else seconds)
            return failed <= self._retries
        if self._retries and not self._pace.slow_down(seconds):
            failure.advice = QUOTA_EXHAUSTED
            return False
        return self._retries > 0


def _expected_answer(reply: Reply, call: Call) -> Answer:
    try:
        answer = _answer.read(reply.body, xml=call.xml)
    except NoUsableAnswer as error:
        error.problem += f" (HTTP {reply.status})"
        error.http_status, error.retry_after = reply.status, reply.retry_after
        if isinstance(error, Unreadable):
            error.until_close = reply.until_close
        if reply.status in (TOO_MANY_REQUESTS, *TRANSIENT_STATUSES):
            error.advice = CODES[TOO_MANY_REQUESTS if reply.status == TOO_MANY_REQUESTS else 500]
        raise
    if answer.code in (_answer.SUCCESS, *call.expected):
        return answer
    refusal = Refusal(answer.code, answer.message, http_status=reply.status, response=answer.body)
    refusal.retry_after = reply.retry_after
    raise refusal


def _is_over_quota(failure: SmsPartnerError) -> bool:
    return TOO_MANY_REQUESTS in (failure.code, failure.http_status if isinstance(failure, NoUsableAnswer) else None)


def _is_transient(failure: SmsPartnerError) -> bool:
    if _is_over_quota(failure) or not isinstance(failure, NoUsableAnswer):
        return False
    cut_off = isinstance(failure, Unreadable) and failure.until_close
    return cut_off or isinstance(failure, (NotConnected, ConnectionLost)) or failure.http_status in TRANSIENT_STATUSES


def _retry_after_seconds(retry_after: str | None) -> float | None:
    """Return the seconds to wait, or None if the header is missing or cannot be read."""
    if retry_after is None:
        return None
    if retry_after.isdecimal():
        return float(retry_after[:10])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _backoff(first: float, count: int, longest: float) -> float:
    """Return the seconds to wait after ``count`` earlier waits, with jitter to spread parallel jobs."""
    return min(first * 2.0 ** min(count, 10), longest) * random.uniform(0.5, 1.0)
