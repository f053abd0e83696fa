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
  - Converts a phone number in any usual spelling to international form (E.164), such as V(+33612345678).
  - Follows the same rules as the modules of this collection, so the result can be compared with what they return.
  - Fails if the input is not a phone number.
  - Runs on the control node.
options:
  _input:
    description:
      - The phone number. The notes of M(community.smspartner.smspartner_stop_remove) list the accepted spellings.
    type: str
    required: true
requirements:
  - Python >= 3.9 on the control node
  - phonenumbers >= 8.12.15 on the control node, for numbers in French national form
seealso:
  - plugin: community.smspartner.smspartner_stop_info
    plugin_type: module
"""

EXAMPLES = r"""
- name: Show a number in international form
  ansible.builtin.debug:
    msg: "{{ '06 12 34 56 78' | community.smspartner.e164 }}"
    # Shows +33612345678.

- name: Show which numbers of one list are not in the other, however they are written
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

from ansible.errors import AnsibleFilterError
from ansible_collections.community.smspartner.plugins.module_utils._errors import SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164


def e164(number: t.Any) -> str:
    # Up to ansible-core 2.18, an encrypted variable is not a str, and an undefined one only fails when it is used.
    if not isinstance(number, (str, int, float, list, dict, type(None))):
        number = str(number)
    try:
        return to_e164(number, "e164")
    except SmsPartnerError as error:
        message = str(error)
    raise AnsibleFilterError(message)


class FilterModule:
    def filters(self) -> dict[str, t.Callable[[t.Any], str]]:
        return {"e164": e164}
