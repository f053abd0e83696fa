# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The spellings of a key, one by one."""

from __future__ import annotations

import html
import itertools
import json
import re
import typing as t
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._secrets import Redactor

MASK = "*" * 8


@pytest.mark.parametrize(
    ("key", "spelling"),
    [
        ("a&b", "a%26b"),
        ("a&b", "a%2526b"),
        ("a&b", "%61%26%62"),
        ("a&b", "a&amp;b"),
        ("a&b", "a&ampb"),
        ("a&b", "a&#38;b"),
        ("a&b", "a&#x26;b"),
        ("a&b", "a&#X0026;b"),
        ("a&b", "a\\u0026b"),
        ("a&b", "a\\\\u0026b"),
        ("a&b", "a\\x26b"),
        ('a"b', 'a\\"b'),
        ("a'b", "a&apos;b"),
        ("a'b", "a&amp;apos;b"),
        ("a+/=b", "a&plus;&sol;&equals;b"),
        ("a+b", "a&plusb"),
        ("a[b", "a&lsqb;b"),
        ("a[b", "a&lbrack;b"),
        ("a%b", "a&percnt;b"),
        ("\u0080", "%80"),
        ("ÿ", "%ff"),
        ("é", "%E9"),
        ("é", "%25e9"),
        ("a b", "a+b"),
        ("a b", "a%20b"),
        ("a b", "a%2Bb"),
        ("a b", "a%252bb"),
        ("a\\b", "a\\\\b"),
        ("a\\b", "a%5cb"),
        ("é", "%C3%A9"),
        ("é", "%c3%a9"),
        ("é", "\\u00E9"),
        ("é", "&eacute;"),
        ("\U0001f511", "\\ud83d\\uDD11"),
        ("\U0001f511", "&#128273;"),
        ("a&b", "A&B"),
        ("A&b", "a%26B"),
        ("STRASSE", "stra\u017fse"),
    ],
)
def test_a_spelling_is_masked_and_nothing_else(key: str, spelling: str) -> None:
    assert Redactor(key)(f"before {spelling} after") == f"before {MASK} after"


def json_escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def in_numbers(text: str) -> str:
    """As a careful page has it: all but letters and digits by their numbers."""
    return re.sub(r"[^a-zA-Z0-9]", lambda character: f"&#x{ord(character[0]):X};", text)


def in_code_points(text: str) -> str:
    return re.sub(r"[^a-zA-Z0-9]", lambda character: f"\\u{ord(character[0]):04x}" if ord(character[0]) < 65536 else character[0], text)


ESCAPES: tuple[t.Callable[[str], str], ...] = (quote, quote_plus, html.escape, json_escaped, in_numbers, in_code_points)


@pytest.mark.parametrize("key", ["k3y+/=&% Z", "p\"q\\r's", "ab+cd/ef==", "\u00e9 \U0001f511<>#;", "0123456789abcdef"])
def test_so_many_ways_of_escaping_on_one_another_do_not_show_the_key(key: str) -> None:
    redact = Redactor(key)
    for escapes in itertools.product(ESCAPES, repeat=3):
        text = f"apiKey={key}&id=19"
        for escape in escapes:
            text = escape(text)
            assert redact(redact(text)) == redact(text) != text, (text, escapes)
            assert MASK in redact(text)


def test_what_only_undone_escapes_show_hides_the_whole_text() -> None:
    assert Redactor("a+b")("before a&#x25;2Bb after") == MASK
    assert Redactor("a+b")("before a&#x25;2Cb after") == "before a&#x25;2Cb after"
    assert Redactor("a b")({"url": "?k=a\\u002bb", "id": "1&amp;2"}) == {"url": MASK, "id": "1&amp;2"}
    assert Redactor("a+b")("A&#x25;2bB") == MASK
    assert Redactor("a+b")("a%5Cu002Bb") == MASK
    assert Redactor('a"b')("a%26#034;b") == MASK
    assert Redactor("aeb")("a\\x65b a\\\\x2565b") == MASK


@pytest.mark.parametrize("text", ["", "a%27b", "a\\u0027b", "ab", "a&lt;b"])
def test_what_is_no_spelling_stays(text: str) -> None:
    assert Redactor("a&b")(text) == text


def test_latin_1_ends_where_it_ends() -> None:
    assert Redactor("\u0100")("%100") == "%100"


def test_every_text_is_masked_and_nothing_but_text() -> None:
    redact = Redactor("key")
    assert redact({"key": ["key", ("a key", 4, None, True)], "b": {"c": "monkey"}}) == {MASK: [MASK, [f"a {MASK}", 4, None, True]], "b": {"c": f"mon{MASK}"}}
    assert redact(4) == 4


@pytest.mark.parametrize("key", ["*", "**+", "*,-./", "a*b"])
def test_no_mask_completes_a_key(key: str) -> None:
    assert key not in Redactor(key)(f"{key}{key} {key}")


def test_without_a_key_nothing_is_masked() -> None:
    assert Redactor("")("%41 &amp;") == "%41 &amp;"


@pytest.mark.parametrize("text", ["\\", "a\\", "%25", "%5c", "%255c", "&amp;", "%26amp%3b", "a&amp;", "aa%", "&amp;\\%5c", "%", "%\u00e9", "\\\\u0026#97;"])
def test_a_long_text_is_searched_in_time(text: str) -> None:
    assert Redactor("aab")(text * 100_000) == text * 100_000


@pytest.mark.parametrize("escaped", [html.escape, in_numbers, in_code_points, lambda text: in_code_points(in_numbers(text))])
@pytest.mark.parametrize("key", ['a<b>c&d"' * 8 + "Z", "0123456789abcdef" * 4, "a b " * 8 + "c", "\\ &%" * 4 + "e"])
def test_most_of_a_long_key_is_searched_in_time(key: str, escaped: t.Callable[[str], str]) -> None:
    text = f"{escaped(key)[:-1]}..."
    assert Redactor(key)(text) == text


@pytest.mark.parametrize("zeros", [0, 5000])
def test_a_number_of_thousands_of_digits_stands_for_nothing(zeros: int) -> None:
    text = f"&#{'0' * zeros}{'9' * 5000}; &#x{'0' * zeros}{'f' * 5000};"
    assert Redactor("a+b")(text) == text
    assert Redactor("a+b")(f"{text} a%26#{'0' * zeros}43;b") == MASK


@pytest.mark.parametrize("key", ["stress", "ss1", "file"])
def test_a_text_that_only_folds_to_the_key_stays(key: str) -> None:
    assert Redactor(key)("Stre\u00df Ru\u00df1 \ufb01le") == "Stre\u00df Ru\u00df1 \ufb01le"


def test_a_key_that_is_no_text_does_no_harm() -> None:
    assert Redactor("\ud800")("%41 &amp;") == "%41 &amp;"


def test_half_a_character_does_no_harm() -> None:
    assert Redactor("a+b")("\\ud800 a\\u002Cb") == "\\ud800 a\\u002Cb"
    assert Redactor("a+b")("\\ud800 a%5Cu002Bb") == MASK


@pytest.mark.parametrize(("key", "mask"), [("key", "*"), ("*", ","), ("*,", "-"), ("*,-./", ":"), ("**", ",")])
def test_the_mask_is_the_first_character_that_no_spelling_has(key: str, mask: str) -> None:
    assert Redactor(key)(f"a {key} b") == f"a {mask * 8} b"
