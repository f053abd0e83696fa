# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""Parses the body of a response, in JSON or XML."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._errors import UnreadableBodyError, UnusableResponseError, import_library

SUCCESS = 200
DIGITS = re.compile("0|[1-9][0-9]{0,18}")
# The names of the elements of an XML response, by position. Source: the API's pages, whose XML has no names.
POSITIONS = ("success", "code", "message")
# What may stand before a response: byte order marks (of UTF-8) and white space.
IGNORED_BEFORE_BODY = b"\xef\xbb\xbf \t\r\n"
ADVICE = "Check that api_url leads to the SMS Partner API and that no proxy responds in its place."


class ApiResult(t.NamedTuple):
    """The API's result. ``response`` has every member, as the API sent it; ``text`` is the body's text if XML was requested."""

    code: int
    message: str
    response: dict[str, t.Any]
    text: str


def parse(body: bytes, *, xml: bool = False) -> ApiResult:
    """Return the result in a body. With ``xml``, JSON is accepted, too.

    :raises UnreadableBodyError: for a body that is neither
    :raises UnusableResponseError: for a body without a code, or with code 200 and without success
    :raises MissingLibraryError: for XML without ``defusedxml``
    """
    content = body.lstrip(IGNORED_BEFORE_BODY)
    members = _from_xml(content) if xml and content.startswith(b"<") else _from_json(content)
    code = whole_number(members.get("code"))
    if code is None:
        raise UnusableResponseError("the server sent a response whose code is missing or not a whole number", ADVICE, response=members, body=_text(body))
    if code == SUCCESS and members.get("success") is not True:
        raise UnusableResponseError("the API sent code 200 without success", "Run the task again.", code=code, response=members)
    message = members.get("message")
    if not isinstance(message, str):
        message = json.dumps(message, ensure_ascii=False) if message else ""
    return ApiResult(code, message, members, _text(body) if xml else "")


def whole_number(value: t.Any) -> int | None:
    """Return the value as an int if it is a whole number or the digits of one, else None."""
    if value.__class__ is int:  # not a bool
        return value
    return int(value) if isinstance(value, str) and DIGITS.fullmatch(value) else None


def import_xml_parser() -> t.Any:
    """Return ``defusedxml.ElementTree``, or raise a MissingLibraryError."""
    return import_library("defusedxml.ElementTree", "defusedxml")


def _from_json(content: bytes) -> dict[str, t.Any]:
    try:
        # Replaced, because a message in Latin-1 must not hide the code.
        members = json.loads(content.decode(json.detect_encoding(content), "replace"))
    except (ValueError, RecursionError):
        sent = "something other than JSON" if content else "an empty body"
        raise UnreadableBodyError(f"the server sent {sent}", ADVICE, body=_text(content)) from None
    if not isinstance(members, dict):
        raise UnusableResponseError("the server sent JSON that is not an object", ADVICE, body=_text(content))
    return members


def _from_xml(content: bytes) -> dict[str, t.Any]:
    parser = import_xml_parser()
    try:
        elements = parser.fromstring(content, forbid_dtd=True)
        is_result = elements.tag.rpartition("}")[2] == "result"  # without its namespace
    except (parser.ParseError, ValueError, LookupError):
        is_result = False
    if not is_result:
        raise UnreadableBodyError("the server sent XML that is not a result", ADVICE, body=_text(content))
    members: dict[str, t.Any] = {}
    for position, element in enumerate(elements):
        name = element.tag.rpartition("}")[2]
        if name == "entry" and position < len(POSITIONS):
            name = POSITIONS[position]
        value = _as_in_json(name, "".join(element.itertext()))
        if name == "entry":
            members.setdefault(name, []).append(value)
        else:
            members[name] = value
    return members


def _as_in_json(name: str, text: str) -> t.Any:
    """Return the text with the type that the member has in JSON."""
    word = text.strip()
    if name == "success":
        return {"true": True, "false": False}.get(word, text)
    number = whole_number(word) if name == "code" else None
    return text if number is None else number


def _text(body: bytes) -> str:
    return body.decode(errors="replace")
