# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""One call of the API: tries until there is an answer, and knows whether a try that was lost may have been carried out."""

from __future__ import annotations

import random
import threading
import time
import typing as t
from datetime import timezone
from email.utils import parsedate_to_datetime

from ansible_collections.community.smspartner.plugins.module_utils import _answer
from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer
from ansible_collections.community.smspartner.plugins.module_utils._errors import (
    MEANINGS,
    CutOff,
    Ended,
    NoUsableAnswer,
    Refusal,
    SmsPartnerError,
    TransientFailure,
)
from ansible_collections.community.smspartner.plugins.module_utils._http import TRANSIENT_STATUSES, Http, Reply

MEBIBYTE = 1 << 20
TOO_MANY_REQUESTS = 429
FIRST_BACKOFF = 0.5
LONGEST_RETRY_AFTER = 60.0


class Call(t.NamedTuple):
    """A request, and in ``purpose`` what it is for, as a failure tells it: "remove the entry 19 from the stop list".

    ``expected`` are the codes besides success that the caller understands, ``limit`` the most bytes of an answer, None for any length.
    ``changes`` is False for one that only reads, which does nothing even if its answer is lost.
    """

    purpose: str
    method: str
    path: str
    parameters: dict[str, t.Any]
    expected: tuple[int, ...] = ()
    xml: bool = False
    limit: int | None = MEBIBYTE
    changes: bool = True


class Outcome(t.NamedTuple):
    """An answer that was expected. ``perhaps_done`` tells whether an earlier try of the same call may have been carried out."""

    answer: Answer
    http_status: int
    perhaps_done: bool


class Api:
    """The calls of one account."""

    def __init__(
        self,
        http: Http,
        key: str,
        *,
        retries: int,
        pace: t.Callable[[], float],
        sleep: t.Callable[[float], t.Any] | None = None,
    ) -> None:
        """``retries`` is how many more tries follow a transient failure; ``pace`` tells before each try how many seconds it has to wait."""
        self._http = http
        self._key = key
        self._retries = retries
        self._pace = pace
        self._ended = threading.Event()
        self._sleep = sleep or self._ended.wait

    def end(self) -> None:
        """Send nothing from now on, not even what waits for its turn or for a next try; what is under way gets its answer."""
        self._ended.set()

    def call(self, call: Call) -> Outcome:
        """Return the answer if it succeeded, or if its code is one of ``call.expected``.

        :raises Refusal: for any other code
        :raises NoUsableAnswer: when no try brought an answer; a ``TransientFailure`` tells whether the call may have been carried out
        :raises Ended: when nothing of it was sent before ``end``
        """
        if self._pause(self._pace()):
            raise Ended
        perhaps_done = False
        retry = 0
        while True:
            try:
                answer, http_status = self._try(call)
                return Outcome(_expected(answer, http_status, call.expected), http_status, perhaps_done)
            except TransientFailure as failure:
                perhaps_done = failure.perhaps_done = call.changes and (failure.perhaps_done or perhaps_done)
                wait = _wait(failure, retry)
                is_last = retry == self._retries or wait > LONGEST_RETRY_AFTER
                if is_last or self._pause(wait) or self._pause(self._pace()):
                    raise _given_up(failure, call, retry + 1) from None
            except SmsPartnerError as error:
                error.tried = _what_was_tried(call, retry + 1, perhaps_done)
                raise
            retry += 1

    def _pause(self, seconds: float) -> bool:
        """Wait, and tell whether the run has ended by then."""
        if seconds > 0:
            self._sleep(seconds)
        return self._ended.is_set()

    def _try(self, call: Call) -> tuple[Answer, int]:
        reply = self._send(call)
        try:
            answer = _read(reply, call.xml)
        except NoUsableAnswer as error:
            error.http_status = reply.status
            error.problem += f" (HTTP {reply.status})"
            if reply.status in TRANSIENT_STATUSES or (isinstance(error, CutOff) and reply.until_close):
                raise _transient(error, reply) from None
            raise
        if answer.code == TOO_MANY_REQUESTS:
            raise _transient(Refusal(answer.code, answer.message, http_status=reply.status, response=answer.body), reply)
        return answer, reply.status

    def _send(self, call: Call) -> Reply:
        parameters = {"apiKey": self._key, **call.parameters}
        if call.method == "GET":
            return self._http.send(call.method, call.path, query=parameters, limit=call.limit)
        return self._http.send(call.method, call.path, json=parameters, limit=call.limit)


def _read(reply: Reply, xml: bool) -> Answer:
    if reply.flaw is not None:
        raise reply.flaw
    answer = _answer.read(reply.body, xml=xml)
    if answer.code == 200 and not answer.succeeded:
        advice = "Run the play again; nothing is taken for granted from this answer."
        raise NoUsableAnswer("the API answered code 200 without success", advice, code=200, response=answer.body)
    return answer


def _expected(answer: Answer, http_status: int, codes: tuple[int, ...]) -> Answer:
    if answer.succeeded or answer.code in codes:
        return answer
    raise Refusal(answer.code, answer.message, http_status=http_status, response=answer.body)


def _transient(error: SmsPartnerError, reply: Reply) -> TransientFailure:
    """The same failure as one that may pass. A request refused for coming too often was not carried out; after a 5xx, nobody knows."""
    too_many = TOO_MANY_REQUESTS in (reply.status, error.code)
    return TransientFailure(
        error.problem,
        MEANINGS[TOO_MANY_REQUESTS if too_many else 500][1],
        perhaps_done=not too_many,
        retry_after=_seconds(reply.retry_after),
        code=error.code,
        http_status=reply.status,
        response=error.response,
        body=error.body,
    )


def _seconds(retry_after: str | None) -> float | None:
    """What a Retry-After header asks for, in seconds from now, or None where it says nothing that can be read."""
    if retry_after is None:
        return None
    value = retry_after.strip()
    if value.isascii() and value.isdigit():
        return float(value[:10])
    try:
        date = parsedate_to_datetime(value)
        # One without a zone is in UTC: HTTP knows no other.
        return max(0.0, (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _wait(failure: TransientFailure, retry: int) -> float:
    """Seconds until the next try: what the server asked for, or exponential backoff with jitter, so that jobs side by side spread out."""
    if failure.retry_after is not None:
        return failure.retry_after
    return min(FIRST_BACKOFF * 2.0 ** min(retry, 10), LONGEST_RETRY_AFTER) * random.uniform(0.5, 1.0)


def _given_up(failure: TransientFailure, call: Call, tries: int) -> TransientFailure:
    """The failure that ends the call, with what was tried and, after a long Retry-After, how long to wait."""
    failure.tried = _what_was_tried(call, tries, failure.perhaps_done)
    if failure.retry_after is not None and failure.retry_after > LONGEST_RETRY_AFTER:
        failure.advice = f"The server asks to wait {failure.retry_after:.0f} s; run the play again after that."
    return failure


def _what_was_tried(call: Call, tries: int, perhaps_done: bool) -> str:
    times = "" if tries == 1 else f" after {tries} tries"
    doubt = " A try without an answer may have been carried out all the same." if perhaps_done else ""
    return f"Could not {call.purpose}{times}.{doubt} The reason:"
