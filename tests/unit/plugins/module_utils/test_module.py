# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface to Ansible: what becomes of options, results and failures, with work that the test supplies."""

from __future__ import annotations

import functools
import sys
import typing as t
from unittest import mock
from urllib.parse import quote

import pytest
from ansible.module_utils import basic
from ansible_collections.community.smspartner.plugins.module_utils import _module
from ansible_collections.community.smspartner.plugins.module_utils._errors import ApiError, MissingLibraryError, UnusableResponseError
from ansible_collections.community.smspartner.plugins.module_utils._module import Context, Result, diff_of
from ansible_collections.community.smspartner.tests.unit.conftest import KEY, Modules
from ansible_collections.community.smspartner.tests.unit.servers import Origin

ENCODED = quote(KEY, safe="")
MASK = "********"
OPTIONS: dict[str, dict[str, t.Any]] = {
    "id": {"type": "int"},
    "ids": {"type": "list", "elements": "int"},
    "phone_number": {"type": "str"},
    "phone_numbers": {"type": "list", "elements": "str"},
    "requests_per_minute": {"type": "int", "default": 2000},
}
NO_KEY = "api_key: missing or empty. Set api_key, or SMSPARTNER_API_KEY in the environment of the host that the task runs on (become drops that environment)."
BAD_KEY = (
    "api_key: contains a space or a character that is not printable ASCII. "
    "Check where api_key or SMSPARTNER_API_KEY comes from: perhaps a file with a byte order mark or with several lines."
)
NO_ID = "is not the ID of an entry. Give the whole number greater than 0 that smspartner_stop_info shows; a phone number is not an ID."


class Runner:
    """Runs work as a module; by default, work that changes nothing, and whose contexts are kept."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._nothing = mock.Mock(return_value={"changed": False})

    @property
    def contexts(self) -> list[Context]:
        return [call.args[0] for call in self._nothing.call_args_list]

    def __call__(self, work: t.Callable[[Context], Result] | None = None, *, fact: str = "", **options: t.Any) -> Result:
        main = functools.partial(_module.run, work or self._nothing, OPTIONS, fact=fact, mutually_exclusive=[("id", "phone_number")])
        return self._modules.start(main, {"api_key": KEY, **options})


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return Runner(Modules(t.cast(t.Any, None), monkeypatch, capsys))


def test_the_work_gets_its_options_and_modes(run: Runner) -> None:
    assert run(id=19) == {"changed": False}
    run(_ansible_check_mode=True)
    run(_ansible_diff=True)
    assert [(context.check_mode, context.diff_mode) for context in run.contexts] == [(False, False), (True, False), (False, True)]
    connection = {"api_key": KEY, "api_url": "https://api.smspartner.fr/v1", "validate_certs": True, "ca_path": None, "timeout": 10.0, "retries": 3}
    assert run.contexts[0].options == {**connection, "id": 19, "ids": None, "phone_number": None, "phone_numbers": None, "requests_per_minute": 2000}


def test_a_null_option_counts_as_missing(run: Runner) -> None:
    run(id=None, phone_number="0612345678", timeout=None, phone_numbers=None)
    assert (run.contexts[0].options["timeout"], run.contexts[0].options["phone_numbers"]) == (10.0, None)
    assert run(id=1, phone_number="0612345678")["msg"] == "parameters are mutually exclusive: id|phone_number"


def test_the_connection_follows_the_options_or_the_environment(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def remove(context: Context) -> Result:
        return {"changed": context.stop_list.remove(19).changed}

    with Origin() as server:
        monkeypatch.setenv("SMSPARTNER_API_KEY", f" {KEY}\n")
        monkeypatch.setenv("SMSPARTNER_API_URL", f" http://{server.address}/v1\n")
        assert run(remove, api_key=None) == {"changed": True}
    assert server.received.startswith(b"GET /v1/stop-sms/delete?apiKey=" + ENCODED.encode() + b"&id=19 HTTP/1.1\r\n")
    with Origin([b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]) as server:
        assert run(remove, api_url=f"http://{server.address}", retries=2)["http_status"] == 503
        assert server.connections == 3
    with Origin([]) as server:
        server.timeout = 5
        assert "within 0.001 s" in run(remove, api_url=f"https://{server.address}", retries=0, timeout=0.001, validate_certs=False)["msg"]
    assert run(ca_path="/nonexistent")["msg"].startswith("ca_path: /nonexistent cannot be read as a CA bundle")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"api_key": None}, NO_KEY),
        ({"api_key": " \n"}, NO_KEY),
        *(({"api_key": value}, BAD_KEY) for value in ("a\ud800", "\ufeffkey", "a\nb", "my key", "cl\u00e9", "a\x7f")),
        *(({"timeout": value}, "timeout: must be greater than 0. Give a number of seconds, such as 10.") for value in (0, -1, "inf", "nan")),
        ({"requests_per_minute": 0}, "requests_per_minute: must be 1 or more. Give the number of requests to send in a minute."),
        ({"retries": -1}, "retries: must be 0 or more. Give 0 for a single attempt."),
        *(({"id": value}, f"id: {value!r} {NO_ID}") for value in (0, -1, True, "0", "+1", "\u0661", "0612345678")),
        *(({"ids": value}, f"ids: {bad!r} {NO_ID}") for value, bad in (([1, 0], 0), ([True], True), ("1,0", "0"), (0, 0))),
    ],
)
def test_bad_input_fails_before_the_work(run: Runner, options: dict[str, t.Any], message: str) -> None:
    assert run(**options) == {"failed": True, "msg": message, "code": None, "http_status": None}
    assert run.contexts == []


def test_the_smallest_values_are_accepted(run: Runner) -> None:
    assert run(timeout=0.001, retries=0, id=" 7 ", ids="1, 2", phone_numbers="x,y") == {"changed": False}


@pytest.mark.parametrize(
    ("options", "phone_number", "phone_numbers"),
    [
        ({}, None, None),
        ({"phone_number": "0612345678", "phone_numbers": "06,07"}, "0612345678", ["06", "07"]),
        ({"phone_number": 103402424, "phone_numbers": 103402424}, 103402424, [103402424]),
        ({"phone_numbers": []}, None, []),
        ({"phone_numbers": ["06", 7, 8.5]}, None, ["06", 7, 8.5]),
    ],
)
def test_the_work_gets_phone_numbers_as_the_user_gave_them(run: Runner, options: dict[str, t.Any], phone_number: t.Any, phone_numbers: t.Any) -> None:
    run(**options)
    assert run.contexts[0].options["phone_number"] == phone_number
    assert run.contexts[0].options["phone_numbers"] == phone_numbers


def test_the_key_is_masked_everywhere_but_in_the_names_of_results(run: Runner) -> None:
    def work(context: Context) -> Result:
        context.warn(f"Mind {KEY} and {ENCODED}.\x1b")
        return {"changed": True, "stops": [{KEY[:3]: KEY}], "response": {KEY: [KEY, ENCODED]}}

    result = run(work, api_key=f" {KEY} ", fact="smspartner_stop_remove")
    assert rf"'Mind {MASK} and {MASK}.\\x1b'" in str(result.pop("warnings"))
    response = {MASK: [MASK, MASK]}
    assert result == {"changed": True, "stops": [{"k3y": MASK}], "response": response, "ansible_facts": {"smspartner_stop_remove": response}}


@pytest.mark.parametrize("key", ["changed", "response", "smspartner", "ed"])
def test_a_key_that_is_part_of_a_name_hides_no_result(run: Runner, key: str) -> None:
    result = run(lambda _context: {"changed": True, "response": {"code": 200}}, fact="smspartner_stop_add", api_key=key)
    assert (result["changed"], result["ansible_facts"].keys()) == (True, {"smspartner_stop_add"})


@pytest.mark.parametrize("options", [{"apiKey": KEY, "api_key": None}, {"apiKey": KEY, "id": 19}])
def test_the_key_is_masked_where_ansible_refuses_an_option(run: Runner, options: dict[str, t.Any]) -> None:
    assert run(**options)["failed"]
    assert run(api_key=f" {KEY} ", **{name: value for name, value in options.items() if name != "api_key"})["failed"]


def test_a_failure_says_what_is_known(run: Runner) -> None:
    known = {"subject": f"Could not do it with {ENCODED}", "results": {"changed": True, "ids": [1]}}
    error = ApiError(10, f"No {KEY}", http_status=403, response={"code": 10, "message": KEY}, **known)
    result = run(mock.Mock(side_effect=error), fact="smspartner_stop_remove")
    advice = "Check api_key against the key shown in your SMS Partner account."
    assert result.pop("msg") == f'Could not do it with {MASK}: the API said "No {MASK}" (code 10). {advice}'
    response = {"code": 10, "message": MASK}
    assert result == {"failed": True, "changed": True, "ids": [1], "code": 10, "http_status": 403, "response": response}


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("", ""),
        (" \n", ""),
        ("<html>\n\t<b>Go\x1b[31m away</b>\u202e", ' The response begins: "<html> <b>Go\\x1b[31m away</b>\\u202e"'),
        ("x" * 201, f' The response begins: "{"x" * 200}"'),
        # A key that is cut would not be found, so it is masked first.
        ("x" * 197 + KEY, f' The response begins: "{"x" * 197}***"'),
        (" " * (1 << 20) + KEY, f' The response begins: "{MASK}"'),
    ],
)
def test_a_failure_quotes_the_beginning_of_an_unusable_response(run: Runner, body: str, quoted: str) -> None:
    assert run(mock.Mock(side_effect=UnusableResponseError("it\nbroke", "Fix it.", body=body)))["msg"] == f"It\\nbroke. Fix it.{quoted}"


def test_a_missing_library_is_reported_with_the_reason_of_the_import(run: Runner) -> None:
    message = run(mock.Mock(side_effect=MissingLibraryError("phonenumbers", ImportError("it is too old"))))["msg"]
    assert message.startswith("Failed to import the required Python library (phonenumbers) on ")
    assert message.endswith(" The import failed with ImportError: it is too old")


def test_an_unexpected_error_shows_neither_its_text_nor_a_traceback(run: Runner) -> None:
    def work(_context: Context) -> Result:
        raise RecursionError(KEY)

    message = run(work)["msg"]
    assert message.startswith("An unexpected RecursionError in test_module.py, line ")
    assert message.endswith(". Report this to the collection's issue tracker.")


@pytest.mark.parametrize("error", [UnusableResponseError("it broke", "Fix it."), RuntimeError()])
def test_ansible_does_not_see_the_exception(run: Runner, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    fail, handled = basic.AnsibleModule.fail_json, []

    def fail_json(module: t.Any, msg: str, **result: t.Any) -> None:
        handled.append(sys.exc_info()[1])
        fail(module, msg, **result)

    monkeypatch.setattr(basic.AnsibleModule, "fail_json", fail_json)
    run(mock.Mock(side_effect=error))
    assert handled == [None]


def test_a_diff_is_one_pair_or_several() -> None:
    one, other = {"id": 1}, {"id": 2}
    assert diff_of([], []) == {"before": {}, "after": {}}
    assert diff_of([one], []) == {"before": one, "after": {}}
    assert diff_of([], [one]) == {"before": {}, "after": one}
    assert diff_of([one], [other]) == [{"before": one, "after": {}}, {"before": {}, "after": other}]
