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
requirements:
  - phonenumbers >= 8.12.15, if O(phone_number) is in French national form
notes:
  - A new entry can take up to 48 hours to appear on the list. Until then, a second run fails, because the API refuses the number but
    the list does not show it.
  - A task that fails sets no fact. To use the response after C(ignore_errors) or in a C(rescue), register the result.
attributes:
  idempotent:
    support: partial
    details:
      - Not until the new entry appears on the list. See the notes.
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
    msg: "The ID of the entry is {{ stop.id | default('not known yet') }}"
"""

RETURN = r"""
id:
  description: ID of the entry.
  returned: when known
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

from ansible_collections.community.smspartner.plugins.module_utils._module import Result, Task, diff_of, run
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164


def main() -> None:
    run(add, {"phone_number": {"type": "str", "required": True}}, fact="smspartner_stop_add")


def add(task: Task) -> Result:
    number = to_e164(task.options["phone_number"], "phone_number")
    result: Result = {"phone_number": number, "response": {}}
    if task.check_mode:
        listed = task.stop_list.entries(numbers={number}).stops
        result.update(changed=not listed, **_known(listed[0].id if listed else None))
    else:
        change = task.stop_list.add(number)
        if change.warning:
            task.warn(change.warning)
        result.update(changed=change.changed, code=change.answer.code, response=change.answer.body, **_known(change.id))
    if task.diff_mode:
        entry = {**_known(result.get("id")), "phone_number": number, "created_at": None}
        result["diff"] = diff_of([], [entry] if result["changed"] else [])
    return result


def _known(stop_id: int | None) -> Result:
    return {} if stop_id is None else {"id": stop_id}


if __name__ == "__main__":
    main()
