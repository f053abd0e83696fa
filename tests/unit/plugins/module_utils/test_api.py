# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a call is tried, how long it waits, and what it knows of a try that was lost."""

from __future__ import annotations

import random
import threading
import time
import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._answer import Answer
from ansible_collections.community.smspartner.plugins.module_utils._api import Api, Call, Outcome, _seconds, _wait
from ansible_collections.community.smspartner.plugins.module_utils._errors import Ended, NoUsableAnswer, Refusal, SmsPartnerError, TransientFailure
from ansible_collections.community.smspartner.plugins.module_utils._http import Http, Reply

REMOVE = Call("remove the entry 19 from the stop list", "GET", "/stop-sms/delete", {"id": 19}, expected=(4,))
DOUBT = "A try without an answer may have been carried out all the same."
LATER = "Try again later; if it lasts, ask SMS Partner."
QUOTA = "Wait a minute, or run fewer jobs side by side; the quota is 2,000 requests a minute for one IP address."

DONE = Reply(200, None, b'{"success": true, "code": 200}')
GONE = Reply(404, None, b'{"success": false, "code": 4, "message": "Not found"}')
BUSY = Reply(503, None, b"busy")
TOO_MANY = Reply(429, None, b'{"code": 429, "message": "Slow down"}')
TURN = 0.01


def lost(perhaps_done: bool) -> TransientFailure:
    return TransientFailure("the connection failed", "Check the network.", perhaps_done=perhaps_done)


class Script:
    """In place of Http: each request has the next outcome of those that are given, and is kept."""

    def __init__(self, *outcomes: Reply | SmsPartnerError) -> None:
        self._outcomes = iter(outcomes)
        self.sent: list[tuple[t.Any, ...]] = []

    def send(self, method: str, path: str, *, query: t.Any = None, json: t.Any = None, limit: t.Any = None) -> Reply:
        self.sent.append((method, path, query, json, limit))
        outcome = next(self._outcomes)
        if isinstance(outcome, SmsPartnerError):
            raise outcome
        return outcome


class Account:
    """An Api on a script, and what it did beside its requests: "pace", or the seconds of a wait; ``TURN`` of them are for a turn."""

    def __init__(self, *outcomes: Reply | SmsPartnerError, retries: int = 3) -> None:
        self.http = Script(*outcomes)
        self.did: list[t.Any] = []
        self.api = Api(t.cast(Http, self.http), "KEY", retries=retries, pace=self._pace, sleep=self.did.append)

    def _pace(self) -> float:
        self.did.append("pace")
        return TURN

    def call(self, call: Call = REMOVE) -> Outcome:
        return self.api.call(call)

    def fail(self, call: Call = REMOVE) -> SmsPartnerError:
        with pytest.raises(SmsPartnerError) as failure:
            self.api.call(call)
        return failure.value


@pytest.fixture(autouse=True)
def longest_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, most: most)


def test_a_get_has_the_key_and_the_parameters_in_its_query() -> None:
    account = Account(DONE)
    account.call()
    assert account.http.sent == [("GET", "/stop-sms/delete", {"apiKey": "KEY", "id": 19}, None, 1 << 20)]


def test_a_post_has_them_in_its_body() -> None:
    account = Account(DONE)
    account.call(Call("put it there", "POST", "/stop-sms/add", {"phoneNumber": "+33612345678"}, limit=None))
    assert account.http.sent == [("POST", "/stop-sms/add", None, {"apiKey": "KEY", "phoneNumber": "+33612345678"}, None)]


def test_the_limit_is_the_same_for_each_method() -> None:
    account = Account(DONE, DONE)
    for method in ("GET", "POST"):
        account.call(Call("do it", method, "/x", {}, limit=7))
    assert [sent[-1] for sent in account.http.sent] == [7, 7]


@pytest.mark.parametrize(
    ("outcomes", "code", "http_status", "perhaps_done"),
    [
        ([DONE], 200, 200, False),
        ([GONE], 4, 404, False),
        ([TOO_MANY, GONE], 4, 404, False),
        ([Reply(429, None, b""), GONE], 4, 404, False),
        ([lost(False), GONE], 4, 404, False),
        ([lost(True), GONE], 4, 404, True),
        ([BUSY, GONE], 4, 404, True),
        # Once in doubt, always in doubt.
        ([lost(True), lost(False), GONE], 4, 404, True),
        ([BUSY, TOO_MANY, DONE], 200, 200, True),
    ],
)
def test_an_expected_answer_tells_whether_an_earlier_try_may_have_done_it(
    outcomes: list[Reply | SmsPartnerError], code: int, http_status: int, perhaps_done: bool
) -> None:
    outcome = Account(*outcomes).call()
    assert (outcome.answer.code, outcome.http_status, outcome.perhaps_done) == (code, http_status, perhaps_done)


def test_the_answer_is_handed_on_as_it_was_read() -> None:
    assert Account(GONE).call().answer == Answer(4, "Not found", {"success": False, "code": 4, "message": "Not found"}, GONE.body.decode())


def test_xml_is_read_where_it_was_asked_for() -> None:
    xml = b"<result><entry>false</entry><entry>4</entry><entry>Not found</entry></result>"
    assert Account(Reply(200, None, xml)).call(REMOVE._replace(xml=True)).answer.message == "Not found"
    assert Account(Reply(200, None, xml)).fail().problem == "the server sent something other than JSON (HTTP 200)"


@pytest.mark.parametrize(
    ("outcomes", "kind", "message"),
    [
        (
            [Reply(403, None, b'{"code": 10, "message": "Wrong key"}')],
            Refusal,
            'The reason: the API said "Wrong key" (code 10: the API key is incorrect). Check api_key against the key shown in the SMS Partner account.',
        ),
        (
            [BUSY, Reply(403, None, b'{"code": 30, "message": ""}')],
            Refusal,
            f"after 2 tries. {DOUBT} The reason: the API refused it (code 30: the account is blocked). Ask SMS Partner why the account is blocked.",
        ),
        (
            [Reply(200, None, b'{"code": 200}')],
            NoUsableAnswer,
            "The reason: the API answered code 200 without success (HTTP 200). Run the play again; nothing is taken for granted from this answer.",
        ),
        (
            [Reply(404, None, b"<html>")],
            NoUsableAnswer,
            "The reason: the server sent something other than JSON (HTTP 404). "
            "Check that api_url leads to the SMS Partner API, and that no proxy answers in its place.",
        ),
        # The end of the connection was that of the answer, and too early.
        (
            [Reply(200, None, b' {"success": true, "code": 200', until_close=True)] * 4,
            TransientFailure,
            f"after 4 tries. {DOUBT} The reason: the server sent JSON that breaks off (HTTP 200). {LATER}",
        ),
        (
            [Reply(200, None, b'{"success": true, "code": 200')],
            NoUsableAnswer,
            "The reason: the server sent JSON that breaks off (HTTP 200). "
            "Check that api_url leads to the SMS Partner API, and that no proxy answers in its place.",
        ),
        ([lost(False)] * 4, TransientFailure, "after 4 tries. The reason: the connection failed. Check the network."),
        ([lost(True)] + [lost(False)] * 3, TransientFailure, f"after 4 tries. {DOUBT} The reason: the connection failed. Check the network."),
        ([BUSY] * 4, TransientFailure, f"after 4 tries. {DOUBT} The reason: the server sent something other than JSON (HTTP 503). {LATER}"),
        ([Reply(429, None, b"")] * 4, TransientFailure, f"after 4 tries. The reason: the server sent an empty body (HTTP 429). {QUOTA}"),
        ([TOO_MANY] * 4, TransientFailure, f'after 4 tries. The reason: the API said "Slow down" (code 429: too many requests). {QUOTA}'),
        (
            [Reply(429, "61", TOO_MANY.body)],
            TransientFailure,
            'The reason: the API said "Slow down" (code 429: too many requests). The server asks to wait 61 s; run the play again after that.',
        ),
    ],
)
def test_failure(outcomes: list[Reply | SmsPartnerError], kind: type[SmsPartnerError], message: str) -> None:
    failure = Account(*outcomes).fail()
    assert isinstance(failure, kind)
    assert isinstance(failure, TransientFailure) == (kind is TransientFailure)
    separator = " " if message.startswith("after") else ". "
    assert str(failure) == f"Could not remove the entry 19 from the stop list{separator}{message}"


def test_xml_may_break_off_as_well() -> None:
    reply = Reply(200, None, b"<result><entry>true</entry><ent", until_close=True)
    assert Account(reply, DONE).call(REMOVE._replace(xml=True)).perhaps_done


def test_a_body_that_cannot_be_read_is_no_usable_answer() -> None:
    def flawed(status: int) -> Reply:
        return Reply(status, None, b"", NoUsableAnswer("it is flawed", "Mend it."))

    failure = Account(*(flawed(503) for _try in range(4))).fail()
    assert str(failure) == f"Could not remove the entry 19 from the stop list after 4 tries. {DOUBT} The reason: it is flawed (HTTP 503). {LATER}"
    failure = Account(flawed(404)).fail()
    assert str(failure) == "Could not remove the entry 19 from the stop list. The reason: it is flawed (HTTP 404). Mend it."


@pytest.mark.parametrize(
    ("reply", "code", "response", "body"),
    [
        (Reply(403, None, b'{"code": 10}'), 10, {"code": 10}, ""),
        (Reply(500, None, b'{"code": 429}'), 429, {"code": 429}, ""),
        (Reply(200, None, b'{"code": 200, "x": 1}'), 200, {"code": 200, "x": 1}, ""),
        (Reply(404, None, b"<html>"), None, None, "<html>"),
        (Reply(503, None, b'{"code": "x"}'), None, {"code": "x"}, '{"code": "x"}'),
    ],
)
def test_a_failure_keeps_what_came_back(reply: Reply, code: int | None, response: t.Any, body: str) -> None:
    failure = Account(reply, retries=0).fail()
    assert (failure.code, failure.http_status, failure.response, failure.body) == (code, reply.status, response, body)


@pytest.mark.parametrize(
    ("reply", "perhaps_done"),
    [
        (BUSY, True),
        (Reply(429, None, b"busy"), False),
        # Too many, whoever says so: the status or the code.
        (Reply(503, None, TOO_MANY.body), False),
        (Reply(200, None, TOO_MANY.body), False),
    ],
)
def test_what_came_too_often_was_not_carried_out(reply: Reply, perhaps_done: bool) -> None:
    failure = Account(reply, retries=0).fail()
    assert isinstance(failure, TransientFailure)
    assert failure.perhaps_done is perhaps_done


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_tried_again_where_there_is_no_usable_answer(status: int) -> None:
    assert Account(Reply(status, None, b""), DONE).call().answer.code == 200
    assert Account(Reply(status, None, b'{"code": 200}'), DONE).call().answer.code == 200
    assert Account(Reply(status, None, GONE.body)).call().answer.code == 4


@pytest.mark.parametrize("status", [200, 404, 501])
def test_any_other_status_is_final(status: int) -> None:
    assert Account(Reply(status, None, b"")).fail().__class__ is NoUsableAnswer


def test_each_try_is_paced_and_each_but_the_first_waits_twice_as_long() -> None:
    account = Account(*[BUSY] * 5, retries=4)
    account.fail()
    assert account.did == ["pace", TURN, 0.5, "pace", TURN, 1.0, "pace", TURN, 2.0, "pace", TURN, 4.0, "pace", TURN]


def test_a_backoff_is_shortened_by_up_to_a_half(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [_wait(lost(True), retry) for retry in (0, 6, 7, 2000)] == [0.5, 32.0, 60.0, 60.0]
    monkeypatch.setattr(random, "uniform", lambda least, most: least)
    assert [_wait(lost(True), retry) for retry in (0, 6, 7, 2000)] == [0.25, 16.0, 30.0, 30.0]


def test_what_the_server_asks_for_is_waited_for_up_to_a_minute() -> None:
    account = Account(Reply(503, "0", b""), Reply(429, "60", TOO_MANY.body), DONE)
    account.call()
    assert account.did == ["pace", TURN, "pace", TURN, 60.0, "pace", TURN]
    account = Account(Reply(429, "61", TOO_MANY.body), DONE)
    account.fail()
    assert account.did == ["pace", TURN]


def test_to_wait_for_a_minute_is_no_reason_to_give_up() -> None:
    assert Account(Reply(429, "60", TOO_MANY.body), retries=0).fail().advice == QUOTA


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("12345678901", 1234567890.0),
        ("1.5", None),
        ("-1", None),
        ("\u0661", None),
        ("", None),
        ("soon", None),
        ("Mon, 99 Foo 2026 10:00:00 GMT", None),
        ("Mon, 01 Jan 2026 99:99:99 GMT", None),
        ("Thu, 01 Jan 2015 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert _seconds(header) == seconds


def test_retry_after_may_be_a_date() -> None:
    date = datetime.now(timezone.utc) + timedelta(seconds=1000)
    for written in (format_datetime(date, usegmt=True), format_datetime(date.astimezone(timezone(timedelta(hours=2))))):
        seconds = _seconds(written)
        assert seconds is not None
        assert 990 < seconds <= 1000


@pytest.mark.parametrize("form", ["%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S -0000"])
def test_a_date_without_a_zone_is_in_utc(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        seconds = _seconds((datetime.now(timezone.utc) + timedelta(seconds=1000)).strftime(form))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert seconds is not None
    assert 990 < seconds <= 1000


def test_without_another_way_a_wait_is_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, most: 0.1)
    api = Api(t.cast(Http, Script(lost(True), DONE)), "KEY", retries=1, pace=lambda: 0.05)
    began = time.monotonic()
    assert api.call(REMOVE).perhaps_done
    assert time.monotonic() - began >= 0.15


def test_after_the_end_no_call_is_begun() -> None:
    account = Account(DONE)
    account.api.end()
    with pytest.raises(Ended):
        account.call()
    assert account.http.sent == []


def test_the_end_does_not_wait_for_the_turn_of_a_call() -> None:
    api = Api(t.cast(Http, Script()), "KEY", retries=0, pace=lambda: 60.0)
    timer = threading.Timer(0.05, api.end)
    timer.start()
    with pytest.raises(Ended):
        api.call(REMOVE)
    timer.join()


def ends_meanwhile(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the run end while the account's request is under way."""
    send = account.http.send

    def send_and_end(*args: t.Any, **kwargs: t.Any) -> Reply:
        account.api.end()
        return send(*args, **kwargs)

    monkeypatch.setattr(account.http, "send", send_and_end)


def test_what_is_under_way_at_the_end_gets_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(DONE)
    ends_meanwhile(account, monkeypatch)
    assert account.call().answer.code == 200


@pytest.mark.parametrize("perhaps_done", [True, False])
def test_after_the_end_nothing_is_tried_again(monkeypatch: pytest.MonkeyPatch, perhaps_done: bool) -> None:
    account = Account(lost(perhaps_done), DONE)
    ends_meanwhile(account, monkeypatch)
    failure = account.fail()
    assert isinstance(failure, TransientFailure)
    assert failure.perhaps_done is perhaps_done
    assert str(failure).startswith("Could not remove the entry 19 from the stop list. ")
    assert len(account.http.sent) == 1


def test_the_end_does_not_wait_for_the_next_try() -> None:
    api = Api(t.cast(Http, Script(Reply(503, "60", b""))), "KEY", retries=1, pace=lambda: 0.0)
    timer = threading.Timer(0.05, api.end)
    timer.start()
    with pytest.raises(TransientFailure):
        api.call(REMOVE)
    timer.join()
