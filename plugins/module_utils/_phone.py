# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""A phone number in any usual spelling, to E.164."""

from __future__ import annotations

import typing as t
import unicodedata

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibrary

REGION = "FR"
FRANCE = 33
FRENCH_DIGITS = 9  # after the country code
# Reunion and Mayotte, Guadeloupe, French Guiana, Martinique: their numbers in national form are as long as those of France.
OVERSEAS = (262, 590, 594, 596)
PUNCTUATION = frozenset(" -.()/")
DASHES = ("Pd", "\u2212")  # a category of Unicode's, and the minus sign


def to_e164(given: t.Any, option: str) -> str:
    """Return the number, as the option holds it, as E.164 (``+33612345678``).

    The number needs a length that its country has, and no more: not every range in use is known to every release of ``phonenumbers``.
    One in international form is taken digit by digit, but for a zero after the country code, as in ``+33 (0)6``. One in French national
    form has its leading zero, and must not be that of an overseas territory, which bears another country code.

    :raises InputError: for the option named ``option``, when it holds no phone number, or no text
    :raises MissingLibrary: without ``phonenumbers``
    """
    try:
        import phonenumbers
    except ImportError:
        raise MissingLibrary("phonenumbers") from None

    if not isinstance(given, str):
        raise InputError(option, f"{given!r} is not a string", _quote(given))
    plain = _plain(given).lstrip("(")
    if not _is_spelled_as_number(plain):
        raise _unreadable(given, option)
    try:
        number = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException:
        raise _unreadable(given, option) from None
    if not _is_plausible(number):
        raise _unreadable(given, option)
    e164 = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    digits = _digits(plain)
    if plain.startswith(("+", "00")):
        digits = digits.lstrip("0")  # no country code begins with a zero
        if digits == _digits(e164):
            return e164
        if digits == f"{number.country_code}0{number.national_number}":
            return to_e164(e164, option)
        # phonenumbers knows old ways of dialling; on the list, the two are different numbers.
        raise InputError(option, f'"{given}" is not in international form', f"Write {e164} if that is meant.")
    if digits not in (f"0{number.national_number}", f"{FRANCE}{number.national_number}", f"{FRANCE}0{number.national_number}"):
        # Up to ansible-core 2.18, a template hands on an unquoted 0612345670 as the digits of the integer that it is to YAML: another's number.
        raise InputError(option, f'"{given}" has neither its leading zero nor its country code', _quote(int(digits)))
    if not _is_french(number):
        raise _unreadable(given, option)
    return e164


def _is_plausible(number: t.Any) -> bool:
    """Whether the length is right. Metadata knows lengths of services that no SMS reaches, so that France needs a check of its own."""
    import phonenumbers

    if number.country_code == FRANCE:
        return len(str(number.national_number)) == FRENCH_DIGITS
    return bool(phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE)


def _is_french(number: t.Any) -> bool:
    """Whether a number that was written without a country code is that of no overseas territory: they dial alike."""
    import phonenumbers

    if phonenumbers.is_valid_number(number):
        return True
    return not any(phonenumbers.is_valid_number(phonenumbers.parse(f"+{code}{number.national_number}")) for code in OVERSEAS)


def _plain(text: str) -> str:
    """The text with full-width and other compatible forms made plain, and without spaces and invisible characters."""
    return "".join(
        "-" if category in DASHES or character in DASHES else character
        for character in unicodedata.normalize("NFKC", text)
        for category in [unicodedata.category(character)]
        if not character.isspace() and category != "Cf"
    )


def _is_spelled_as_number(plain: str) -> bool:
    """Whether only digits and punctuation are left: phonenumbers would look for a number inside any text, and read letters as keys."""
    return all(character in PUNCTUATION or (character.isascii() and character.isdigit()) for character in plain.removeprefix("+"))


def _digits(plain: str) -> str:
    return "".join(filter(str.isdigit, plain))


def _quote(number: t.Any) -> str:
    """The advice for a number that came without quotes."""
    octal = f"0{number:o}" if isinstance(number, int) and number > 0 else ""
    if len(octal) == 1 + FRENCH_DIGITS:
        return f"Put the number in quotes where it is written: it may be what YAML makes of an unquoted {octal}, an octal number to it."
    return "Put the number in quotes where it is written, with all its digits: to YAML it is an integer, and an octal one if it begins with a zero."


def _unreadable(text: str, option: str) -> InputError:
    return InputError(
        option,
        f'"{text}" cannot be read as a phone number',
        "Write it in French national form (0612345678) or, for any number, in international form (+33612345678), in quotes.",
    )
