# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.community.smspartner.plugins.filter.phone_numbers import FilterModule

phone_numbers = FilterModule().filters()["phone_numbers"]
NOT_UTF8 = "phone_numbers: the text is not UTF-8 (line {}). Save the file as UTF-8."


def message_for(text: t.Any, **options: t.Any) -> str:
    with pytest.raises(AnsibleFilterError) as failure:
        phone_numbers(text, **options)
    return str(failure.value)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        ("# None yet.\n\n\u200b\n \u00a0\r\n", []),
        ("06 12 34 56 78\n+33 7 12 34 56 78\n0612345678", ["+33612345678", "+33712345678"]),
        ("\ufeff# Comment.\r\n06 12 34 56 78\r\n\ufeff36111\u200b # asked\r\n", ["+33612345678", "36111"]),
        ("06 12 34 56 78\t#1\n#2\n\u00a0# 3\n", ["+33612345678"]),
        # Only a line feed ends a line.
        ("06 12\u2028 34 56 78\n07 12\x0b345678\x85\n", ["+33612345678", "+33712345678"]),
    ],
)
def test_each_line_has_a_number_or_a_comment_or_nothing(text: str, numbers: list[str]) -> None:
    assert phone_numbers(text) == numbers


def test_every_line_that_cannot_be_read_is_named() -> None:
    text = "# Numbers\n06 12 34 56 78\n&#43;33612345679\n\n0612345678#x\n---\n00612345679\n07\r08\n36111 # x\r36112\n"
    assert message_for(text) == (
        'phone_numbers: line 3, "&#43;33612345679" is not a phone number; line 5, "0612345678#x" is not a phone number; '
        'line 6, "---" is not a phone number; line 7, "00612345679" can be +33612345679 or +612345679; '
        'line 8, "07\\r08" is not a phone number (4 digits without a plus sign); line 9, "36111 # x\\r36112" is not a phone number. '
        "Write it in international form (+33612345678) or in French national form (06 12 34 56 78). Write it with the plus sign."
    )
    assert phone_numbers(text, strict=False) == ["+33612345678"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("06 12 34 56 78\n\udce9t\udce9\n07\n\ufffd\n", NOT_UTF8.format("2, 4")),
        ("# Comment.\n06 12 34 56 78\n".encode("utf-16").decode("utf-8", "surrogateescape"), NOT_UTF8.format("1")),
        (["06 12 34 56 78"], "phone_numbers: the input is not text (list). Give the contents of a file."),
        (None, "phone_numbers: the input is not text (NoneType). Give the contents of a file."),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_what_is_not_utf8_text_is_refused(text: t.Any, message: str, strict: bool) -> None:
    assert message_for(text, strict=strict) == message


def test_a_number_can_be_required() -> None:
    assert message_for("# None yet.\n", required=True) == "phone_numbers: the text contains no phone numbers. Check that it is the right file."
    assert phone_numbers("36111", required=True) == ["36111"]
