# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._secrets import Redactor
from hypothesis import given
from hypothesis import strategies as st

MASK = "********"

printable_ascii = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("key", "spelling"),
    [
        *(("a&b", spelling) for spelling in ("A&B", "a%26b", "a%252526b", "%61%26%62", "a\\u0026b", "a\\\\u0026b")),
        *(("a&b", spelling) for spelling in ("a&amp;b", "a&amp;amp;b", "a&#38;b", "a&#X0026;b")),
        *(('a"b', spelling) for spelling in ('a\\"b', 'a\\\\\\"b')),
        *(("a'b", "a&apos;b"), ("a/b", "a\\/b"), ("a\\b", "a\\\\b"), ("a%b", "a%25b"), ("a+/=b", "a&plus;&sol;&equals;b"), ("kk", "&#107;\\u006B")),
    ],
)
def test_a_spelling_is_masked(key: str, spelling: str) -> None:
    assert Redactor(key)(f"before {spelling} after") == f"before {MASK} after"


@pytest.mark.parametrize(("key", "text"), [*(("a&b", text) for text in ("", "a%27b", "a\\u0027b", "ab", "a&lt;b", "a & b")), ("", "text")])
def test_other_text_stays(key: str, text: str) -> None:
    assert Redactor(key)(text) == text


@given(printable_ascii, st.text(), st.text())
def test_no_spelling_of_any_key_is_left(key: str, before: str, after: str) -> None:
    for spelling in (key, key.upper(), json.dumps(key)[1:-1], html.escape(key), quote(key, safe=""), quote_plus(key), quote(quote(key, safe=""))):
        left = Redactor(key)(f"{before}{spelling}{after}")
        assert MASK in left
        assert key in MASK or key not in left.replace(MASK, " ")


def test_values_of_any_depth_are_masked() -> None:
    value = {"key": ["key", ("a key", 4, None, True)], "b": {"monkey": "monkey"}}
    assert Redactor("key")(value) == {"key": [MASK, [f"a {MASK}", 4, None, True]], "b": {"monkey": f"mon{MASK}"}}
    assert Redactor("key")(value, names=True) == {MASK: [MASK, [f"a {MASK}", 4, None, True]], "b": {f"mon{MASK}": f"mon{MASK}"}}


@pytest.mark.parametrize("key", ["k3y+/=&%Z", "a;;;;;;;;;;;;;;;;;;;;b", "0123456789abcdef" * 3, 'a"b\\c', "%25%25%25%25x", "&&&&&&&&&&&&&&&&x"])
@pytest.mark.parametrize("text", ["&amp;", "%25", "\\", "&amp;amp;", "%2525", "&#59;", ";", "a", "\\u0061", "%", "&"])
def test_a_long_text_is_searched_in_linear_time(key: str, text: str) -> None:
    # In quadratic time, this would take hours.
    long = text * ((1 << 20) // len(text))
    assert Redactor(key)(long) == long
