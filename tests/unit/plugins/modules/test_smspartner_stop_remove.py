# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import importlib.util
import re
import runpy
import sys
import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils import _http
from ansible_collections.community.smspartner.tests.unit.constants import KEY, MODULES

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.community.smspartner.tests.unit.conftest import Emulator, Modules

REMOVE = "smspartner_stop_remove"
NOT_FOUND = {"success": False, "code": 4, "message": "The ID number not found"}


def test_removes(modules: Modules, emulator: Emulator) -> None:
    result = modules.run(REMOVE, id=19)
    answer = {"success": True, "code": 200}
    assert result["changed"] is True
    assert (result["id"], result["ids"], result["code"], result["response"]) == (19, [19], 200, answer)
    assert result["ansible_facts"] == {REMOVE: answer}
    assert "content" not in result
    assert emulator.ids == [20]
    (request,) = emulator.requests
    assert (request["method"], request["path"]) == ("GET", "/v1/stop-sms/delete")
    assert request["query"] == {"apiKey": KEY, "id": "19"}


def test_not_found_is_no_change(modules: Modules, emulator: Emulator) -> None:
    result = modules.run(REMOVE, id=666)
    assert result["changed"] is False
    assert (result["id"], result["ids"], result["code"]) == (666, [], 4)
    assert result["response"] == result["ansible_facts"][REMOVE] == NOT_FOUND
    assert emulator.calls == ["delete"]


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_the_body_decides_whatever_the_status(modules: Modules, emulator: Emulator, status: int) -> None:
    emulator.fault(call="delete", code=4, status=status, headers={"Content-Type": "text/plain"})
    assert modules.run(REMOVE, id=19)["changed"] is False
    emulator.fault(call="delete", code=200, success=True, status=status)
    assert modules.run(REMOVE, id=19)["changed"] is True


@pytest.mark.parametrize("code", [1, 2, 3, 9, 10, 15, 20, 30, 40, 90, 96, 429, 500, 12345, 0, -4])
def test_any_other_code_is_a_failure(modules: Modules, emulator: Emulator, code: int) -> None:
    emulator.fault(call="delete", code=code, message="Clé API incorrecte")
    result = modules.run(REMOVE, id=19)
    assert result["failed"]
    assert result["code"] == code
    assert result["http_status"] == 200
    assert result["response"]["code"] == code
    assert "Clé API incorrecte" in result["msg"]
    assert f"code {code}" in result["msg"]
    assert "remove the entry 19" in result["msg"]


@pytest.mark.parametrize("code", ["abc", "4.0", 4.0, True, False, None, [4], {"a": 4}, "", "+4", "04", "٤", " 4"])
def test_a_code_that_is_no_whole_number_is_a_failure(modules: Modules, emulator: Emulator, code: t.Any) -> None:
    import json

    emulator.fault(call="delete", body=json.dumps({"success": True, "code": code}))
    result = modules.run(REMOVE, id=19)
    assert result["failed"]
    assert "code" not in result
    assert result["response"]["code"] == code


@pytest.mark.parametrize(("code", "changed"), [("200", True), ("4", False)])
def test_a_code_may_come_as_digits(modules: Modules, emulator: Emulator, code: str, changed: bool) -> None:
    emulator.fault(call="delete", code=code, success=True)
    assert modules.run(REMOVE, id=19)["changed"] is changed


@pytest.mark.parametrize("success", ["false", '"true"', "1", "null", "[]"])
def test_code_200_without_success_is_a_failure(modules: Modules, emulator: Emulator, success: str) -> None:
    emulator.fault(call="delete", body=f'{{"success": {success}, "code": 200}}')
    result = modules.run(REMOVE, id=19)
    assert result["failed"]
    assert (result["code"], result["http_status"]) == (200, 200)
    assert result["response"]["code"] == 200


NO_ANSWERS = [
    b"",
    b" \n",
    b"<html>Not Found</html>",
    b"null",
    b"4",
    b'"4"',
    b"[4]",
    b"{}",
    b'{"success": true}',
    b'{"code": 4',
    b'{"code": NaN}',
    b"\xff\xfe\x00\xd8",
    b"\x80{}",
    b"[" * 100_000,
    b'{"code": 4, "deep": ' + b"[" * 40 + b"]" * 40 + b"}",
]


@pytest.mark.parametrize("body", NO_ANSWERS, ids=range(len(NO_ANSWERS)))
@pytest.mark.parametrize("status", [200, 404])
def test_what_is_no_answer_is_a_failure(modules: Modules, emulator: Emulator, body: bytes, status: int) -> None:
    emulator.fault(call="delete", body_base64=base64.b64encode(body).decode(), status=status)
    result = modules.run(REMOVE, id=19)
    assert result["failed"]
    assert result["http_status"] == status


def test_a_byte_order_mark_does_no_harm_and_unknown_members_are_kept(modules: Modules, emulator: Emulator) -> None:
    body = '\ufeff{"success": true, "code": 200, "new": {"a": [1, 2.5, null, 1e999]}}'
    emulator.fault(call="delete", body=body)
    result = modules.run(REMOVE, id=19)
    assert result["changed"] is True
    assert result["response"]["new"] == {"a": [1, 2.5, None, "1e999"]}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"id": 0}, "id"),
        ({"id": -1}, "id"),
        ({"id": True}, "id"),
        ({"id": "1_0"}, "id"),
        ({"id": "x"}, "id"),
        ({"id": 1.5}, "id"),
        ({}, "id"),
        ({"id": None}, "id"),
        ({"id": None, "phone_number": None}, "phone_number"),
        ({"id": 1, "phone_number": "0612345678"}, "phone_number"),
        ({"phone_number": 103402424}, "phone_number"),
        ({"phone_number": "hello"}, "phone_number"),
        ({"phone_number": ""}, "phone_number"),
        ({"id": 1, "response_format": "yaml"}, "response_format"),
        ({"id": 1, "api_key": ""}, "api_key"),
        ({"id": 1, "api_key": " \t "}, "api_key"),
        ({"id": 1, "api_key": "\ud800"}, "api_key"),
        ({"id": 1, "api_key": None}, "api_key"),
        ({"id": 1, "timeout": 0}, "timeout"),
        ({"id": 1, "timeout": -1}, "timeout"),
        ({"id": 1, "timeout": "nan"}, "timeout"),
        ({"id": 1, "timeout": "inf"}, "timeout"),
        ({"id": 1, "retries": -1}, "retries"),
        ({"id": 1, "ca_path": "/nonexistent"}, "ca_path"),
        ({"id": 1, "ca_path": __file__}, "ca_path"),
        ({"id": 1, "api_url": ""}, "api_url"),
        ({"id": 1, "api_url": "http://example.com/v1"}, "api_url"),
        ({"id": 1, "api_url": "http://127.0.0.1.example.com/v1"}, "api_url"),
        ({"id": 1, "api_url": "http://localhost@example.com/v1"}, "api_url"),
        ({"id": 1, "api_url": "http://127.0.0.1\\@example.com/"}, "api_url"),
        ({"id": 1, "api_url": "http://[fe80::1]/v1"}, "api_url"),
        ({"id": 1, "api_url": "ftp://localhost/v1"}, "api_url"),
        ({"id": 1, "api_url": "https://example.com/v1?x=y"}, "api_url"),
        ({"id": 1, "api_url": "https://example.com:99999/v1"}, "api_url"),
    ],
)
def test_bad_input_is_told_before_any_request(modules: Modules, emulator: Emulator, options: dict[str, t.Any], name: str) -> None:
    result = modules.run(REMOVE, **options)
    assert result["failed"]
    assert name in result["msg"]
    assert emulator.calls == []


def test_connection_options_come_from_the_environment(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSPARTNER_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("SMSPARTNER_API_URL", emulator.api_url + "/")
    assert modules.run(REMOVE, id=19, api_key=None, api_url=None)["changed"] is True


def test_an_option_without_a_value_is_not_given(modules: Modules, emulator: Emulator) -> None:
    nothing: dict[str, t.Any] = {"phone_number": None, "response_format": None, "timeout": None, "retries": None, "ca_path": None, "validate_certs": None}
    assert modules.run(REMOVE, id=19, **nothing)["changed"] is True


def test_check_mode_predicts(modules: Modules, emulator: Emulator) -> None:
    result = modules.run(REMOVE, id=19, check=True, diff=True)
    assert result["changed"] is True
    assert (result["ids"], result["phone_number"], result["response"]) == ([19], "+33612345678", {})
    assert result["ansible_facts"] == {REMOVE: {}}
    assert result["diff"] == {"before": {"id": 19, "phone_number": "+33612345678", "created_at": "2015-07-20 10:19:45"}, "after": {}}
    result = modules.run(REMOVE, id=666, check=True, diff=True)
    assert (result["changed"], result["ids"]) == (False, [])
    assert result["diff"] == {"before": {}, "after": {}}
    assert emulator.ids == [19, 20]


def test_diff_mode_shows_what_was_removed(modules: Modules, emulator: Emulator) -> None:
    result = modules.run(REMOVE, id=19, diff=True)
    assert result["diff"]["before"]["phone_number"] == "+33612345678"
    assert emulator.calls == ["list", "delete"]
    emulator.fault(call="delete", code=200, success=True)
    assert modules.run(REMOVE, id=666, diff=True)["diff"] == {"before": {"id": 666}, "after": {}}


@pytest.mark.parametrize("spelling", ["06 12 34 56 78", "+33 (0)6.12.34.56.78", "0033612345678", "06\u00a012\u202f34\u200956\u300078"])
def test_removes_by_number(modules: Modules, emulator: Emulator, spelling: str) -> None:
    emulator.reset([*[{"id": i, "phoneNumber": "+33612345678", "createdAt": None} for i in (1, 5)], {"id": 7, "phoneNumber": "+33712345678"}])
    result = modules.run(REMOVE, phone_number=spelling, diff=True)
    assert result["changed"] is True
    assert (result["id"], result["ids"], result["phone_number"]) == (1, [1, 5], "+33612345678")
    assert [pair["before"]["id"] for pair in result["diff"]] == [1, 5]
    assert emulator.ids == [7]
    result = modules.run(REMOVE, phone_number=spelling)
    assert (result["changed"], result["ids"], result["response"], result["ansible_facts"]) == (False, [], {}, {REMOVE: {}})
    assert emulator.calls == ["list", "delete", "delete", "list"]


def test_a_failure_half_way_tells_what_is_gone(modules: Modules, emulator: Emulator) -> None:
    emulator.reset([{"id": i, "phoneNumber": "+33612345678"} for i in (1, 5, 6)])
    emulator.fault(call="delete")
    emulator.fault(call="delete", code=500)
    result = modules.run(REMOVE, phone_number="0612345678")
    assert result["failed"]
    assert (result["changed"], result["id"], result["ids"], result["phone_number"], result["code"]) == (True, 1, [1], "+33612345678", 500)
    emulator.fault(call="delete")
    emulator.fault(call="delete", body="")
    result = modules.run(REMOVE, phone_number="0612345678", response_format="xml")
    assert (result["changed"], result["ids"]) == (True, [5])
    assert result.keys().isdisjoint({"code", "response", "content"}), "of the answer before the failure"
    emulator.fault(call="delete", code=500)
    result = modules.run(REMOVE, phone_number="0612345678")
    assert result["failed"]
    assert not result.get("changed")


def test_a_failure_names_the_number_even_where_the_list_cannot_be_read(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="list", code=40)
    result = modules.run(REMOVE, phone_number="06 12 34 56 78")
    assert result["failed"]
    assert (result["changed"], result["ids"], result["phone_number"], result["code"]) == (False, [], "+33612345678", 40)
    assert "id" not in result


def test_an_entry_that_went_meanwhile_is_unchanged_and_named(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="delete", code=4)
    result = modules.run(REMOVE, phone_number="0612345678")
    assert (result["changed"], result["id"], result["ids"], result["code"]) == (False, 19, [], 4)


def test_reads_xml(modules: Modules, emulator: Emulator) -> None:
    result = modules.run(REMOVE, id=19, response_format="xml")
    assert result["changed"] is True
    assert result["response"] == {"success": True, "code": 200}
    assert "<entry>200</entry>" in result["content"]
    assert emulator.requests[0]["query"]["_format"] == "xml"
    result = modules.run(REMOVE, id=19, response_format="xml")
    assert result["changed"] is False
    assert result["response"] == NOT_FOUND
    result = modules.run(REMOVE, id=19, response_format="xml", api_key="wrong")
    assert result["code"] == 10


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": "before"},
        {"drop": "before", "reset": True},
        {"cut": 10},
        {"cut_chunked": True},
        {"never": True},
        {"delay": 2},
        {"drip": "body", "interval": 0.2},
        {"drip": "headers", "endless": True},
        {"status": 429, "body": "slow down"},
        {"status": 500, "body": "x"},
        {"status": 502, "body": "<html>"},
        {"status": 503, "body": ""},
        {"status": 504, "body": "{}"},
        {"code": 429},
    ],
    ids=str,
)
def test_transient_failures_are_tried_again(modules: Modules, emulator: Emulator, waits: list[float], fault: dict[str, t.Any]) -> None:
    emulator.fault(call="delete", **fault, work=False)
    result = modules.run(REMOVE, id=19, retries=2, timeout=0.5)
    assert result["changed"] is True
    assert "warnings" not in result
    assert emulator.calls == ["delete", "delete"]
    assert len(waits) == 1
    assert 0.25 <= waits[0] <= 0.5
    emulator.fault(call="delete", times=-1, **fault, work=False)
    result = modules.run(REMOVE, id=20, retries=1, timeout=0.5)
    assert result["failed"]
    assert "after 2 tries" in result["msg"]


@pytest.mark.parametrize(
    ("fault", "changed"),
    [
        ({"drop": "after"}, True),
        ({"cut": 3}, True),
        ({"delay": 2}, True),
        ({"status": 500, "body": "", "work": True}, True),
        ({"status": 503, "body": "", "work": False}, True),
        ({"status": 429, "body": "", "work": False}, False),
        ({"code": 429, "work": False}, False),
        ({"code": 429, "status": 429, "work": False}, False),
    ],
    ids=str,
)
def test_not_found_after_a_lost_answer_is_a_change(modules: Modules, emulator: Emulator, waits: list[float], fault: dict[str, t.Any], changed: bool) -> None:
    emulator.reset([{"id": 19, "phoneNumber": "+33612345678"}] if fault.get("work", True) else [])
    emulator.fault(call="delete", **fault)
    result = modules.run(REMOVE, id=19, retries=1, timeout=0.5)
    assert result["changed"] is changed
    assert result["code"] == 4
    assert bool(result.get("warnings")) is changed


def test_a_refused_connection_surely_changed_nothing(modules: Modules, emulator: Emulator, waits: list[float]) -> None:
    result = modules.run(REMOVE, id=19, api_url="http://127.0.0.1:9/v1", retries=3)
    assert result["failed"]
    assert "refused" in result["msg"]
    assert "may have been carried out" not in result["msg"]
    assert [low <= wait <= 2 * low for wait, low in zip(waits, (0.25, 0.5, 1.0))] == [True] * 3


@pytest.mark.parametrize(("retry_after", "waited"), [("7", 7.0), ("60", 60.0), ("nonsense", None), ("-3", None), ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0)])
def test_retry_after_is_honoured(modules: Modules, emulator: Emulator, waits: list[float], retry_after: str, waited: float | None) -> None:
    emulator.fault(call="delete", code=429, headers={"Retry-After": retry_after})
    assert modules.run(REMOVE, id=19, retries=1)["changed"] is True
    assert waits == ([waited] if waited else []) if waited is not None else 0.25 <= waits[0] <= 0.5


@pytest.mark.parametrize("retry_after", ["61", "9999999999999999999999999999", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_long_retry_after_fails(modules: Modules, emulator: Emulator, waits: list[float], retry_after: str) -> None:
    emulator.fault(call="delete", code=429, headers={"Retry-After": retry_after})
    result = modules.run(REMOVE, id=19, retries=3)
    assert result["failed"]
    assert "asks to wait" in result["msg"]
    assert emulator.calls == ["delete"]
    assert waits == []


@pytest.mark.parametrize(
    ("location", "host"),
    [("https://elsewhere.example/?k=v", "elsewhere.example"), ("/v2", "127.0.0.1"), ("http://[x", "no readable host"), ("mailto:x", "no host")],
)
def test_redirects_are_not_followed(modules: Modules, emulator: Emulator, location: str, host: str) -> None:
    emulator.fault(call="delete", redirect=location, status=302)
    result = modules.run(REMOVE, id=19, retries=3)
    assert result["failed"]
    assert f"redirects to {host}" in result["msg"]
    assert result["http_status"] == 302
    assert emulator.calls == ["delete"]


@pytest.mark.parametrize("compress", ["", "gzip", "deflate"])
def test_a_long_answer_is_refused(modules: Modules, emulator: Emulator, compress: str) -> None:
    emulator.fault(call="delete", oversize=1 << 20, compress=compress)
    result = modules.run(REMOVE, id=19, retries=3)
    assert result["failed"]
    assert "longer than 1048576 bytes" in result["msg"]
    emulator.fault(call="delete", oversize=(1 << 20) - 200, compress=compress)
    assert modules.run(REMOVE, id=20)["changed"] is True


def test_an_answer_may_be_so_long_and_no_longer(modules: Modules, emulator: Emulator) -> None:
    answer = '{"success": true, "code": 200}'
    emulator.fault(call="delete", body=answer.ljust(1 << 20))
    assert modules.run(REMOVE, id=19)["changed"] is True
    emulator.fault(call="delete", body=answer.ljust((1 << 20) + 1))
    assert modules.run(REMOVE, id=19)["failed"]


@pytest.mark.parametrize(
    ("headers", "body"), [({"Content-Encoding": "br"}, "{}"), ({"Content-Encoding": "gzip"}, "{}"), ({"Content-Encoding": "gzip"}, "\x1f")]
)
def test_broken_compression_is_a_failure(modules: Modules, emulator: Emulator, headers: dict[str, str], body: str) -> None:
    emulator.fault(call="delete", headers=headers, body=body)
    result = modules.run(REMOVE, id=19, retries=3)
    assert result["failed"]
    assert "compress" in result["msg"]
    assert result["http_status"] == 200
    assert emulator.calls == ["delete"]


def test_an_encoding_may_bear_its_old_name_or_none(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="delete", compress="gzip", headers={"Content-Encoding": "x-gzip"})
    assert modules.run(REMOVE, id=19)["changed"] is True
    emulator.fault(call="delete", work=True, headers={"Content-Encoding": ""})
    assert modules.run(REMOVE, id=20)["changed"] is True


def test_an_echo_of_the_request_is_masked(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="delete", echo=True)
    result = modules.run(REMOVE, id=19)
    assert "apiKey=********" in result["msg"]
    emulator.fault(call="delete", code=10, message=f"No such key: {KEY}")
    assert "No such key: ********" in modules.run(REMOVE, id=19)["msg"]


def test_a_key_in_a_padded_option_is_masked(modules: Modules, emulator: Emulator) -> None:
    emulator.fault(call="delete", code=200, success=True, message=KEY)
    assert modules.run(REMOVE, id=19, api_key=f"  {KEY} ")["response"]["message"] == "********"


@pytest.mark.parametrize(
    ("library", "options"),
    [("requests", {"id": 19}), ("phonenumbers", {"phone_number": "0612345678"}), ("defusedxml", {"id": 19, "response_format": "xml"})],
)
def test_a_missing_library_is_told(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, library: str, options: dict[str, t.Any]) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    if library == "requests":
        monkeypatch.setattr(_http, "REQUESTS_IS_MISSING", True)
    result = modules.run(REMOVE, **options)
    assert result["failed"]
    assert f"Failed to import the required Python library ({library})" in result["msg"]


def test_without_requests_the_client_can_still_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    spec = importlib.util.spec_from_file_location("http_without_requests", str(_http.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.REQUESTS_IS_MISSING is True


@pytest.mark.parametrize("name", [REMOVE, "smspartner_stop_add", "smspartner_stop_info", "smspartner_stops"])
def test_importing_a_module_runs_nothing(name: str) -> None:
    assert callable(runpy.run_module(MODULES + name)["main"])


def test_a_key_that_is_no_text_is_told(modules: Modules, emulator: Emulator) -> None:
    message = modules.run(REMOVE, id=19, api_key="\ud800")["msg"]
    assert message.startswith("api_key: it holds a character that cannot be seen. Check how the key reaches the play:")
    assert emulator.calls == []


@pytest.mark.parametrize("key", ["a", "changed", "id", "ed"])
def test_a_key_that_is_part_of_a_word_hides_no_result(modules: Modules, emulator: Emulator, key: str) -> None:
    emulator.fault(call="delete", code=200, success=True, message=f"Done with {key}")
    result = modules.run(REMOVE, id=19, api_key=key)
    assert result["changed"] is True
    assert result["ids"] == [19]
    assert "********" in str(result["response"])


def test_netrc_is_not_read(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    modules.run(REMOVE, id=19)
    assert "Authorization" not in emulator.requests[0]["headers"]


def test_a_proxy_comes_from_the_environment(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    # A plain request to a proxy names the whole URL, and the emulator takes that too.
    monkeypatch.setenv("http_proxy", emulator.api_url)
    assert modules.run(REMOVE, id=19, api_url="http://127.0.0.1:9/v1")["changed"] is True
    monkeypatch.setenv("http_proxy", "proxy.example:3128")
    result = modules.run(REMOVE, id=20)
    assert result["failed"]
    assert "clear text" in result["msg"]
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert modules.run(REMOVE, id=20)["changed"] is True


def test_a_proxy_that_cannot_be_used_is_a_failure(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "gopher://127.0.0.1:1")
    result = modules.run(REMOVE, id=19, retries=3)
    assert result["failed"]
    assert re.search(r"the request could not be made \((?!NoneType)\w+\)\. Check api_url, and the proxy and", result["msg"])
    assert emulator.calls == []


def test_a_huge_timeout_is_no_trouble(modules: Modules, emulator: Emulator) -> None:
    assert modules.run(REMOVE, id=19, timeout=1e300)["changed"] is True
