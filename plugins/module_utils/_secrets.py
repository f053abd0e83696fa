# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""Keeps the API key out of everything that leaves a module."""

from __future__ import annotations

import re
import typing as t

MASK = "********"


class Redactor:
    """Masks the key in any text, in upper or lower case, and with characters escaped as in a URL, in JSON or in HTML."""

    def __init__(self, key: str) -> None:
        """``key`` is printable ASCII; with an empty one, nothing is masked."""
        self._key = key
        self._pattern: re.Pattern[str] | None = None

    def __call__(self, value: t.Any, *, names: bool = False) -> t.Any:
        """Return ``value`` (text, or lists and dictionaries of any depth) with the key masked; ``names``: in the names of members, too."""
        if isinstance(value, str):
            return self._masked(value)
        if isinstance(value, dict):
            return {self(name) if names else name: self(member, names=names) for name, member in value.items()}
        if isinstance(value, (list, tuple)):
            return [self(member, names=names) for member in value]
        return value

    def _masked(self, text: str) -> str:
        # No encoding is shorter than the key, so most texts of a long list are not searched.
        if not self._key or len(text) < len(self._key):
            return text
        if self._pattern is None:
            self._pattern = re.compile("".join(map(_encodings, self._key)), re.IGNORECASE)
        return self._pattern.sub(MASK, text)


def _encodings(character: str) -> str:
    """Return a pattern of an ASCII character and its encodings.

    Repetitions are bounded and every encoding has an end of its own, which keeps the search linear.
    """
    # Imported here, because a task without long texts never searches for the key.
    from html.entities import html5

    code = ord(character)
    # Without those that differ in case only: two ways to match one text would multiply.
    names = {name.lower() for name, meaning in html5.items() if meaning == character and name.endswith(";")}
    return (
        rf"(?:\\{{0,8}}{re.escape(character)}"
        rf"|\\{{1,8}}u00{code:02x}"
        rf"|%(?:25){{0,8}}{code:02x}"
        rf"|&(?:amp;){{0,8}}(?:#0{{0,8}}{code};|#x0{{0,8}}{code:x};{''.join(f'|{name}' for name in sorted(names))}))"
    )
