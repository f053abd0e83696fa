# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import sys
import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.community.smspartner.plugins.module_utils._phone import ADVICE, E164, INTEGER_ADVICE, all_to_e164, to_e164
from hypothesis import given
from hypothesis import strategies as st

DIGITS = "is not a phone number ({} digits without a plus sign)"
OVERSEAS = "is a number of an overseas territory"
NEEDLESS_ZERO = "has a zero after the country code that does not belong there"


def message_for(given: t.Any) -> str:
    with pytest.raises(InputError) as failure:
        to_e164(given, "phone_number")
    return str(failure.value)


@pytest.mark.parametrize(
    "text",
    [
        *("0612345678", "06 12 34 56 78", "06.12.34.56.78", "06/12-34 56-78", "(06) 12 34 56 78", "(0)612345678", "[06] 12 34 56 78"),
        *("06\u201312\u201434\u201056-78", "06\u221212\u221234 56 78", "06\u00a012\u202f34\u200956\u300078", "\ufeff06 12 34 56 78\u200b"),
        *("+33612345678", "\u202a+33 6 12 34 56 78\u202c", "(+33) 612345678", "+33 (0)6 12 34 56 78", "(+33)(0)6 12 34 56 78", "+33 06 12 34 56 78"),
        *("33612345678", "33 (0)6 12 34 56 78", "0033 6 12 34 56 78", "0033(0)612345678", "+0033 612345678", 33612345678),
        *("\uff0b\uff13\uff13\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18", "\u0660\u0666 \u0661\u0662 \u0663\u0664 \u0665\u0666 \u0667\u0668"),
    ],
)
def test_common_formats_of_a_french_number_are_read(text: t.Any) -> None:
    assert to_e164(text, "phone_number") == "+33612345678"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, text.replace(" ", "")) for text in ("+41 79 123 45 67", "+40 712 345 678", "+225 07 07 12 34 56", "+612345679", "36111", "36 111", "118")),
        # What the country code says does not depend on any metadata.
        *((text, text.replace(" ", "")) for text in ("+33 692 12 34 56", "+22507123456", "+2290197123456", "+5215512345678", "+123456789012345")),
        *((text, text.replace(" ", "")) for text in ("+999 1234", "+999 0123456", "+33 700 12 34 56 78 90")),
        # A zero in brackets is dropped only where a bare one would be refused.
        *((text, "+442079460958") for text in ("+44 (0)20 7946 0958", "+44.(0)20.7946.0958")),
        *((text, "+390612345678") for text in ("+39 (0)6 12345678", "+39 06 12345678")),
        ("+49/(0)89/123456", "+4989123456"),
        ("00262 639 12 34 56", "+262639123456"),
        *((number, f"+{number}") for number in (33600000000, 33799999999)),
    ],
)
def test_other_numbers_are_taken_as_they_are(text: t.Any, number: str) -> None:
    assert to_e164(text, "phone_number") == number


def test_only_national_numbers_and_zeros_after_a_country_code_need_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    for number in ("+33612345678", "+33601020304", "+33 (0)6 12 34 56 78", "0032470123456", "36111", 33612345678):
        assert to_e164(number, "phone_number")
    for number in ("06 12 34 56 78", "+44 07911 123456"):
        with pytest.raises(MissingLibraryError) as failure:
            to_e164(number, "phone_number")
        assert failure.value.name == "phonenumbers"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *((text, text) for text in ("", "hello", "12+34", "++33612345678", "X0612345678", "0800 FLOWERS", "tel:0612345678", "0612345678 ext. 5")),
        *((text, text) for text in ("+", "+0612345678")),
        *(("\u200b", "\\u200b"), ("\ufeff", "\\ufeff"), ("0\x006\x001", "0\\x006\\x001"), ("06\u00a0x", "06\\xa0x"), ("\ud800", "\\ud800")),
    ],
)
def test_what_is_not_a_number_is_refused_with_invisible_characters_escaped(text: str, shown: str) -> None:
    assert message_for(text) == f'phone_number: "{shown}" is not a phone number. {ADVICE}'


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        *((text, "does not have nine digits after +33") for text in ("+33 6 12 34 56 7", "+33 612345678 9", "+33 (0)0 12 34 56 78", "+33 700 12 34 56 78 9")),
        *((text, "does not have 7 to 15 digits") for text in ("+44 1", "+1234567890123456")),
        *((text, DIGITS.format(count)) for text, count in (("12", 2), ("0612", 4), ("06123456789", 11), ("330612345678", 12))),
        ("06 12 34 56 78 / 07 12 34 56 78", DIGITS.format(20)),
        # Without the dot, these would be a number of somebody else and a short code.
        *((text, "is a decimal number") for text in ("3361234567.0", "12345.0", "+447911123456.0")),
        ("612345678", "has neither its leading zero nor its country code"),
        # Up to ansible-core 2.18, a template turns an unquoted 0612345670 into these digits.
        ("103402424", "has neither its leading zero nor its country code (YAML reads 0612345670 as this number)"),
    ],
)
def test_the_message_says_what_is_wrong_with_a_number(text: str, flaw: str) -> None:
    assert message_for(text) == f'phone_number: "{text}" {flaw}. {ADVICE}'
    assert "quotes" not in message_for(text)


@pytest.mark.parametrize(
    ("text", "flaw", "number"),
    [
        *((text, OVERSEAS, "+262692123456") for text in ("0692 12 34 56", "33692123456")),
        ("0690 12 34 56", OVERSEAS, "+590690123456"),
        ("0694 20 12 34", OVERSEAS, "+594694201234"),
        ("0696 20 12 34", OVERSEAS, "+596696201234"),
        ("+44 07911 123456", NEEDLESS_ZERO, "+447911123456"),
        ("0032 0470 12 34 56", NEEDLESS_ZERO, "+32470123456"),
        ("+34 0612345678", NEEDLESS_ZERO, "+34612345678"),
        ("+39 0347 1234567", NEEDLESS_ZERO, "+393471234567"),
    ],
)
def test_a_number_that_is_probably_another_one_is_refused_with_the_right_form(text: str, flaw: str, number: str) -> None:
    assert message_for(text) == f'phone_number: "{text}" {flaw} ({number}). Write it in international form, as shown.'


@pytest.mark.parametrize("text", ["00612345679", "0 06 12 34 56 79", "00 (0)6 12 34 56 79", "+00 612345679"])
def test_a_french_number_with_a_zero_too_many_is_refused(text: str) -> None:
    assert message_for(text) == f'phone_number: "{text}" can be +33612345679 or +612345679. Write it with the plus sign.'


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (103402424, "an integer (YAML reads 0612345670 as this number)"),
        *((number, "an integer") for number in (0o77777777, 0o1000000000, 33599999999, 33800000000, 32470123456, 0, -103402424)),
        (33612345678.0, "a decimal number"),
    ],
)
def test_an_unquoted_number_is_refused(given: t.Any, kind: str) -> None:
    assert message_for(given) == f"phone_number: {given!r} is {kind}. {INTEGER_ADVICE}"


@pytest.mark.parametrize(("given", "shown"), [(True, "True"), (None, "null"), (["0612345678"], "['0612345678']")])
def test_what_is_not_text_is_refused(given: t.Any, shown: str) -> None:
    assert message_for(given) == f"phone_number: {shown} is not text. {ADVICE}"


def test_formats_of_one_number_count_once() -> None:
    assert all_to_e164(["07 12 34 56 78", "0612345678", "+33712345678"], "phone_numbers") == ["+33712345678", "+33612345678"]


def test_all_that_are_not_numbers_are_named_with_their_positions() -> None:
    with pytest.raises(InputError) as failure:
        all_to_e164(["0612345678", "\u200b", 103402424, "x"], "phone_numbers")
    assert str(failure.value) == (
        'phone_numbers: item 2, "\\u200b" is not a phone number; item 3, 103402424 is an integer (YAML reads 0612345670 as this number); '
        f'item 4, "x" is not a phone number. {ADVICE} {INTEGER_ADVICE}'
    )


@given(st.text() | st.text("+0123456789 -.()/\u200b\uff10"))
def test_any_text_is_converted_or_raises_an_input_error(text: str) -> None:
    try:
        number = to_e164(text, "phone_number")
    except InputError:
        return
    assert E164.fullmatch(number) or re.fullmatch("[1-9][0-9]{2,5}", number)
    assert to_e164(number, "phone_number") == number


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_a_number_in_international_form_keeps_its_digits(text: str) -> None:
    try:
        assert to_e164(text, "phone_number") in (text, text.replace("+330", "+33", 1))
    except InputError:
        assert text.startswith("+33") or "0" in text[2:5]
