# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""A phone number in any usual spelling, to E.164."""

from __future__ import annotations

import re
import typing as t
import unicodedata

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibrary, escaped

# 7 to 15 digits, and for a French number nine after the country code. Numbering plans change: nothing else is checked.
E164 = re.compile(r"\+(?:33[1-9][0-9]{8}|(?!33)[1-9][0-9]{6,14})")
SHORT_CODE = re.compile("[0-9]{3,6}")
INTERNATIONAL = re.compile(r"(?:\+|\+?00)([1-9][0-9]*)")
NATIONAL = re.compile("(?:0|33)([1-9][0-9]{8})")
TRUNK_ZERO = re.compile(r"(?<=[0-9)\]./\u2212])[(\[]0[)\]]")  # as in +33 (0)6
PUNCTUATION = re.compile(r"[-./()\[\]\u2212]")
LOST_ZERO = re.compile("[1-9][0-9]{8}")
# Reunion and Mayotte, Guadeloupe, French Guiana, Martinique: their national numbers look French.
OVERSEAS = (262, 590, 594, 596)
# AWX surveys, INI inventories and native Jinja turn +33612345678 into this integer, and no other spelling gives it.
MOBILE_AS_INTEGER = range(33_600_000_000, 33_800_000_000)
ADVICE = "Write it in international form (+33612345678) or in French national form (06 12 34 56 78)."
OVERSEAS_ADVICE = "Write it in international form, as shown."
INTEGER_ADVICE = 'Put it in quotes or write it with spaces (06 12 34 56 78, +32 470 12 34 56). In a template, add "| string".'


def to_e164(given: t.Any, option: str) -> str:
    """Return the number as E.164 (``+33612345678``); a short code is returned as it is.

    :raises InputError: for the option named ``option``, if it holds no phone number
    :raises MissingLibrary: for a French national number without ``phonenumbers``
    """
    digits = _without_punctuation(_as_text(given, option))
    if SHORT_CODE.fullmatch(digits):
        return digits
    international = INTERNATIONAL.fullmatch(digits)
    number = "+" + re.sub("^330", "33", international[1]) if international else ""
    national = NATIONAL.fullmatch(digits)
    if national:
        number = f"+{_country_code(national[1])}{national[1]}"
        if not number.startswith("+33"):
            raise InputError(option, f'"{escaped(given)}" is a number of an overseas territory ({number})', OVERSEAS_ADVICE)
    if not E164.fullmatch(number):
        raise InputError(option, f'"{escaped(given)}" {_flaw(digits, number)}', ADVICE)
    return number


def all_to_e164(given: t.Sequence[t.Any], option: str) -> list[str]:
    """Return the numbers as E.164, each once.

    :raises InputError: that names every item that holds no phone number, with its position
    """
    numbers: dict[str, None] = {}
    problems: list[str] = []
    advice: dict[str, None] = {}
    for position, number in enumerate(given, start=1):
        try:
            numbers[to_e164(number, option)] = None
        except InputError as error:
            problems.append(f"item {position}, {error.problem}")
            advice[error.advice] = None
    if problems:
        raise InputError(option, "; ".join(problems), " ".join(advice))
    return list(numbers)


def _as_text(given: t.Any, option: str) -> str:
    if isinstance(given, str):
        return given
    if isinstance(given, int) and given in MOBILE_AS_INTEGER:
        return f"+{given}"
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise InputError(option, f"{'null' if given is None else repr(given)} is not text", ADVICE)
    kind = f"an integer{_as_octal(given)}" if isinstance(given, int) else "a decimal number"
    raise InputError(option, f"{given} is {kind}", INTEGER_ADVICE)


def _without_punctuation(text: str) -> str:
    """Return the text without white space, invisible characters and usual punctuation."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text) if not char.isspace() and unicodedata.category(char) not in ("Cf", "Pd"))
    return PUNCTUATION.sub("", TRUNK_ZERO.sub("", plain))


def _country_code(national: str) -> int:
    """Return the country code of the overseas territory whose number it is, or 33 if it can be a number of France."""
    try:
        import phonenumbers
    except Exception as error:  # noqa: BLE001  # a broken library raises anything
        raise MissingLibrary("phonenumbers", error) from None
    for code in (33, *OVERSEAS):
        if phonenumbers.is_valid_number(phonenumbers.parse(f"+{code}{national}")):
            return code
    return 33


def _flaw(digits: str, number: str) -> str:
    if number.startswith("+33"):
        return "does not have nine digits after +33"
    if number:
        return "does not have 7 to 15 digits"
    if LOST_ZERO.fullmatch(digits):
        return f"has neither its leading zero nor its country code{_as_octal(int(digits))}"
    return f"is not a phone number{f' ({len(digits)} digits without a plus sign)' if digits.isdecimal() else ''}"


def _as_octal(number: int) -> str:
    """Return a note if YAML reads a French national number as this integer, which loses the leading zero."""
    octal = f"0{number:o}"
    return f" (YAML reads {octal} as this number)" if len(octal) == 10 else ""
