# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: phone_numbers
short_description: Read the phone numbers of a list file
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Returns the phone numbers of a list file in international form (E.164), each once, in the order of the file.
  - The file has one number per line, in any common format. A C(#) at the beginning of a line or after white space starts a comment.
    Blank lines and a byte order mark are ignored.
  - If a line cannot be read, the filter fails and names every such line by its number.
  - Runs on the control node.
options:
  _input:
    description:
      - The text of the file. It must be UTF-8.
      - The notes of M(community.smspartner.smspartner_stop_remove) list the accepted formats of numbers.
    type: str
    required: true
  strict:
    description: Whether to fail if a line cannot be read. With V(false), such lines are left out.
    type: bool
    default: true
  required:
    description: Whether to fail if there is no number.
    type: bool
    default: false
requirements:
  - Python >= 3.9 on the control node
  - phonenumbers >= 8.12.15 on the control node, for a number in French national form or with a zero near its country code
seealso:
  - plugin: community.smspartner.e164
    plugin_type: filter
  - plugin: community.smspartner.opt_outs
    plugin_type: filter
  - plugin: community.smspartner.smspartner_stops
    plugin_type: module
"""

EXAMPLES = r"""
- name: Show the numbers of a file
  ansible.builtin.debug:
    msg: "{{ lookup('ansible.builtin.file', 'stop-list.txt') | community.smspartner.phone_numbers }}"

- name: Show the numbers of a text
  ansible.builtin.debug:
    msg: "{{ text | community.smspartner.phone_numbers(required=true) | join(' and ') }}"
    # Shows +33612345678 and +32470123456.
  vars:
    text: |
      # Our own opt-outs
      06 12 34 56 78
      +32 470 12 34 56  # asked by telephone
"""

RETURN = r"""
_value:
  description: The numbers in international form. Short codes, of three to six digits, are returned as they are.
  type: list
  elements: str
  sample: ["+33612345678", "+32470123456"]
"""

import contextlib
import re
import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError
from ansible_collections.community.smspartner.plugins.module_utils._phone import collected, to_e164, visible
from ansible_collections.community.smspartner.plugins.plugin_utils._filters import as_filter, checked_numbers, checked_text

NAME = "phone_numbers"
# Old Macs end lines with a carriage return alone; the numbers after it must not be part of a comment.
COMMENT = re.compile(r"(?:^|(?<=\s))#[^\r]*\r*\Z")


@as_filter
def phone_numbers(text: t.Any, strict: bool = True, required: bool = False) -> list[str]:
    lines = checked_text(text, NAME).split("\n")

    def read(line: str) -> str | None:
        number = COMMENT.sub("", line).strip()
        with contextlib.suppress(*() if strict else (InputError,)):
            return to_e164(number, NAME) if visible(number) else None
        return None

    numbers = collected(((f"line {position}", line) for position, line in enumerate(lines, start=1)), read, NAME)
    return checked_numbers(numbers, required, NAME, "the text contains no phone numbers", "Check that it is the right file.")


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., list[str]]]:
        return {NAME: phone_numbers}
