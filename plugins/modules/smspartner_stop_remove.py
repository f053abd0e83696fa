#!/usr/bin/python

# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: smspartner_stop_remove
short_description: Remove a number from the SMS Partner stop list
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Removes a number from the stop list of an SMS Partner account. The number can then receive SMS again.
  - If the number is not on the list, nothing changes.
  - Any other response of the API fails the task, whatever its HTTP status.
extends_documentation_fragment:
  - community.smspartner.attributes
  - community.smspartner.attributes.phone
  - community.smspartner.connection
options:
  id:
    description:
      - ID of the entry on the stop list, as M(community.smspartner.smspartner_stop_info) returns it. Must be greater than 0.
      - Exactly one of O(id) and O(phone_number) is required.
    type: int
  phone_number:
    description: Phone number to remove. Every entry with this number is removed.
    type: str
  response_format:
    description: Format that the API uses for its response to the removal.
    type: str
    choices: [json, xml]
    default: json
requirements:
  - phonenumbers >= 8.12.15, if O(phone_number) is in French national form
  - defusedxml >= 0.6.0, if O(response_format=xml)
notes:
  - A new entry can take up to 48 hours to appear on the list. Until then, check mode does not see it, but a normal run with O(id) removes it.
  - A task that fails sets no fact. To use the response after C(ignore_errors) or in a C(rescue), register the result.
seealso:
  - module: community.smspartner.smspartner_stop_add
  - module: community.smspartner.smspartner_stop_info
  - module: community.smspartner.smspartner_stops
"""

EXAMPLES = r"""
- name: Remove an entry from the stop list, with the key from a vault
  community.smspartner.smspartner_stop_remove:
    api_key: "{{ vault_smspartner_api_key }}"
    id: 666

- name: Remove the entry with the key from SMSPARTNER_API_KEY in the environment
  community.smspartner.smspartner_stop_remove:
    id: 666

- name: Let a customer receive SMS again
  community.smspartner.smspartner_stop_remove:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_number: "06 12 34 56 78"

- name: Set the key once for several tasks
  module_defaults:
    group/community.smspartner.smspartner:
      api_key: "{{ vault_smspartner_api_key }}"
  block:
    - name: Remove several entries from the stop list
      community.smspartner.smspartner_stop_remove:
        id: "{{ item }}"
      loop: [667, 668]

    - name: Check whether an entry would be removed
      community.smspartner.smspartner_stop_remove:
        id: 669
      check_mode: true
      register: prediction

    - name: Show the prediction
      ansible.builtin.debug:
        msg: "{{ 'On the list' if prediction is changed else 'Not on the list' }}"

- name: Remove an entry and use the response of the API in a later task
  community.smspartner.smspartner_stop_remove:
    api_key: "{{ vault_smspartner_api_key }}"
    id: 670

- name: Show the code of the response
  ansible.builtin.debug:
    msg: "The code is {{ ansible_facts.smspartner_stop_remove.code | default('unknown, because nothing was sent') }}"

- name: Continue if the API refuses the removal
  block:
    - name: Remove an entry from the stop list
      community.smspartner.smspartner_stop_remove:
        api_key: "{{ vault_smspartner_api_key }}"
        id: 671
      register: removal
  rescue:
    - name: Show the reason
      ansible.builtin.debug:
        msg: "{{ removal.msg }} (code {{ removal.code | default('none', true) }})"
"""

RETURN = r"""
id:
  description: ID of the entry; with O(phone_number), of the first entry with that number.
  returned: when known
  type: int
  sample: 666
ids:
  description: ID of every entry that was removed, or would be in check mode. On failure, the entries that were removed before it.
  returned: success, and on failure if the options are valid
  type: list
  elements: int
  sample: [666]
phone_number:
  description: Phone number in international form; with O(id), as the API lists it.
  returned: when known
  type: str
  sample: "+33612345678"
code:
  description: Code of the response to the removal; on failure, null if there is none.
  returned: when a removal was sent, and on failure
  type: int
  sample: 200
http_status:
  description: HTTP status of the response, or null without a response.
  returned: failure
  type: int
  sample: 200
response:
  description:
    - Response of the API to the removal, decoded; the last one if there were several entries.
    - With code 4, the entry is not on the list and nothing has changed.
    - Empty if no removal was sent, which is the case in check mode and if no entry has the O(phone_number).
  returned: success, and on failure if there is one
  type: dict
  sample: {"success": true, "code": 200}
content:
  description: Text of the response.
  returned: when a removal was sent with O(response_format=xml)
  type: str
  sample: "<?xml version='1.0' encoding='UTF-8'?><result><entry>true</entry><entry>200</entry></result>"
ansible_facts:
  description: Facts for later tasks.
  returned: success
  type: dict
  contains:
    smspartner_stop_remove:
      description: The same as RV(response).
      returned: success
      type: dict
      sample: {"success": true, "code": 200}
"""

import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._answer import import_xml_parser
from ansible_collections.community.smspartner.plugins.module_utils._errors import SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._module import Result, Task, diff_of, run
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Stop


def main() -> None:
    options: dict[str, dict[str, t.Any]] = {
        "id": {"type": "int"},
        "phone_number": {"type": "str"},
        "response_format": {"type": "str", "choices": ["json", "xml"], "default": "json"},
    }
    alternatives = [("id", "phone_number")]
    run(remove, options, fact="smspartner_stop_remove", mutually_exclusive=alternatives, required_one_of=alternatives)


def remove(task: Task) -> Result:
    if task.options["response_format"] == "xml":
        import_xml_parser()  # before any request
    stop_id = task.options["id"]
    result: Result = {"changed": False, "ids": [], "response": {}}
    if stop_id is None:
        # Imported here, because a removal by ID does not need it and every task compiles what it imports.
        from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164

        result["phone_number"] = to_e164(task.options["phone_number"], "phone_number")
    else:
        result["id"] = stop_id
    try:
        listed = _listed(task, result)
        if listed:
            result.update(id=listed[0].id, phone_number=listed[0].phone_number)
        _remove_each(task, listed if stop_id is None or task.check_mode else [Stop(stop_id, "", None)], result)
    except SmsPartnerError as error:
        # The response in the result is of an earlier removal.
        error.results = {name: value for name, value in result.items() if name in ("changed", "id", "ids", "phone_number")}
        raise
    return {**result, "diff": _diff(listed, result["ids"])} if task.diff_mode else result


def _listed(task: Task, wanted: Result) -> list[Stop]:
    """Return the entries to remove. With an ID, a normal run does not need the list."""
    if "phone_number" in wanted:
        return task.stop_list.entries(numbers={wanted["phone_number"]}).stops
    return task.stop_list.entries(ids={wanted["id"]}).stops if task.check_mode or task.diff_mode else []


def _remove_each(task: Task, stops: list[Stop], result: Result) -> None:
    """Remove the entries one after the other, or predict it, and record each in ``result``."""
    xml = task.options["response_format"] == "xml"
    for stop in stops:
        changed = True
        if not task.check_mode:
            change = task.stop_list.remove(stop.id, xml=xml)
            if change.warning:
                task.warn(change.warning)
            changed = change.changed
            result.update(code=change.answer.code, response=change.answer.body, **({"content": change.answer.text} if xml else {}))
        if changed:
            result["ids"].append(stop.id)
            result["changed"] = True


def _diff(listed: list[Stop], ids: list[int]) -> t.Any:
    known = {stop.id: stop._asdict() for stop in listed}
    return diff_of([known.get(stop_id, {"id": stop_id}) for stop_id in ids], [])


if __name__ == "__main__":
    main()
