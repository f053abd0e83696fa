# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A phone number without its library, and one that cannot be read; test_properties.py has those that can."""

from __future__ import annotations

import sys
import typing as t

import pytest
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibrary
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164


def test_a_phone_number_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(MissingLibrary) as failure:
        to_e164("0612345678", "phone_number")
    assert failure.value.name == "phonenumbers"


@pytest.mark.parametrize("text", ["hello", "", "0692 12 34 56", "+999 1", "12+34", "X0612345678"])
def test_a_number_that_cannot_be_read(text: str) -> None:
    with pytest.raises(InputError) as failure:
        to_e164(text, "phone_numbers")
    assert str(failure.value) == (
        f'phone_numbers: "{text}" cannot be read as a phone number. Write it in French national form (0612345678) or, '
        "for any number, in international form (+33612345678), in quotes."
    )


AS_YAML_MAKES_IT = "it may be what YAML makes of an unquoted {}, an octal number to it."
AS_AN_INTEGER = "with all its digits: to YAML it is an integer, and an octal one if it begins with a zero."


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (103402424, AS_YAML_MAKES_IT.format("0612345670")),
        (0o700000000, AS_YAML_MAKES_IT.format("0700000000")),
        (0o77777777, AS_AN_INTEGER),
        (0o1000000000, AS_AN_INTEGER),
        *((value, AS_AN_INTEGER) for value in (33612345678, 612345678, 0, -103402424, True, 1.5, None, ["0612345678"])),
    ],
)
def test_what_is_no_string_is_to_be_put_in_quotes(given: t.Any, reason: str) -> None:
    with pytest.raises(InputError) as failure:
        to_e164(given, "phone_number")
    separator = ": " if reason.startswith("it") else ", "
    assert str(failure.value) == f"phone_number: {given!r} is not a string. Put the number in quotes where it is written{separator}{reason}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("103402424", AS_YAML_MAKES_IT.format("0612345670")),
        ("1 03 40 24 24", AS_YAML_MAKES_IT.format("0612345670")),
        ("612345678", AS_AN_INTEGER),
        ("331234567", AS_AN_INTEGER),
    ],
)
def test_a_number_that_has_lost_its_zero_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError) as failure:
        to_e164(text, "phone_number")
    assert str(failure.value).startswith(f'phone_number: "{text}" has neither its leading zero nor its country code. Put the number in quotes ')
    assert str(failure.value).endswith(reason)


@pytest.mark.parametrize(
    ("text", "e164"),
    [("+378994127", "+3780549994127"), ("+370 8 612 34567", "+37061234567"), ("0078 912 345 67 89", "+79123456789"), ("+200000599806", "+20000599806")],
)
def test_no_digit_of_a_number_in_international_form_is_changed(text: str, e164: str) -> None:
    with pytest.raises(InputError) as failure:
        to_e164(text, "phone_number")
    assert str(failure.value) == f'phone_number: "{text}" is not in international form. Write {e164} if that is meant.'


def test_a_number_comes_out_only_as_one_that_would_go_in() -> None:
    with pytest.raises(InputError, match=r"^phone_number: "):
        to_e164("+3750808162999", "phone_number")


@pytest.mark.parametrize(
    "text",
    [
        "+33 (0)6 12 34 56 78",
        "0033(0)612345678",
        "(+33) 612345678",
        "(0033) 06 12 34 56 78",
        "+0033 612345678",
        "+33 0612345678",
        "33 (0)6 12 34 56 78",
        "33(0)612345678",
    ],
)
def test_a_zero_after_the_country_code_is_dropped(text: str) -> None:
    assert to_e164(text, "phone_number") == "+33612345678"


@pytest.mark.parametrize(
    "text", ["06.12.34.56.78", "(06)12/34-56 78", "+33\u00a06\u202f12\u200934 56 78", "06\u201312\u201434\u201056-78", "06\u221212\u221234 56 78"]
)
def test_usual_spellings_are_read(text: str) -> None:
    assert to_e164(text, "phone_number") == "+33612345678"
