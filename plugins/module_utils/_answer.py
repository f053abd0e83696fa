# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""Bytes to an Answer: what the API said, read from JSON or XML; says so when they are no answer."""

from __future__ import annotations

import json
import math
import re
import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._errors import CutOff, MissingLibrary, NoUsableAnswer

# Deeper than any answer, and well within the recursion that Python and Ansible allow when they print it.
MAX_DEPTH = 32

# The members of an answer in XML, by position. Source: the API's pages, whose XML bears no names.
POSITIONS = ("success", "code", "message")

# What Ansible cannot carry from a module: half a character, and a name that it keeps for data of its own. It drops the member, or fails a task that is done.
SURROGATE = re.compile(r"[\ud800-\udfff]")
RESERVED_NAME = re.compile("_+ansible_")

# What may stand in front of an answer: some servers put a byte order mark before each file that it is made of.
BLANKS = "\ufeff \t\r\n"

# What the decoder may have left, by what it says, where JSON breaks off; nothing, where it says anything else.
BEGINNINGS = {
    "Unterminated string starting at": "(?s:.*)",
    "Invalid \\uXXXX escape": "u[0-9a-fA-F]{0,4}",
    "Expecting value": "(?:t|tr|tru|f|fa|fal|fals|n|nu|nul|-)?",
    "Expecting ',' delimiter": r"(?:(?<=\d)(?:\.|(?:\.\d+)?[eE][+-]?))?",
}

# What expat calls XML that ends too early: it has no element, or an unclosed token or CDATA section.
UNFINISHED = (3, 5, 20)
# What may stand before the element. A server that shows its program sends an instruction and nothing else, which is no beginning of an answer.
XML_PROLOG = r"""(?sx)^(?:
    \s+
    | <\?xml\s.*?(?:\?>|\Z)    # the declaration
    | <\?(?:x|xm|xml)?\Z       # the beginning of one
    | <\?.*?\?>(?!\s*\Z)       # another instruction, with something behind it
    | <!--.*?(?:-->|\Z)        # a comment
    | <!-?\Z                   # the beginning of one
)+"""

XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")


class Answer(t.NamedTuple):
    """What the API said. ``body`` is the whole answer, unknown members included, as Ansible can carry it; ``text`` the body as it came."""

    code: int
    message: str
    body: dict[str, t.Any]
    text: str

    @property
    def succeeded(self) -> bool:
        """Whether the call is done: ``success`` counts only beside code 200."""
        return self.code == 200 and self.body.get("success") is True


def read(body: bytes, *, xml: bool = False) -> Answer:
    """Decode an answer; where ``xml`` was asked for, one that came in JSON all the same is read as well.

    :raises NoUsableAnswer: when the bytes are no answer, or one without a code; a ``CutOff`` for the beginning of one
    :raises MissingLibrary: for ``xml`` without ``defusedxml``
    """
    if not body.strip():
        raise _no_answer("an empty body")
    text = _decoded(body, xml)
    plain = text.lstrip(BLANKS)
    members = _from_xml(plain) if xml and plain.startswith("<") else _from_json(plain)
    if "\\u" in text or "_ansible_" in text:
        members = _carried(members)
    code = whole_number(members.get("code"))
    if code is None:
        raise _no_answer("an answer without a code that is a whole number", text, response=members)
    return Answer(code, _message(members.get("message")), members, text)


def whole_number(value: t.Any) -> int | None:
    """The value as an int if it is a whole number or the digits of one, else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20 and str(int(value)) == value:
        return int(value)
    return None


def require_xml_library() -> None:
    """:raises MissingLibrary: without ``defusedxml``"""
    try:
        import defusedxml.ElementTree  # noqa: F401
    except ImportError:
        raise MissingLibrary("defusedxml") from None


def _message(member: t.Any) -> str:
    if member is None:
        return ""
    return member if isinstance(member, str) else json.dumps(member, ensure_ascii=False)


def _no_answer(what: str, text: str = "", response: dict[str, t.Any] | None = None, kind: type[NoUsableAnswer] = NoUsableAnswer) -> NoUsableAnswer:
    return kind(
        f"the server sent {what}",
        "Check that api_url leads to the SMS Partner API, and that no proxy answers in its place.",
        response=response,
        body=text,
    )


def _decoded(body: bytes, xml: bool) -> str:
    declared = XML_ENCODING.match(body) if xml else None
    encoding = declared.group(1).decode("ascii") if declared else json.detect_encoding(body)
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError) as error:
        if getattr(error, "reason", None) == "unexpected end of data":
            # It may be an answer that breaks off; whether it is one, is told where it is read.
            return body.decode(encoding, "replace")
        raise _no_answer("bytes that are not text") from None


def _from_json(text: str) -> dict[str, t.Any]:
    try:
        members = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError) and _breaks_off(error):
            raise _no_answer("JSON that breaks off", text, kind=CutOff) from None
        raise _no_answer("something other than JSON", text) from None
    if not isinstance(members, dict):
        raise _no_answer("JSON that is not an object", text)
    # Most rows are plain, and lie beside one another: a long list need not be searched for depth, nor read again for names that come twice.
    rows = [row for member in members.values() if isinstance(member, list) for row in member if isinstance(row, dict)]
    if text.count("[") + text.count("{") - len(rows) > MAX_DEPTH and _is_deeper(members, MAX_DEPTH):
        raise _no_answer("JSON that is nested too deeply", text)
    if text.count(",") > _commas(members) + sum(map(len, rows)) - len(rows):
        _refuse_repeated_names(text)
    return members


def _breaks_off(error: json.JSONDecodeError) -> bool:
    """Whether the text that could not be read is the beginning of an object, and no whole one with something behind."""
    rest = re.compile(BEGINNINGS.get(error.msg, ""))
    return error.doc.startswith("{") and rest.fullmatch(error.doc, error.pos) is not None


def _refuse_constant(name: str) -> t.NoReturn:
    raise ValueError(f"{name} is no JSON")


def _finite(digits: str) -> float | str:
    """The number, or its digits where a float cannot hold it: an infinity would be printed as no JSON."""
    number = float(digits)
    return number if math.isfinite(number) else digits


def _commas(members: dict[str, t.Any]) -> int:
    """How many commas part the members of an object, and those of its lists."""
    lists = [member for member in members.values() if isinstance(member, list) and member]
    return sum(len(list_) - 1 for list_ in lists) + len(members) - 1


def _refuse_repeated_names(text: str) -> None:
    """Of two members with one name, Python keeps the last; which one is meant, nobody knows."""

    def unique(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
        members: dict[str, t.Any] = {}
        for name, value in pairs:
            if name in members:
                raise _no_answer(f"JSON that gives {name} twice", text)
            members[name] = value
        return members

    json.loads(text, object_pairs_hook=unique)


def _is_deeper(value: t.Any, limit: int) -> bool:
    members = value.values() if isinstance(value, dict) else value
    return limit < 0 or any(_is_deeper(member, limit - 1) for member in members if isinstance(member, (dict, list)))


def _carried(value: t.Any) -> t.Any:
    """The value with U+FFFD for each half of a character, and a reserved name with two more underscores in front."""
    if isinstance(value, str):
        return SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_carried(f"__{name}" if RESERVED_NAME.match(name) else name): _carried(member) for name, member in value.items()}
    return [_carried(member) for member in value] if isinstance(value, list) else value


def _from_xml(text: str) -> dict[str, t.Any]:
    # Not the standard library's ParseError: before 0.7, defusedxml has a class of its own for it.
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, ValueError) as error:
        if getattr(error, "code", None) in UNFINISHED and _begins_result(text):
            raise _no_answer("XML that breaks off", text, kind=CutOff) from None
        raise _no_answer("XML that is broken or declares entities", text) from None
    if _name(root) != "result":
        raise _no_answer("XML that is not a result", text)
    members: dict[str, t.Any] = {}
    for position, element in enumerate(root):
        name = _name(element)
        if name == "entry" and position < len(POSITIONS):
            name = POSITIONS[position]
        value = _as_in_json(name, "".join(element.itertext()))
        if name == "entry":
            members.setdefault(name, []).append(value)
        elif name in members:
            raise _no_answer(f"XML that gives {name} twice", text)
        else:
            members[name] = value
    return members


def _begins_result(text: str) -> bool:
    """Whether the text is the beginning of a result, after a declaration and comments that may be whole or not."""
    element = re.sub(XML_PROLOG, "", text)
    return "<result".startswith(element) or re.match(r"<result[\s/>]", element) is not None


def _name(element: t.Any) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _as_in_json(name: str, text: str) -> t.Any:
    """The text with the type that the member has in JSON."""
    word = text.strip()
    if name == "success":
        return {"true": True, "false": False}.get(word, text)
    if name == "code":
        number = whole_number(word)
        return text if number is None else number
    return text
