# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""Keeps the API key out of everything that leaves a module."""

from __future__ import annotations

import re
import typing as t

# Every way of writing a character other than as itself starts with one of these, but for a space, which a query writes as "+".
ESCAPES = frozenset("%\\&")

# Each layer of quoting doubles the backslashes; this is enough for three. Without a bound, a page of backslashes would take hours to search.
BACKSLASHES = r"(?:\\|%(?:25)*5c){1,8}"


class Redactor:
    """Masks the key in any value, however it is spelled: in capitals or not, percent-encoded, as JSON or HTML escape it, or all that on top of one another."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._folded = key.casefold()
        self._pattern: re.Pattern[str] | None = None
        self._mask = _foreign_character(key) * 8

    def __call__(self, value: t.Any) -> t.Any:
        """Return ``value`` (text, or lists and dictionaries of any depth) with the key masked in every text."""
        if isinstance(value, str):
            return self._redact(value)
        if isinstance(value, dict):
            return {self(name): self(member) for name, member in value.items()}
        if isinstance(value, (list, tuple)):
            return [self(member) for member in value]
        return value

    def _redact(self, text: str) -> str:
        # No spelling is shorter than the key, so that most texts of a long list need no closer look.
        if not self._key or len(text) < len(self._key):
            return text
        if self._folded not in text.casefold() and ESCAPES.isdisjoint(text) and not (" " in self._key and "+" in text):
            return text
        if self._pattern is None:  # Made when first needed: it costs more than all else in a run that goes well.
            self._pattern = _pattern(self._key)
        return self._pattern.sub(self._mask, text)


def _foreign_character(key: str) -> str:
    """A character of no spelling of the key, so that no mask can complete one."""
    code = ord("*")
    while chr(code) in f"{key}+%&;#" or chr(code).isalnum():
        code += 1
    return chr(code)


def _pattern(key: str) -> re.Pattern[str]:
    from html.entities import html5

    names: dict[str, list[str]] = {}
    for name, character in html5.items():
        names.setdefault(character, []).append(name.rstrip(";"))
    return re.compile("".join(_spellings(character, names.get(character, [])) for character in key), re.IGNORECASE)


def _spellings(character: str, names: list[str]) -> str:
    """A pattern of all that may stand for the character, which has these names in HTML."""
    code = ord(character)
    # A percent sign may be encoded again by each layer that a URL passes through.
    percent = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    utf16 = character.encode("utf-16-be", "surrogatepass").hex()
    unicode_escape = "".join(f"{BACKSLASHES}u{utf16[start : start + 4]}" for start in range(0, len(utf16), 4))
    ampersand, number_sign, semicolon = map(_layered, "&#;")
    references = "|".join([f"{number_sign}(?:0*{code}|x0*{code:x})", *names])
    spellings = [re.escape(character), percent, f"{ampersand}(?:amp{semicolon})*(?:{references})(?:{semicolon})?"]
    if 127 < code < 256:
        spellings.append(f"%(?:25)*{code:02x}")  # as a server that works in Latin-1 has it
    if character == " ":
        spellings.append(_layered("+"))
    return f"(?:{unicode_escape}|{BACKSLASHES}x{code:02x}|(?:{BACKSLASHES})?(?:{'|'.join(spellings)}))"


def _layered(character: str) -> str:
    """A pattern of a character that a spelling is made of, as itself or as one more layer, a URL or JSON, has it."""
    code = ord(character)
    return f"(?:{re.escape(character)}|%(?:25)*{code:02x}|{BACKSLASHES}u{code:04x})"
