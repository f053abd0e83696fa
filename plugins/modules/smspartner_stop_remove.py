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
  - defusedxml >= 0.6.0, if O(response_format=xml)
notes:
  - The STOP of a customer can take up to 48 hours to reach the list. Until then, the number is not found.
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
from ansible_collections.community.smspartner.plugins.module_utils._module import Context, Result, diff_of, run
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Stop


def main() -> None:
    options: dict[str, dict[str, t.Any]] = {
        "id": {"type": "int"},
        "phone_number": {"type": "str"},
        "response_format": {"type": "str", "choices": ["json", "xml"], "default": "json"},
    }
    alternatives = [("id", "phone_number")]
    run(remove, options, fact="smspartner_stop_remove", mutually_exclusive=alternatives, required_one_of=alternatives)


def remove(context: Context) -> Result:
    xml = context.options["response_format"] == "xml"
    if xml:
        import_xml_parser()  # before any request
    entry = _identified(context.options)
    changes: list[Change] = []
    try:
        listed = _listed(context, entry)
        # Without check mode, an ID is enough: one removal is one request.
        ids = [entry["id"]] if "id" in entry and not context.check_mode else [stop.id for stop in listed]
        if listed:
            entry = {"id": listed[0].id, "phone_number": listed[0].phone_number}
        for stop_id in [] if context.check_mode else ids:
            changes.append(context.stop_list.remove(stop_id, xml=xml))
            if changes[-1].warning:
                context.warn(changes[-1].warning)
    except SmsPartnerError as error:
        raise error.extended(results={**entry, **_removed(_changed_ids(changes))}) from None
    removed = ids if context.check_mode else _changed_ids(changes)
    result = {**entry, **_removed(removed), **_response(changes, xml)}
    return {**result, "diff": _diff(listed, removed)} if context.diff_mode else result


def _identified(options: Result) -> Result:
    """Return the ID or the number of what has to be removed."""
    if options["id"] is not None:
        return {"id": options["id"]}
    # Imported here, because a removal by ID does not need it and every task compiles what it imports.
    from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164

    return {"phone_number": to_e164(options["phone_number"], "phone_number")}


def _listed(context: Context, entry: Result) -> list[Stop]:
    """Return the entries to remove. With an ID, a normal run does not need the list."""
    if "phone_number" in entry:
        return context.stop_list.entries(numbers={entry["phone_number"]}).stops
    return context.stop_list.entries(ids={entry["id"]}).stops if context.check_mode or context.diff_mode else []


def _changed_ids(changes: list[Change]) -> list[t.Any]:
    return [change.id for change in changes if change.changed]


def _removed(ids: list[int]) -> Result:
    return {"changed": bool(ids), "ids": ids}


def _response(changes: list[Change], xml: bool) -> Result:
    """Return what the API said to the last removal."""
    if not changes:
        return {"response": {}}
    result = changes[-1].result
    return {"code": result.code, "response": result.response, **({"content": result.text} if xml else {})}


def _diff(listed: list[Stop], ids: list[int]) -> t.Any:
    known = {stop.id: stop._asdict() for stop in listed}
    return diff_of([known.get(stop_id, {"id": stop_id}) for stop_id in ids], [])


if __name__ == "__main__":
    main()
