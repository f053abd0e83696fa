# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: e164
short_description: Convert a phone number to international form
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Converts a phone number in any common format to international form (E.164), such as V(+33612345678).
  - Follows the same rules as the modules of this collection, so the result can be compared with what they return.
  - Fails if the input is not a phone number.
  - Runs on the control node.
options:
  _input:
    description:
      - The phone number. The notes of M(community.smspartner.smspartner_stop_remove) list the accepted formats.
    type: str
    required: true
requirements:
  - Python >= 3.9 on the control node
  - phonenumbers >= 8.12.15 on the control node, for a number in French national form or with a zero near its country code
seealso:
  - plugin: community.smspartner.phone_numbers
    plugin_type: filter
  - plugin: community.smspartner.smspartner_stop_info
    plugin_type: module
"""

EXAMPLES = r"""
- name: Show a number in international form
  ansible.builtin.debug:
    msg: "{{ '06 12 34 56 78' | community.smspartner.e164 }}"
    # Shows +33612345678.

- name: Show which numbers of one list are not in the other, in whatever format
  ansible.builtin.debug:
    msg: >-
      {{ ours | map('community.smspartner.e164') | difference(theirs | map('community.smspartner.e164')) }}
  vars:
    ours: ["06 12 34 56 78", "+33 7 12 34 56 78"]
    theirs: ["0033 6 12 34 56 78"]
"""

RETURN = r"""
_value:
  description: The number in international form. A short code, of three to six digits, is returned as it is.
  type: str
  sample: "+33612345678"
"""

import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164
from ansible_collections.community.smspartner.plugins.plugin_utils._filters import as_filter


@as_filter
def e164(number: t.Any) -> str:
    return to_e164(number, "e164")


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., str]]:
        return {"e164": e164}
