# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""Keeps the API key out of everything that leaves a module."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import unquote

# Every way of writing a character other than as itself starts with one of these, but for a space, which a query writes as "+".
ESCAPES = frozenset("%\\&")

# Each layer of quoting doubles the backslashes; this is enough for three. Without a bound, a page of backslashes would take hours to search.
BACKSLASHES = r"\\{1,8}"

# So many ways of escaping may lie on one another, such as JSON within HTML within a URL.
LAYERS = 3


class Redactor:
    """Masks the key in any value, however it is spelled: in capitals or not, percent-encoded (more than once, too), or as JSON or HTML escape it.

    A text that shows the key only once several of these are undone is masked as a whole.
    """

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
        masked = self._pattern.sub(self._mask, text)
        return self._mask if self._is_in_layers(masked) else masked

    def _is_in_layers(self, text: str) -> bool:
        """Whether the key is in the text once some layers of escaping are undone, in whatever order."""
        plain = re.compile(re.escape(self._key), re.IGNORECASE)
        texts = {text}
        for _layer in range(LAYERS):
            texts = {undo(escaped) for escaped in texts for undo in (_percent_decoded, _form_decoded, _html_unescaped, _json_unescaped)}
            if any(map(plain.search, texts)):
                return True
        return False


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
        names.setdefault(character, []).append(name.rstrip(";").lower())
    return re.compile("".join(_spellings(character, names.get(character, [])) for character in key), re.IGNORECASE)


def _percent_decoded(text: str) -> str:
    # One run at a time: a page of percent signs that stand for nothing would take minutes as a whole.
    return re.sub("(?:%[0-9a-fA-F]{2})+", lambda run: unquote(run[0]), text)


def _form_decoded(text: str) -> str:
    return _percent_decoded(text.replace("+", " "))


def _html_unescaped(text: str) -> str:
    from html import unescape

    # No character has more digits, and Python reads no number of thousands.
    return unescape(re.sub("&#0*([0-9]{1,8})[0-9]*", r"&#\1", text))


def _json_unescaped(text: str) -> str:
    plainer = re.sub(r"(?s)\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", lambda escape: escape[3] or chr(int(escape[1] or escape[2], 16)), text)
    # Two halves of a character become one.
    return plainer.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _spellings(character: str, names: list[str]) -> str:
    """A pattern of all that may stand for the character, which has these names in HTML."""
    code = ord(character)
    # A percent sign may be encoded again by each layer that a URL passes through.
    percent = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
    utf16 = character.encode("utf-16-be", "surrogatepass").hex()
    unicode_escape = "".join(f"{BACKSLASHES}u{utf16[start : start + 4]}" for start in range(0, len(utf16), 4))
    spellings = [
        f"(?:{BACKSLASHES})?{re.escape(character)}",
        percent,
        unicode_escape,
        f"{BACKSLASHES}x{code:02x}",
        f"&(?:amp;)*#0*{code};?",
        f"&(?:amp;)*#x0*{code:x};?",
    ]
    if 127 < code < 256:
        spellings.append(f"%(?:25)*{code:02x}")  # as a server that works in Latin-1 has it
    if names:
        spellings.append(f"&(?:amp;)*(?:{'|'.join(dict.fromkeys(names))});?")
    if character == " ":
        spellings += [r"\+", "%(?:25)*2b"]
    return f"(?:{'|'.join(spellings)})"
