# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for any input."""

from __future__ import annotations

import html
import json
import re
import typing as t
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.community.smspartner.plugins.module_utils import _answer
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, NoUsableAnswer
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164
from ansible_collections.community.smspartner.plugins.module_utils._secrets import Redactor
from hypothesis import given
from hypothesis import strategies as st

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
printable = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
text_in_xml = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Co"]), max_size=20)


def read(body: bytes, xml: bool) -> _answer.Answer | None:
    try:
        return _answer.read(body, xml=xml)
    except NoUsableAnswer:
        return None


@given(st.binary() | st.text().map(str.encode), st.booleans())
def test_any_bytes_are_an_answer_or_the_one_failure(body: bytes, xml: bool) -> None:
    answer = read(body, xml)
    assert answer is None or isinstance(answer.code, int)


@given(json_values, json_values, json_values)
def test_any_members_are_an_answer_or_the_one_failure(code: t.Any, success: t.Any, message: t.Any) -> None:
    answer = read(json.dumps({"code": code, "success": success, "message": message}).encode(), False)
    if answer is None:
        assert isinstance(code, (bool, float, str, list, dict)) or code is None
    else:
        assert str(answer.code) == str(code)
        assert answer.succeeded == (answer.code == 200 and success is True)


@given(st.booleans(), st.integers(0, 10**9), text_in_xml)
def test_xml_and_json_of_one_answer_decode_alike(success: bool, code: int, message: str) -> None:
    members = {"success": success, "code": code, "message": message}
    named = "".join(f"<{name}>{html.escape(str(value).lower() if name == 'success' else str(value))}</{name}>" for name, value in members.items())
    positional = re.sub(r"<(/?)(success|code|message)>", r"<\1entry>", named)
    for elements in (named, positional):
        answer = _answer.read(f"<result>{elements}</result>".encode(), xml=True)
        assert answer.body == members


@given(st.text())
def test_any_text_is_a_number_or_the_one_failure(text: str) -> None:
    try:
        number = to_e164(text, "phone_number")
    except InputError:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{4,16}", number)


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_a_number_in_international_form_is_the_one_that_was_given(text: str) -> None:
    try:
        number = to_e164(text, "phone_number")
    except InputError:
        return
    assert to_e164(number, "phone_number") == number
    assert text in (number, *(f"{number[:end]}0{number[end:]}" for end in (2, 3, 4)))


@given(st.text(printable, min_size=1), st.text(), st.text())
def test_no_spelling_of_any_key_is_left(key: str, before: str, after: str) -> None:
    redact = Redactor(key)
    spellings = [key, json.dumps(key)[1:-1], html.escape(key)]
    spellings += [quote(key, safe=""), quote_plus(key), quote(quote_plus(key), safe="")]
    for spelling in spellings:
        left = redact(f"{before}{spelling}{after}")
        assert key not in left
        assert redact({spelling: [spelling]}).keys() != {spelling}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<result><success>true</success><code>200</code></result>", 200),
        (b"\n<?xml version='1.0' encoding='ISO-8859-1'?><result><entry>false</entry><entry>4</entry><entry>\xe9</entry></result>", 4),
        (b"\xef\xbb\xbf<result xmlns='urn:x'><entry>false</entry><entry> 4 </entry></result>", 4),
        (b"<result><entry>false</entry><entry>4</entry><entry>m</entry><entry>a</entry><entry>b</entry><other>c</other></result>", 4),
        (b'{"success": false, "code": 10}', 10),
        (b"<result><entry>false</entry></result>", None),
        (b"<result><entry>false</entry><entry>x</entry></result>", None),
        (b"<result><code>4</code><entry>200</entry></result>", None),
        (b"<html><code>4</code></html>", None),
        (b"<result>", None),
        (b"<?xml version='1.0' encoding='nonsense'?><result/>", None),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><result><entry>false</entry><entry>4</entry><entry>&a;</entry></result>", None),
    ],
)
def test_xml(body: bytes, code: int | None) -> None:
    answer = read(body, True)
    assert (answer.code if answer else None) == code
    if b"<other>" in body:
        assert answer is not None
        assert answer.body == {"success": False, "code": 4, "message": "m", "entry": ["a", "b"], "other": "c"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0612345678", "+33612345678"),
        ("33612345678", "+33612345678"),
        ("0712345678", "+33712345678"),
        ("\uff0b33 6\u201012\u201034 56 78", "+33612345678"),
        ("\u202a+33 6 12 34 56 78\u202c", "+33612345678"),
        ("+41 79 123 45 67", "+41791234567"),
        ("+262 639 12 34 56", "+262639123456"),
        ("0692 12 34 56", None),
        # The country code says what the digits alone do not.
        ("+33 692 12 34 56", "+33692123456"),
        ("0033 692 12 34 56", "+33692123456"),
        ("0690 12 34 56", None),
        ("061234567", None),
        ("+33 6 12 34 56 7", None),
        ("+44 1", None),
        ("06123456789", None),
        ("0800 FLOWERS", None),
        ("tel:0612345678", None),
        ("0612345678 ext. 5", None),
        ("+33", None),
        ("+999 123456", None),
        ("++33612345678", None),
    ],
)
def test_phone_numbers(text: str, number: str | None) -> None:
    if number is not None:
        assert to_e164(text, "phone_number") == number
        return
    with pytest.raises(InputError, match=f'^phone_number: "{re.escape(text)}" cannot be read'):
        to_e164(text, "phone_number")


def test_the_empty_key_masks_nothing() -> None:
    assert Redactor("")("text") == "text"


@pytest.mark.parametrize("spelling", ["&#75;&#x4b;", "\\u004b\\x4B", "%254B%4b", "K\\K"])
def test_unusual_spellings_are_masked(spelling: str) -> None:
    assert Redactor("KK")(f"a {spelling} b") == "a ******** b"


def test_an_apostrophe_and_a_space_are_masked() -> None:
    assert Redactor("a' b")("a&apos;+b") == "********"
