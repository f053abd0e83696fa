# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: opt_outs
short_description: Read the phone numbers of the customers who opted out, from a CSV file
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Returns the phone numbers of the customers who opted out, in international form (E.164), each once, in the order of the file.
  - The first row has the names of the columns. A byte order mark, a line C(sep=;) before that row, and rows with nothing in them are ignored.
  - A row without a number is left out. Everything else that cannot be read fails, and the message names every such line.
  - Values and names are compared without regard to case and surrounding white space.
  - Runs on the control node.
options:
  _input:
    description: The text of the file. It must be UTF-8.
    type: str
    required: true
  delimiter:
    description: The character between two columns.
    type: str
    default: ;
  number_column:
    description:
      - The name of the column with the phone number.
      - The notes of M(community.smspartner.smspartner_stop_remove) list the accepted formats.
    type: str
    default: phone
  opt_out_column:
    description: The name of the column that says whether the customer opted out.
    type: str
    default: opted_out
  opted_out:
    description:
      - The value, or a list of values, of a customer who opted out.
      - V(*) means every value except O(not_opted_out) and an empty one, as in a column of dates.
      - A value that is also in O(not_opted_out) counts as opted out.
      - V(true) also stands for C(yes) and C(on), and V(false) for C(no) and C(off), because YAML reads these words as booleans.
    type: raw
    default: "yes"
  not_opted_out:
    description: The value, or a list of values, of a customer who did not opt out.
    type: raw
    default: "no"
  required:
    description: Whether to fail if there is no number.
    type: bool
    default: false
requirements:
  - Python >= 3.9 on the control node
  - phonenumbers >= 8.12.15 on the control node, for a number in French national form or with a zero near its country code
seealso:
  - plugin: community.smspartner.phone_numbers
    plugin_type: filter
  - plugin: community.smspartner.smspartner_stops
    plugin_type: module
"""

EXAMPLES = r"""
- name: Show the numbers of the customers who opted out
  ansible.builtin.debug:
    msg: "{{ text | community.smspartner.opt_outs | join(' and ') }}"
    # Shows +33612345678 and +33712345678.
  vars:
    text: |
      customer;phone;opted_out
      "Martin; Anne";06 12 34 56 78;yes
      Petit Jeanne;0612345679;no
      Bernard Louis;+33 7 12 34 56 78;yes

- name: Show the numbers of the customers who opted out on some date
  ansible.builtin.debug:
    msg: "{{ text | community.smspartner.opt_outs(delimiter=',', opt_out_column='unsubscribed_at', opted_out='*') | join(' and ') }}"
    # Shows +33612345678 and +33712345678.
  vars:
    text: |
      phone,unsubscribed_at
      06 12 34 56 78,2026-03-01
      06 12 34 56 79,
      07 12 34 56 78,2025-12-24
"""

RETURN = r"""
_value:
  description: The numbers in international form. Short codes, of three to six digits, are returned as they are.
  type: list
  elements: str
  sample: ["+33612345678", "+33712345678"]
"""

import csv
import io
import re
import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, escaped
from ansible_collections.community.smspartner.plugins.module_utils._phone import collected, to_e164, visible
from ansible_collections.community.smspartner.plugins.plugin_utils._filters import as_filter, checked_numbers, checked_text

NAME = "opt_outs"
VALUES_ADVICE = "Give all values of the column in these options, or * for every value that is not empty."
# YAML reads these words, without quotes, as booleans.
BOOLEANS = {True: ("true", "yes", "on"), False: ("false", "no", "off")}
SEPARATOR_LINE = re.compile(r"\Asep=.(?=\r?\n)", re.IGNORECASE)


@as_filter
def opt_outs(
    text: t.Any,
    delimiter: str = ";",
    number_column: str = "phone",
    opt_out_column: str = "opted_out",
    opted_out: t.Any = "yes",
    not_opted_out: t.Any = "no",
    required: bool = False,
) -> list[str]:
    rows = _rows(checked_text(text, NAME), delimiter)
    line, header = next(rows, ("line 1", []))
    number_at, opt_out_at = (_position(line, header, column) for column in (number_column, opt_out_column))
    yes, no = _words(opted_out), _words(not_opted_out)

    def read(cells: list[str]) -> str | None:
        number, cell = (cells[at] if at < len(cells) else "" for at in (number_at, opt_out_at))
        value = _compared(cell)
        if any(map(visible, cells[len(header) :])):
            raise InputError(NAME, f"{len(cells)} cells in {len(header)} columns", "Put values that contain the delimiter in quotes.")
        opted = value in yes or ("*" in yes and value not in {"", *no})
        if not opted and value not in no and "*" not in yes:
            raise InputError(NAME, f'"{escaped(cell)}" is neither opted_out nor not_opted_out', VALUES_ADVICE)
        return to_e164(number, NAME) if opted and visible(number) else None

    numbers = collected(rows, read, NAME)
    return checked_numbers(numbers, required, NAME, "no customer with a number opted out", "Check the file, opt_out_column and opted_out.")


def _rows(text: str, delimiter: str) -> t.Iterator[tuple[str, list[str]]]:
    """Return the rows that have something in them, each after its line."""
    if len(delimiter) != 1:
        raise InputError(NAME, f"delimiter must be one character, not {delimiter!r}", "Give the character between two columns.")
    reader = csv.reader(io.StringIO(SEPARATOR_LINE.sub("", text), newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(map(visible, cells)):
                yield f"line {line}", cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(NAME, f"line {line} is not CSV ({error})", "Check delimiter, and the quotes from that line on.") from None


def _position(line: str, header: list[str], column: str) -> int:
    names, name = list(map(_compared, header)), _compared(column)
    if names.count(name) != 1:
        problem = f"{line}, {'several columns are' if name in names else 'no column is'} named {column!r}; the columns are {header}"
        raise InputError(NAME, problem, "Check delimiter, number_column and opt_out_column.")
    return names.index(name)


def _words(given: t.Any) -> set[str]:
    """Return what cells are compared with, given a value or a list of them."""
    values = given if isinstance(given, (list, tuple)) else [given]
    return {word for value in values for word in (BOOLEANS[value] if isinstance(value, bool) else [_compared(value)])}


def _compared(value: t.Any) -> str:
    """Return the value without case, surrounding white space and invisible characters."""
    return "".join(filter(str.isprintable, str(value))).strip().casefold()


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., list[str]]]:
        return {NAME: opt_outs}
