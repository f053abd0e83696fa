# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""A phone number in any usual spelling, to E.164."""

from __future__ import annotations

import unicodedata

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibrary

REGION = "FR"
PUNCTUATION = frozenset(" -.()/")


def to_e164(text: str, option: str) -> str:
    """Return the number as E.164 (``+33612345678``).

    A number in French national form must be a valid French one: some overseas numbers look alike but bear another
    country code. One in international form needs only a length that its country has.

    :raises InputError: for the option named ``option``, when the text is no phone number
    :raises MissingLibrary: without ``phonenumbers``
    """
    try:
        import phonenumbers
    except ImportError:
        raise MissingLibrary("phonenumbers") from None

    plain = _plain(text)
    international = plain.startswith(("+", "00"))
    if not _is_spelled_as_number(plain):
        raise _unreadable(text, option)
    try:
        number = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException:
        raise _unreadable(text, option) from None
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not possible or not (international or phonenumbers.is_valid_number(number)):
        raise _unreadable(text, option)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _plain(text: str) -> str:
    """The text with full-width and other compatible forms made plain, and without spaces and invisible characters."""
    return "".join(
        "-" if category == "Pd" else character
        for character in unicodedata.normalize("NFKC", text)
        for category in [unicodedata.category(character)]
        if not character.isspace() and category != "Cf"
    )


def _is_spelled_as_number(plain: str) -> bool:
    """Whether only digits and punctuation are left: phonenumbers would look for a number inside any text, and read letters as keys."""
    return all(character in PUNCTUATION or (character.isascii() and character.isdigit()) for character in plain.removeprefix("+"))


def _unreadable(text: str, option: str) -> InputError:
    return InputError(
        option,
        f'"{text}" cannot be read as a phone number',
        "Write it in French national form (0612345678) or, for any number, in international form (+33612345678), in quotes.",
    )
