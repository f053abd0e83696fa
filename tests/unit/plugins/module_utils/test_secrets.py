# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The spellings of a key, one by one."""

from __future__ import annotations

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
        ('a"b', "a\\&quot;b"),
        ('a"b', "a%5C%22b"),
        ('a"b', "a%255C%2522b"),
        ('a"b', "a%26quot%3Bb"),
        ('a"b', "a\\u0026quot\\u003bb"),
        ("a'b", "a%26%23x27%3Bb"),
        ("a'b", "a%2526%2523039%253bb"),
        ("a'b", "a\\u0026amp;#39;b"),
        ("a&b", "a%26amp%3Bb"),
        ("a&b", "a%26amp%3Bamp%3Bb"),
        ("a\\b", "a%5C%5Cb"),
        ("é", "%5Cu00e9"),
        ("é", "%5cxe9"),
        ("é", "%26eacute%3B"),
        ("a b", "a\\u002bb"),
    ],
)
def test_a_spelling_is_masked_and_nothing_else(key: str, spelling: str) -> None:
    assert Redactor(key)(f"before {spelling} after") == f"before {MASK} after"


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


@pytest.mark.parametrize("text", ["\\", "a\\", "%25", "%5c", "%255c", "&amp;", "%26amp%3b", "a&amp;", "aa%"])
def test_a_long_text_is_searched_in_time(text: str) -> None:
    assert Redactor("aab")(text * 100_000) == text * 100_000


def test_a_key_that_is_no_text_does_no_harm() -> None:
    assert Redactor("\ud800")("%41 &amp;") == "%41 &amp;"


@pytest.mark.parametrize(("key", "mask"), [("key", "*"), ("*", ","), ("*,", "-"), ("*,-./", ":"), ("**", ",")])
def test_the_mask_is_the_first_character_that_no_spelling_has(key: str, mask: str) -> None:
    assert Redactor(key)(f"a {key} b") == f"a {mask * 8} b"
