# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""Converts phone numbers in any common format to E.164."""

from __future__ import annotations

import contextlib
import re
import typing as t
import unicodedata

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, escaped, import_library

# 7 to 15 digits; after +33, nine or, for machines, 700 and ten. Numbering plans change: nothing else is checked.
E164 = re.compile(r"\+(?:33(?:[1-9][0-9]{8}|700[0-9]{10})|(?!33)[1-9][0-9]{6,14})")
SHORT_CODE = re.compile("[1-9][0-9]{2,5}")
INTERNATIONAL = re.compile(r"(?:\+|\+?00)([1-9][0-9]*)")
NATIONAL = re.compile("(?:0|33)([1-9][0-9]{8})")
FRENCH_OR_FOREIGN = re.compile(r"\+?00([67][0-9]{8})")
ZERO_NEAR_COUNTRY_CODE = re.compile(r"\+(?!33)[1-9][0-9]{0,2}0")
DECIMAL = re.compile(r"\+?[0-9]+\.0")  # as a spreadsheet writes a number
ZERO_IN_BRACKETS = re.compile(r"[(\[]0[)\]]")  # as in +44 (0)20
PUNCTUATION = str.maketrans("", "", "-./()[]\u2212")
LOST_ZERO = re.compile("[1-9][0-9]{8}")
# Reunion and Mayotte, Guadeloupe, French Guiana, Martinique: their national numbers look French.
OVERSEAS = (262, 590, 594, 596)
# AWX surveys, INI inventories and native Jinja turn +33612345678 into this integer, and no other format gives it.
MOBILE_AS_INTEGER = range(33_600_000_000, 33_800_000_000)
ADVICE = "Write it in international form (+33612345678) or in French national form (06 12 34 56 78)."
AS_SHOWN = "Write it in international form, as shown."
INTEGER_ADVICE = 'Put it in quotes or write it with spaces (06 12 34 56 78, +32 470 12 34 56). In a template, add "| string".'


Given = t.TypeVar("Given")


class Reading(t.NamedTuple):
    """A number in E.164 (or a short code), or what is wrong with it."""

    number: str = ""
    flaw: str = ""
    advice: str = ADVICE


def to_e164(given: t.Any, option: str) -> str:
    """Return the number as E.164 (``+33612345678``); a short code is returned as it is.

    :raises InputError: for the option named ``option``, if it holds no phone number
    :raises MissingLibraryError: without ``phonenumbers``, for a French national number or a zero near a country code
    """
    text = visible(_as_text(given, option))
    digits = text.translate(PUNCTUATION)
    reading = Reading(flaw="is a decimal number") if DECIMAL.fullmatch(text) else _read(digits)
    without_zero = ZERO_IN_BRACKETS.sub("", text).translate(PUNCTUATION)
    if reading.flaw and without_zero != digits:
        reading = _read(without_zero)
    if reading.flaw:
        raise InputError(option, f'"{escaped(given)}" {reading.flaw}', reading.advice)
    return reading.number


def all_to_e164(given: t.Sequence[t.Any], option: str) -> list[str]:
    """Return the numbers as E.164, each once.

    :raises InputError: that names every item that holds no phone number, with its position
    """
    places = ((f"item {position}", number) for position, number in enumerate(given, start=1))
    return collected(places, lambda number: to_e164(number, option), option)


def collected(places: t.Iterable[tuple[str, Given]], read: t.Callable[[Given], str | None], option: str) -> list[str]:
    """Return the numbers that ``read`` finds, each once, given pairs of a place (such as "line 3") and what is there.

    :raises InputError: that names every place for which ``read`` raises one
    """
    numbers: dict[str, None] = {}
    problems: list[str] = []
    advice: dict[str, None] = {}
    for place, given in places:
        try:
            number = read(given)
        except InputError as error:
            problems.append(f"{place}, {error.problem}")
            advice[error.advice] = None
            continue
        if number:
            numbers[number] = None
    if problems:
        raise InputError(option, "; ".join(problems), " ".join(advice))
    return list(numbers)


def visible(text: str) -> str:
    """Return the text with ASCII digits and hyphens, without white space and invisible characters."""
    if text.isascii():
        return "".join(text.split())
    characters = [char for char in unicodedata.normalize("NFKC", text) if not char.isspace() and unicodedata.category(char) != "Cf"]
    return "".join("-" if unicodedata.category(char) == "Pd" else str(unicodedata.decimal(char, char)) for char in characters)


def _as_text(given: t.Any, option: str) -> str:
    if isinstance(given, str):
        return given
    if isinstance(given, int) and given in MOBILE_AS_INTEGER:
        return f"+{given}"
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise InputError(option, f"{'null' if given is None else repr(given)} is not text", ADVICE)
    kind = f"an integer{_as_octal(given)}" if isinstance(given, int) else "a decimal number"
    raise InputError(option, f"{given} is {kind}", INTEGER_ADVICE)


def _read(digits: str) -> Reading:
    """Read a number without punctuation."""
    if SHORT_CODE.fullmatch(digits):
        return Reading(digits)
    unclear = FRENCH_OR_FOREIGN.fullmatch(digits)
    if unclear:
        return Reading(flaw=f"can be +33{unclear[1]} or +{unclear[1]}", advice="Write it with the plus sign.")
    national = NATIONAL.fullmatch(digits)
    if national:
        return _from_national(national[1])
    international = INTERNATIONAL.fullmatch(digits)
    if international:
        return _from_international(f"+{international[1]}")
    if LOST_ZERO.fullmatch(digits):
        return Reading(flaw=f"has neither its leading zero nor its country code{_as_octal(int(digits))}")
    return Reading(flaw=f"is not a phone number{f' ({len(digits)} digits without a plus sign)' if digits.isdecimal() else ''}")


def _from_national(digits: str) -> Reading:
    """Read a French number, given its nine digits, unless only an overseas territory has such numbers."""
    phonenumbers = import_library("phonenumbers", "phonenumbers")
    for code in (33, *OVERSEAS):
        number = f"+{code}{digits}"
        if phonenumbers.is_valid_number(phonenumbers.parse(number)):
            return Reading(number) if code == 33 else Reading(flaw=f"is a number of an overseas territory ({number})", advice=AS_SHOWN)
    return Reading(f"+33{digits}")


def _from_international(number: str) -> Reading:
    number = re.sub(r"^\+330", "+33", number)
    if not E164.fullmatch(number):
        return Reading(flaw="does not have nine digits after +33" if number.startswith("+33") else "does not have 7 to 15 digits")
    corrected = _without_trunk_zero(number) if ZERO_NEAR_COUNTRY_CODE.match(number) else number
    if corrected != number:
        return Reading(flaw=f"has a zero after the country code that does not belong there ({corrected})", advice=AS_SHOWN)
    return Reading(number)


def _without_trunk_zero(number: str) -> str:
    """Return the number without the zero directly after its country code, if numbers of that country have none."""
    phonenumbers = import_library("phonenumbers", "phonenumbers")
    with contextlib.suppress(phonenumbers.NumberParseException):  # of a country code that the library does not know
        parsed = phonenumbers.parse(number)
        code = f"+{parsed.country_code}"
        if number.startswith(f"{code}0"):
            shorter = code + number[len(code) + 1 :]
            if phonenumbers.is_valid_number(phonenumbers.parse(shorter)) and not phonenumbers.is_valid_number(parsed):
                return shorter
            return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return number


def _as_octal(number: int) -> str:
    """Return a note if YAML reads a French national number as this integer, which loses the leading zero."""
    octal = f"0{number:o}"
    return f" (YAML reads {octal} as this number)" if len(octal) == 10 else ""
