# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge to Ansible: what becomes of options, results and failures, with work that is given."""

from __future__ import annotations

import json
import socket
import sys
import typing as t

import pytest
import trustme
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.community.smspartner.plugins.module_utils import _module
from ansible_collections.community.smspartner.plugins.module_utils._errors import MissingLibrary, NoUsableAnswer, Refusal
from ansible_collections.community.smspartner.plugins.module_utils._module import Result, Task, diff_of
from ansible_collections.community.smspartner.tests.unit.servers import Origin, tls

KEY = "k3y/+"
MASK = "*" * 8
OPTIONS: dict[str, dict[str, t.Any]] = {
    "id": {"type": "int"},
    "ids": {"type": "list", "elements": "int"},
    "phone_number": {"type": "str"},
    "phone_numbers": {"type": "list", "elements": "str"},
}
# What the newest ansible-core is to be asked for, and others refuse: they show the options in any case.
INVOCATION = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
NO_KEY = (
    "api_key: it is missing or empty. "
    "Give the key shown in the SMS Partner account, or leave api_key out and set SMSPARTNER_API_KEY on the host that the task runs on."
)
UNSEEN = (
    "api_key: it holds a character that cannot be seen. "
    "Check how the key reaches the play: it may come from a file with a byte order mark, or with more than one line."
)
NO_ID = "is not an entry's id. Give the whole number greater than 0 that smspartner_stop_info shows; a phone number is not an id."


def nothing(task: Task) -> Result:
    return {"changed": False}


def remove(task: Task) -> Result:
    return {"changed": task.stop_list.remove(19).changed}


class Runner:
    """Runs work as a module, with the real AnsibleModule; keeps what the work was given, and what Ansible shows of the options."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.tasks: list[Task] = []
        self.shown: Result = {}
        self.constraints: dict[str, t.Any] = {}

    def __call__(self, work: t.Callable[[Task], Result] = nothing, **options: t.Any) -> Result:
        given = {"api_key": KEY, "_ansible_remote_tmp": "/tmp", **INVOCATION, **options}  # noqa: S108
        self._monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode())
        self._monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        warnings._global_warnings.clear()  # Ansible keeps them for the life of a process, which is one module's.

        def kept(task: Task) -> Result:
            self.tasks.append(task)
            return work(task)

        with pytest.raises(SystemExit) as exit_:
            _module.run(kept, OPTIONS, **self.constraints)
        result: Result = json.loads(self._capsys.readouterr().out)
        assert bool(result.get("failed")) == bool(exit_.value.code)
        self.shown = result.pop("invocation", {}).get("module_args", {})
        return result


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    for name in ("SMSPARTNER_API_KEY", "SMSPARTNER_API_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return Runner(monkeypatch, capsys)


def failing(error: Exception) -> t.Callable[[Task], Result]:
    def work(task: Task) -> Result:
        raise error

    return work


def test_the_work_gets_its_options_and_modes(run: Runner) -> None:
    assert run(id=19) == {"changed": False}
    (task,) = run.tasks
    connection = {"api_key": KEY, "api_url": "https://api.smspartner.fr/v1", "validate_certs": True, "ca_path": None, "timeout": 10.0, "retries": 3}
    assert task.options == {**connection, "id": 19, "ids": None, "phone_number": None, "phone_numbers": None}
    assert (task.check_mode, task.diff_mode) == (False, False)
    run(_ansible_check_mode=True)
    run(_ansible_diff=True)
    assert [(task.check_mode, task.diff_mode) for task in run.tasks[1:]] == [(True, False), (False, True)]


def test_an_option_without_a_value_was_not_given(run: Runner) -> None:
    run.constraints = {"mutually_exclusive": [("id", "ids")]}
    run(id=None, ids=[1], timeout=None, phone_numbers=None)
    assert (run.tasks[0].options["timeout"], run.tasks[0].options["phone_numbers"]) == (10.0, None)
    assert run(id=1, ids=[1])["msg"] == "parameters are mutually exclusive: id|ids"
    assert run(api_key=None)["msg"] == NO_KEY


def test_key_and_address_may_come_from_the_environment_and_with_blanks(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    with Origin() as server:
        monkeypatch.setenv("SMSPARTNER_API_KEY", f" {KEY}\n")
        monkeypatch.setenv("SMSPARTNER_API_URL", f" http://{server.address}/v1\n")
        assert run(remove, api_key=None) == {"changed": True}
    assert server.received.startswith(b"GET /v1/stop-sms/delete?apiKey=k3y%2F%2B&id=19 HTTP/1.1\r\n")


def test_the_connection_is_as_the_options_say(run: Runner) -> None:
    paces: list[float] = []

    def pace(options: dict[str, t.Any]) -> t.Callable[[], float]:
        def take_slot() -> float:
            paces.append(options["timeout"])
            return 0.0

        return take_slot

    run.constraints = {"pace": pace}
    with Origin([b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]) as server:
        result = run(remove, api_url=f"http://{server.address}", retries=2, timeout=7)
        assert server.connections == 3
    assert paces == [7.0] * 3
    assert result["http_status"] == 503
    assert run(ca_path="/nonexistent")["msg"].startswith("ca_path: /nonexistent cannot be read as a CA bundle")


@pytest.mark.parametrize("validate_certs", [True, False])
def test_certificates_are_checked_where_the_option_says(run: Runner, validate_certs: bool) -> None:
    with Origin(context=tls(trustme.CA())) as server:
        result = run(remove, api_url=f"https://{server.address}", retries=0, validate_certs=validate_certs)
    assert result.get("changed", False) is not validate_certs
    assert ("no trusted TLS connection" in result.get("msg", "")) is validate_certs


def test_the_timeout_is_that_of_a_request(run: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        result = run(remove, api_url=f"http://127.0.0.1:{silent.getsockname()[1]}", retries=0, timeout=0.1)
    assert "within 0.1 s" in result["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"api_key": ""}, NO_KEY),
        ({"api_key": " \n"}, NO_KEY),
        *(({"api_key": value}, UNSEEN) for value in ("a\ud800", "\ufeffkey", "a\nb", "a\u200bb", "a\u00a0b")),
        *(({"api_key": value}, "api_key: it is not a string. Give the key alone, in quotes.") for value in (["s3cret"], {"a": "s3cret"}, True, 1.5)),
        *(({"timeout": value}, "timeout: it must be finite and more than 0. Give a number of seconds, such as 10.") for value in (0, -1, "inf", "nan")),
        ({"retries": -1}, "retries: it is less than 0. Give 0 for a single try."),
        *(({"id": value}, f"id: {value!r} {NO_ID}") for value in (0, -1, True, "0", "+1", "\u0661", "0612345678")),
        *(({"ids": value}, f"ids: {bad!r} {NO_ID}") for value, bad in (([1, 0], 0), ([True], True), ("1,0", "0"), (0, 0))),
    ],
)
def test_bad_input_is_told_before_the_work(run: Runner, options: dict[str, t.Any], message: str) -> None:
    assert run(**options) == {"failed": True, "msg": message}
    assert run.tasks == []


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0.001, "retries": 0, "id": 1},
        {"id": " 7 ", "ids": "1, 2", "phone_number": "x", "phone_numbers": "x,y"},
        {"ids": [], "phone_numbers": []},
        {"id": 10**30, "ids": ["8"]},
    ],
    ids=str,
)
def test_good_input_reaches_the_work(run: Runner, options: dict[str, t.Any]) -> None:
    assert run(**options) == {"changed": False}


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
def test_phone_numbers_are_as_they_were_given(run: Runner, options: dict[str, t.Any], phone_number: t.Any, phone_numbers: t.Any) -> None:
    run(**options)
    assert run.tasks[0].options["phone_number"] == phone_number
    assert run.tasks[0].options["phone_numbers"] == phone_numbers


def test_options_that_a_module_does_not_have_are_not_checked(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(OPTIONS):
        with monkeypatch.context() as without:
            without.delitem(OPTIONS, name)
            assert run() == {"changed": False}


def test_the_key_is_masked_in_results_and_warnings_but_for_the_names_of_results(run: Runner) -> None:
    def work(task: Task) -> Result:
        task.warn(f"Mind {KEY} and k3y%2F%2B.")
        return {"changed": True, KEY: {KEY: [KEY, "k3y%2F%2B"]}}

    result = run(work, api_key=f" {KEY} ")
    assert f"'Mind {MASK} and {MASK}.'" in str(result.pop("warnings"))
    assert result == {"changed": True, KEY: {MASK: [MASK, MASK]}}
    assert run(lambda task: {"changed": True}, api_key="changed") == {"changed": True}


def test_a_key_with_blanks_in_it_is_masked_with_as_many_as_it_has(run: Runner) -> None:
    result = run(failing(NoUsableAnswer("the key a  b broke", "Mend it.", body="a  b")), api_key="a  b")
    assert result["msg"] == f'the key {MASK} broke. Mend it. The answer begins: "{MASK}"'


def test_what_a_person_reads_is_on_one_line_without_what_a_terminal_obeys(run: Runner) -> None:
    def work(task: Task) -> Result:
        task.warn("a\nb\x1b[2J")
        raise NoUsableAnswer("c\r\n\x1bd\u202e", "Mend it.")

    result = run(work)
    assert "'a b[2J'" in str(result["warnings"])
    assert result["msg"] == "c d. Mend it."


@pytest.mark.parametrize("key", [KEY, f" {KEY}\n"])
def test_what_ansible_shows_of_the_options_is_masked_as_well(run: Runner, key: str) -> None:
    assert run(api_key=key, api_url="http://127.0.0.1/k3y%2F%2B", phone_number=f"0{KEY}") == {"changed": False}
    assert run.shown["api_key"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert (run.shown["api_url"], run.shown["phone_number"]) == (f"http://127.0.0.1/{MASK}", f"0{MASK}")
    assert run.tasks[0].options["api_url"] == "http://127.0.0.1/k3y%2F%2B"


def test_what_cannot_be_written_is_described(run: Runner) -> None:
    assert run(phone_number="0\ud800", phone_numbers=["1\ud800"]) == {"changed": False}
    assert (run.shown["phone_number"], run.shown["phone_numbers"]) == ("0\ufffd", ["1\ufffd"])


def test_the_longest_integer_that_is_shown_is_one_that_can_be(run: Runner) -> None:
    longest = (1 << 10_000) - 1
    run(phone_number=longest)
    assert run.shown["phone_number"] == longest
    run(phone_number=longest + 1)
    assert run.shown["phone_number"] == "an integer of 10001 bits"


@pytest.mark.parametrize("number", [float("inf"), "inf", "-Infinity", "1e309", "1e999999999", 10**309, "9" * 4300])
def test_a_number_that_is_too_large_is_refused_before_ansible_makes_an_integer_of_it(run: Runner, number: t.Any) -> None:
    for options in ({"id": number}, {"retries": number}):
        assert f"'{next(iter(options))}' is of type" in run(**options)["msg"]
        assert run.shown == {**run.shown, **dict.fromkeys(options, "a number that is too large")}
    for ids in ([1, number], number, f"1,{number}"):
        assert "'ids' is of type" in run(ids=ids)["msg"]


@pytest.mark.parametrize(("timeout", "refusal"), [(10**400, "'timeout' is of type"), (float("inf"), "timeout: it must be"), ("inf", "timeout: it must be")])
def test_a_timeout_that_is_too_large_is_refused(run: Runner, timeout: t.Any, refusal: str) -> None:
    assert refusal in run(timeout=timeout)["msg"]


def test_the_largest_numbers_are_taken(run: Runner) -> None:
    for options in ({"id": 10**99}, {"ids": "1, 2"}, {"ids": [1, "2"]}, {"retries": "3"}, {"timeout": 1e308}):
        assert run(**options) == {"changed": False}
    assert NO_ID in run(id=10**308)["msg"]


@pytest.mark.parametrize("options", [{"id": "k3y%2F%2B"}, {"ids": [KEY]}, {"timeout": "k3y%2F%2B"}, {"k3y%2F%2B": 1}])
def test_what_ansible_refuses_is_masked_as_well(run: Runner, options: dict[str, t.Any]) -> None:
    result = run(api_url="http://127.0.0.1/k3y%2F%2B", **options)
    assert result["failed"]
    assert "k3y" not in str(result)
    assert run.shown["api_url"] == f"http://127.0.0.1/{MASK}"


def test_a_sentence_that_shows_the_key_in_layers_leaves_the_others(run: Runner) -> None:
    error = Refusal(40, "k3y&#x25;2F&#x25;2B", http_status=200)
    error.tried = "Could not do it. The reason:"
    assert run(failing(error))["msg"] == f"Could not do it. The reason: {MASK} Ask SMS Partner to open the API for the account."


def test_without_a_key_nothing_is_masked(run: Runner) -> None:
    assert "XXXX" in run(api_key=None, XXXX=19)["msg"]


def test_the_place_that_a_redirect_points_to_is_masked(run: Runner) -> None:
    with Origin([f"HTTP/1.1 302 Found\r\nLocation: https://{KEY}.example/\r\nContent-Length: 0\r\n\r\n".encode()]) as server:
        assert f"the server redirects to {MASK}.example. " in run(remove, api_url=f"http://{server.address}")["msg"]


@pytest.mark.parametrize("error", [NoUsableAnswer("it broke", "Mend it."), MissingLibrary("requests")])
def test_ansible_is_not_shown_the_error_itself(run: Runner, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    fail, handled = basic.AnsibleModule.fail_json, []

    def fail_json(module: t.Any, msg: str, **result: t.Any) -> None:
        handled.append(sys.exc_info()[1])
        fail(module, msg, **result)

    monkeypatch.setattr(basic.AnsibleModule, "fail_json", fail_json)
    run(failing(error))
    assert handled == [None]


def test_the_value_of_what_is_no_option_is_not_shown(run: Runner) -> None:
    assert run(apiKey="s3cret", id=19)["msg"].startswith("Unsupported parameters")
    assert (run.shown.get("id"), "s3cret" in str(run.shown)) == (19, False)


def test_what_ansible_logs_of_the_options_is_masked_as_well(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda _module, message, log_args=None: logged.append(f"{message} {log_args}"))
    run(api_url="http://127.0.0.1/k3y%2F%2B")
    assert f"http://127.0.0.1/{MASK}" in str(logged)
    assert "k3y" not in str(logged)


def test_a_key_that_was_given_with_blanks_is_masked_where_ansible_refuses_an_option(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEY not in str(run(api_key=f" {KEY} ", id=KEY))
    monkeypatch.setenv("SMSPARTNER_API_KEY", f" {KEY} ")
    assert KEY not in str(run(api_key=None, id=KEY))


def test_a_blank_key_masks_nothing(run: Runner) -> None:
    assert " " in run(api_key=" ")["msg"]


def test_a_library_that_is_missing_is_told_as_ansible_does(run: Runner) -> None:
    message = run(failing(MissingLibrary("phonenumbers")))["msg"]
    assert message.startswith("Failed to import the required Python library (phonenumbers) on ")


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("", ""),
        (" \n", ""),
        ("<html>\n\t<b>Go\x1b[31m away</b>\u202e", ' The answer begins: "<html> <b>Go[31m away</b>"'),
        ("x" * 201, f' The answer begins: "{"x" * 200}"'),
        # A key that is cut would not be found: it is masked first.
        ("x" * 197 + KEY, f' The answer begins: "{"x" * 197}***"'),
        (" " * (1 << 20) + KEY, f' The answer begins: "{MASK}"'),
        # What is dropped may part a key.
        ("k\u200b3y/\x1b+", f' The answer begins: "{MASK}"'),
    ],
)
def test_a_failure_quotes_the_beginning_of_what_came(run: Runner, body: str, quoted: str) -> None:
    error = NoUsableAnswer("it broke", "Mend it.", http_status=404, response={"a": KEY}, body=body)
    error.tried, error.results = f"Could not do it with {KEY}:", {"changed": True}
    assert run(failing(error)) == {
        "failed": True,
        "changed": True,
        "http_status": 404,
        "response": {"a": MASK},
        "msg": f"Could not do it with {MASK}: it broke. Mend it.{quoted}",
    }


def test_a_diff_is_one_pair_or_several() -> None:
    one, other = {"id": 1}, {"id": 2}
    assert diff_of([], []) == {"before": {}, "after": {}}
    assert diff_of([one], []) == {"before": one, "after": {}}
    assert diff_of([], [one]) == {"before": {}, "after": one}
    assert diff_of([one], [other]) == [{"before": one, "after": {}}, {"before": {}, "after": other}]
