# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.community.smspartner.plugins.filter.opt_outs import FilterModule

opt_outs = FilterModule().filters()["opt_outs"]
HEADER = "customer;phone;opted_out\n"
QUOTES_ADVICE = "Check delimiter, and the quotes from that line on."
COLUMNS_ADVICE = "Check delimiter, number_column and opt_out_column."
A, B = "+33612345678", "+33712345678"


def message_for(text: t.Any, **options: t.Any) -> str:
    with pytest.raises(AnsibleFilterError) as failure:
        opt_outs(text, **options)
    return str(failure.value)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ('\ufeffsep=;\r\n name ;Phone\u00a0; opted_out\r\n"Martin; A";06 12 34 56 78; Yes\r\n;;\r\n\r\nC;07;no\r\nB;+33712345678;YES\u00a0\r\n', {}),
        (HEADER + "A;0612345678;yes\nB;0712345678;yes \u200b\nC;;yes\nA;06.12.34.56.78;yes;\n", {}),
        ("phone,optout\n0612345678,1\n0799999999,0\n0712345678,true\n0799999998,FALSE\n", {"opted_out": [1, "true"], "not_opted_out": ["0", False]}),
        ("phone,optout\n0612345678,2026-03-01 10:00\n0799999999,\n0712345678,2025-12-24\n0799999998\n", {"opted_out": "*", "not_opted_out": ""}),
        ("phone,optout\n0612345678,x\n0799999999, \n0712345678,never\n0799999998,No\n", {"opted_out": ["*", "never"], "not_opted_out": ["no", "never"]}),
        ("phone,optout\n0612345678,both\n0712345678,both", {"opted_out": "both", "not_opted_out": "BOTH"}),
        ("phone,optout\n0612345678,Yes\n0712345678,on\n0799999999,no\n0799999998,OFF\n", {"opted_out": True, "not_opted_out": False}),
        ("phone,optout\n0612345678,2026-03-01\n0712345678,yes\n0799999999,no\n", {"opted_out": "*", "not_opted_out": [False, "never"]}),
    ],
    ids=["spreadsheet", "repeated", "lists", "dates", "exceptions", "both", "booleans", "exception as a boolean"],
)
def test_the_numbers_of_those_who_opted_out_are_returned(text: str, options: dict[str, t.Any]) -> None:
    columns = {"delimiter": ",", "opt_out_column": "optout"} if "optout" in text else {}
    assert opt_outs(text, **columns, **options) == [A, B]


def test_every_row_that_is_not_understood_is_named_by_its_first_line() -> None:
    text = HEADER + '"two\nlines";3,36E+10;yes\nB;0799999999;perhaps\nC;0799999999;\n\nD;E;0612345678;yes\nF;nothing;no\nG;00612345679;yes\n'
    assert message_for(text) == (
        'opt_outs: line 2, "3,36E+10" is not a phone number; line 4, "perhaps" is neither opted_out nor not_opted_out; '
        'line 5, "" is neither opted_out nor not_opted_out; line 7, 4 cells in 3 columns; line 9, "00612345679" can be +33612345679 or +612345679. '
        "Write it in international form (+33612345678) or in French national form (06 12 34 56 78). "
        "Give all values of the column in these options, or * for every value that is not empty. "
        "Put values that contain the delimiter in quotes. Write it with the plus sign."
    )


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, f"line 1, no column is named 'phone'; the columns are []. {COLUMNS_ADVICE}"),
        ("sep=;\na;b\n", {}, f"line 2, no column is named 'phone'; the columns are ['a', 'b']. {COLUMNS_ADVICE}"),
        (HEADER, {"opt_out_column": "optout"}, f"line 1, no column is named 'optout'; the columns are ['customer', 'phone', 'opted_out']. {COLUMNS_ADVICE}"),
        ("phone;opted_out; PHONE\n", {}, f"line 1, several columns are named 'phone'; the columns are ['phone', 'opted_out', ' PHONE']. {COLUMNS_ADVICE}"),
        (HEADER + 'A;0612345678;no\nB;"0712345678;yes\n', {}, f"line 3 is not CSV (unexpected end of data). {QUOTES_ADVICE}"),
        ('a,phone,opted_out\n"A, B",06,yes\n', {}, f"line 1, no column is named 'phone'; the columns are ['a,phone,opted_out']. {COLUMNS_ADVICE}"),
        (HEADER, {"delimiter": ";;"}, "delimiter must be one character, not ';;'. Give the character between two columns."),
        (HEADER + "\udce9;0612345678;yes\n", {}, "the text is not UTF-8 (line 2). Save the file as UTF-8."),
        (HEADER + "A;0612345678;no\nB;;yes\n", {"required": True}, "no customer with a number opted out. Check the file, opt_out_column and opted_out."),
    ],
)
def test_what_is_not_such_a_file_is_refused(text: str, options: dict[str, t.Any], message: str) -> None:
    assert message_for(text, **options) == f"opt_outs: {message}"


def test_without_opt_outs_the_list_is_empty() -> None:
    assert opt_outs(HEADER + "A;0612345678;no\nB;;yes\n") == []
