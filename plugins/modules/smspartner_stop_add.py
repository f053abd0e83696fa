#!/usr/bin/python

# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: smspartner_stop_add
short_description: Add a number to the SMS Partner stop list
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Adds a number to the stop list of an SMS Partner account. The number then receives no more SMS from this account.
  - If the number is already on the list, nothing changes.
extends_documentation_fragment:
  - community.smspartner.attributes
  - community.smspartner.attributes.phone
  - community.smspartner.connection
options:
  phone_number:
    description: Phone number to add.
    type: str
    required: true
notes:
  - A task that fails sets no fact. To use the response after C(ignore_errors) or in a C(rescue), register the result.
seealso:
  - module: community.smspartner.smspartner_stop_remove
  - module: community.smspartner.smspartner_stop_info
  - module: community.smspartner.smspartner_stops
"""

EXAMPLES = r"""
- name: Add a number to the stop list
  community.smspartner.smspartner_stop_add:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_number: "+33612345678"
  register: stop

- name: Show the ID of the entry
  ansible.builtin.debug:
    msg: "The ID of the entry is {{ stop.id | default('not known', true) }}"
"""

RETURN = r"""
id:
  description:
    - ID of the entry, or null if it is not known.
    - If the number was already on the list, the ID is read from there.
  returned: success
  type: int
  sample: 300
phone_number:
  description: Phone number in international form.
  returned: success
  type: str
  sample: "+33612345678"
code:
  description: Code of the response to the addition; on failure, null if there is none.
  returned: when an addition was sent, and on failure
  type: int
  sample: 200
http_status:
  description: HTTP status of the response, or null without a response.
  returned: failure
  type: int
  sample: 200
response:
  description:
    - Response of the API to the addition, decoded.
    - With code 3 or 15, the number is already on the list and nothing has changed.
    - Empty in check mode.
  returned: success, and on failure if there is one
  type: dict
  sample: {"success": true, "code": 200, "stopId": 300}
ansible_facts:
  description: Facts for later tasks.
  returned: success
  type: dict
  contains:
    smspartner_stop_add:
      description: The same as RV(response).
      returned: success
      type: dict
      sample: {"success": true, "code": 200, "stopId": 300}
"""

from ansible_collections.community.smspartner.plugins.module_utils._errors import SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._module import Context, Result, diff_of, run
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import ALREADY_LISTED


def main() -> None:
    run(add, {"phone_number": {"type": "str", "required": True}}, fact="smspartner_stop_add")


def add(context: Context) -> Result:
    number = to_e164(context.options["phone_number"], "phone_number")
    if context.check_mode:
        listed = context.stop_list.entries(numbers={number}).stops
        result: Result = {"changed": not listed, "id": listed[0].id if listed else None, "response": {}}
    else:
        change = context.stop_list.add(number)
        if change.warning:
            context.warn(change.warning)
        is_listed = change.result.code in ALREADY_LISTED
        stop_id = _listed_id(context, number) if is_listed else change.id
        result = {"changed": change.changed, "id": stop_id, "code": change.result.code, "response": change.result.response}
    if context.diff_mode:
        entry = {"id": result["id"], "phone_number": number, "created_at": None}
        result["diff"] = diff_of([], [entry] if result["changed"] else [])
    return {**result, "phone_number": number}


def _listed_id(context: Context, number: str) -> int | None:
    """Return the ID of a number that the API calls listed. If the list does not have it, warn and return None."""
    reason = "The list does not show it."
    try:
        stops = context.stop_list.entries(numbers={number}).stops
        if stops:
            return stops[0].id
    except SmsPartnerError as error:
        reason = str(error)
    context.warn(f"{number} is on the stop list, but its ID is not known. {reason}")
    return None


if __name__ == "__main__":
    main()
