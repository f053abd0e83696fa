# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import html
import json
import re
import sys
import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils import _answer
from ansible_collections.community.smspartner.plugins.module_utils._errors import MissingLibraryError, UnreadableBodyError, UnusableResponseError
from hypothesis import given
from hypothesis import strategies as st

RESULT = "<result><entry>false</entry><entry>4</entry><entry>{}</entry></result>"
NOT_A_RESULT = "XML that is not a result"
NO_CODE = "a response whose code is missing or not a whole number"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
text_in_xml = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Co"]), max_size=20)


def test_a_response_is_decoded_and_kept_whole() -> None:
    body = b'{"success": true, "code": "200", "message": "Done", "new": {"a": [1, 2.5, null]}}'
    result = _answer.parse(body)
    assert (result.code, result.message, result.text) == (200, "Done", "")
    assert result.response == {"success": True, "code": "200", "message": "Done", "new": {"a": [1, 2.5, None]}}
    assert _answer.parse(body, xml=True) == result._replace(text=body.decode())  # the API may respond in JSON all the same


@pytest.mark.parametrize("success", ["false", '"true"', "1", "null"])
def test_code_200_counts_only_with_success(success: str) -> None:
    with pytest.raises(UnusableResponseError) as failure:
        _answer.parse(f'{{"success": {success}, "code": 200}}'.encode())
    assert str(failure.value) == "The API sent code 200 without success. Run the task again."
    assert (failure.value.code, failure.value.response) == (200, {"success": json.loads(success), "code": 200})


@pytest.mark.parametrize(
    ("value", "number"), [(4, 4), (-4, -4), ("4", 4), ("0", 0), *((value, None) for value in ("", "04", "-4", "\u0664", "9" * 5000, 4.0, "4.0", True, None))]
)
def test_a_whole_number_is_an_integer_or_its_digits(value: t.Any, number: int | None) -> None:
    assert _answer.whole_number(value) == number


@pytest.mark.parametrize(
    ("message", "text"), [('"a"', "a"), ('""', ""), ("null", ""), ("42", "42"), ('{"phone": ["trop court", "\u00e9"]}', '{"phone": ["trop court", "\u00e9"]}')]
)
def test_a_message_that_is_not_text_is_shown_as_json(message: str, text: str) -> None:
    assert _answer.parse(f'{{"code": 4, "message": {message}}}'.encode()).message == text


@pytest.mark.parametrize(
    ("body", "xml", "sent"),
    [
        *((body, False, "an empty body") for body in (b"", b"\xef\xbb\xbf \n")),
        *((body, False, "something other than JSON") for body in (b"<html>", b'{"code": 4', b"[" * 100_000, RESULT.encode())),
        *((body, True, NOT_A_RESULT) for body in (b"<result>", b"<html><code>4</code></html>", b"<!-- only a comment -->")),
        (b"<?xml version='1.0' encoding='nonsense'?><result/>", True, NOT_A_RESULT),
        (b"<!DOCTYPE result>" + RESULT.encode(), True, NOT_A_RESULT),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>" + RESULT.format("&a;").encode(), True, NOT_A_RESULT),
    ],
)
def test_a_body_of_another_format_is_unreadable(body: bytes, xml: bool, sent: str) -> None:
    with pytest.raises(UnreadableBodyError) as failure:
        _answer.parse(body, xml=xml)
    assert str(failure.value) == f"The server sent {sent}. {_answer.ADVICE}"
    assert failure.value.body == body.lstrip(b"\xef\xbb\xbf \n").decode(errors="replace")


@pytest.mark.parametrize(
    ("body", "sent", "response"),
    [
        ("[4]", "JSON that is not an object", None),
        ("{}", NO_CODE, {}),
        ('{"code": 4.0}', NO_CODE, {"code": 4.0}),
        ("<result><entry>false</entry></result>", NO_CODE, {"success": False}),
        ("<result><entry>false</entry><entry>four</entry></result>", NO_CODE, {"success": False, "code": "four"}),
        ("<result><success>true</success><entry>200.0</entry></result>", NO_CODE, {"success": True, "code": "200.0"}),
    ],
)
def test_a_response_without_a_code_is_not_usable(body: str, sent: str, response: t.Any) -> None:
    with pytest.raises(UnusableResponseError) as failure:
        _answer.parse(body.encode(), xml="<" in body)
    assert not isinstance(failure.value, UnreadableBodyError)
    assert str(failure.value) == f"The server sent {sent}. {_answer.ADVICE}"
    assert (failure.value.response, failure.value.body) == (response, body)


def test_bytes_that_are_not_utf8_do_not_hide_the_code() -> None:
    result = _answer.parse('{"code": 4, "message": "n° non trouvé"}'.encode("latin-1"))
    assert (result.code, result.message) == (4, "n\ufffd non trouv\ufffd")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_ignored(encoding: str) -> None:
    assert _answer.parse('{"code": 4, "message": "é"}'.encode(encoding)).message == "é"
    assert _answer.parse(b"\r\n\xef\xbb\xbf" + RESULT.format("a").encode(), xml=True).code == 4


def test_xml_is_read_by_position_or_by_name() -> None:
    named = "<r:result xmlns:r='urn:r'><success> false </success><code> 4 </code><entry>m</entry><entry>a</entry><entry>b</entry><other> c </other></r:result>"
    result = _answer.parse(f"\n{named}\n".encode(), xml=True)
    assert result.response == {"success": False, "code": 4, "message": "m", "entry": ["a", "b"], "other": " c "}
    assert result.text == f"\n{named}\n"
    assert _answer.parse(b"<?xml version='1.0' encoding='ISO-8859-1'?>" + RESULT.format("\xe9").encode("latin-1"), xml=True).message == "é"


def test_xml_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "defusedxml.ElementTree", None)
    with pytest.raises(MissingLibraryError, match="The Python library defusedxml cannot be imported") as failure:
        _answer.parse(b"<result/>", xml=True)
    assert failure.value.name == "defusedxml"


@given(st.binary() | st.text().map(str.encode), st.booleans())
def test_any_bytes_decode_or_raise_an_unusable_response(body: bytes, xml: bool) -> None:
    with contextlib.suppress(UnusableResponseError):
        assert isinstance(_answer.parse(body, xml=xml).code, int)


@given(json_values, json_values, json_values)
def test_any_members_decode_or_raise_an_unusable_response(code: t.Any, success: t.Any, message: t.Any) -> None:
    try:
        result = _answer.parse(json.dumps({"code": code, "success": success, "message": message}).encode())
    except UnusableResponseError:
        assert not isinstance(code, int) or isinstance(code, bool) or code == 200
    else:
        assert str(result.code) == str(code)
        assert success is True or result.code != 200


@given(st.booleans(), st.integers(0, 10**9).filter(lambda code: code != 200), text_in_xml)
def test_xml_and_json_of_one_response_decode_alike(success: bool, code: int, message: str) -> None:
    members = {"success": success, "code": code, "message": message}
    named = "".join(f"<{name}>{html.escape(str(value).lower() if name == 'success' else str(value))}</{name}>" for name, value in members.items())
    for elements in (named, re.sub(r"<(/?)(success|code|message)>", r"<\1entry>", named)):
        assert _answer.parse(f"<result>{elements}</result>".encode(), xml=True).response == members
