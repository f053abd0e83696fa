#!/usr/bin/python

# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: smspartner_stop_add
short_description: Put one number on the SMS Partner stop list
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Puts a number on the stop list of an SMS Partner account, so that it gets no more SMS.
  - A number that is on the list already is no change.
extends_documentation_fragment:
  - community.smspartner.attributes
  - community.smspartner.connection
options:
  phone_number:
    description:
      - The number, in French national form or in international form, in any usual spelling.
      - One without a country code is read as French. A zero after the country code, as in V(+33 (0\)6 12 34 56 78), is dropped.
      - Its country and its length are checked, and not whether it is a mobile's.
      - Put it in quotes. To YAML, an unquoted C(0612345670) is an octal number; a number that arrives as an integer is refused,
        and so is one in national form without its leading zero.
    type: str
    required: true
requirements:
  - phonenumbers >= 8.12.15
notes:
  - In check mode the stop list is read and nothing is added.
  - A stop can take up to 48 hours to show on the list. Until then, check mode predicts an addition that the API refuses, and a run fails.
seealso:
  - module: community.smspartner.smspartner_stop_remove
  - module: community.smspartner.smspartner_stop_info
  - module: community.smspartner.smspartner_stops
"""

EXAMPLES = r"""
- name: Put a number on the stop list
  community.smspartner.smspartner_stop_add:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_number: "+33612345678"
  register: stop

- name: Show the entry's ID
  ansible.builtin.debug:
    msg: "The entry's ID is {{ stop.id | default('not known yet') }}"
"""

RETURN = r"""
id:
  description: The entry's ID.
  returned: when known
  type: int
  sample: 300
phone_number:
  description: The number in international form.
  returned: success
  type: str
  sample: "+33612345678"
code:
  description: The API's code.
  returned: when the API answered, and on failure if there was a code
  type: int
  sample: 200
response:
  description:
    - The API's answer to the addition, decoded and otherwise as it came; empty in check mode.
    - Where nothing changed since the number is on the list, it is the API's refusal, with code 3 or 15 and C(success) false.
    - A name in it that begins with C(_ansible_), which Ansible keeps for itself, gets two more underscores; half a surrogate pair becomes U+FFFD.
  returned: success, and on failure if there was an answer
  type: dict
  sample: {"success": true, "code": 200, "stopId": 300}
http_status:
  description: The HTTP status of the answer.
  returned: failure, if there was an answer
  type: int
  sample: 200
ansible_facts:
  description: Facts to use in later tasks.
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
    run(add, {"phone_number": {"type": "str", "required": True}})


def add(task: Task) -> Result:
    number = to_e164(task.options["phone_number"], "phone_number")
    result = _predicted(task, number) if task.check_mode else _added(task, number)
    if task.diff_mode:
        entry = {**_known(result.get("id")), "phone_number": number, "created_at": None}
        result["diff"] = diff_of([], [entry] if result["changed"] else [])
    return {**result, "ansible_facts": {"smspartner_stop_add": result["response"]}}


def _predicted(task: Task, number: str) -> Result:
    stop_id = next((stop.id for stop in task.stop_list.entries(numbers={number}).stops), None)
    return {"changed": stop_id is None, "phone_number": number, **_known(stop_id), "response": {}}


def _added(task: Task, number: str) -> Result:
    change = task.stop_list.add(number)
    if change.warning:
        task.warn(change.warning)
    answer = change.answer
    return {"changed": change.changed, "phone_number": number, **_known(change.id), "code": answer.code, "response": answer.body}


def _known(stop_id: int | None) -> Result:
    return {} if stop_id is None else {"id": stop_id}


if __name__ == "__main__":
    main()
