#!/usr/bin/python

# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: smspartner_stops
short_description: Add or remove many numbers on the SMS Partner stop list
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Adds numbers to the stop list of an SMS Partner account, removes numbers, or synchronizes the list with given numbers.
  - Reads the list once, then sends a request for each entry that has to change, several at a time and within the quota of the API.
  - If the API refuses an entry, the others are still processed. Then the task fails and RV(errors) has the reasons.
  - With O(state=present), nothing is removed before all additions were accepted. If the API refuses one, no removal is sent.
  - A run that ended early can be repeated. It continues where the first one ended.
extends_documentation_fragment:
  - community.smspartner.attributes
  - community.smspartner.attributes.phone
  - community.smspartner.connection
options:
  state:
    description:
      - V(present) adds O(phone_numbers) to the list.
      - V(absent) removes O(phone_numbers) and O(ids), at least one of which is required.
    type: str
    choices: [present, absent]
    default: present
  phone_numbers:
    description:
      - Phone numbers to add or remove. A number that is given twice, even in different formats, counts once.
      - If a number cannot be read, the task fails before any change and names all such numbers.
    type: list
    elements: str
  previous_phone_numbers:
    description:
      - The O(phone_numbers) of an earlier run. Those that O(phone_numbers) no longer has are removed. All other entries stay.
      - Can only be used with O(state=present) and without O(purge).
    type: list
    elements: str
  ids:
    description: IDs of entries to remove. Can only be used with O(state=absent).
    type: list
    elements: int
  purge:
    description:
      - Also remove every entry whose number is not in O(phone_numbers). Can only be used with O(state=present). With an empty list, that is every entry.
      - Customers who answer STOP are added to the list by SMS Partner. A purge removes them again unless O(phone_numbers) has their numbers.
      - An entry whose number is not in E.164 form, such as a short code, is kept with a warning.
    type: bool
    default: false
  max_removals:
    description:
      - Maximum number of entries that O(purge) or O(previous_phone_numbers) may remove. If it would be more, the task fails before any change.
        V(-1) means no limit.
    type: int
    default: 100
  concurrency:
    description: Number of requests to send at a time, from 1 to 32.
    type: int
    default: 8
  requests_per_minute:
    description:
      - Number of requests to send in a minute, evenly spaced. The default is the quota of the API for one IP address.
      - If the API says that the quota is used up, the task slows down by itself, so jobs that share an address can all keep the default.
    type: int
    default: 2000
notes:
  - If the API refuses the account, or gives no usable response after the retries, the run ends. Requests in flight finish, and the result has what was done.
seealso:
  - module: community.smspartner.smspartner_stop_add
  - module: community.smspartner.smspartner_stop_info
  - module: community.smspartner.smspartner_stop_remove
  - plugin: community.smspartner.phone_numbers
    plugin_type: filter
  - plugin: community.smspartner.opt_outs
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Add the opt-outs of another system
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: ["06 12 34 56 78", "+33 7 12 34 56 78"]

- name: Add the numbers of a file, one on each line, with comments after a "#"
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: "{{ lookup('ansible.builtin.file', 'stop-list.txt') | community.smspartner.phone_numbers }}"

- name: Apply what was changed since an earlier run
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: ["06 12 34 56 78", "+32 470 12 34 56"]
    previous_phone_numbers: ["06 12 34 56 78", "+33 7 12 34 56 78"]
    max_removals: 20

- name: Let several customers receive SMS again
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    state: absent
    phone_numbers: ["0612345678"]
    ids: [667]

- name: Synchronize the whole stop list with the given numbers
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: ["+33612345678", "+33712345678"]
    purge: true
    max_removals: 20
"""

RETURN = r"""
added:
  description: Entries that were added, or would be in check mode.
  returned: success, and on failure after the first change was sent
  type: list
  elements: dict
  contains:
    id:
      description: ID of the entry, or null if it is not known, as in check mode.
      returned: always
      type: int
      sample: 300
    phone_number:
      description: Phone number in international form.
      returned: always
      type: str
      sample: "+33612345678"
removed:
  description: Entries that were removed, or would be in check mode.
  returned: success, and on failure after the first change was sent
  type: list
  elements: dict
  contains:
    id:
      description: ID of the entry.
      returned: always
      type: int
      sample: 19
    phone_number:
      description: Phone number as the API listed it.
      returned: always
      type: str
      sample: "+33712345678"
unchanged:
  description: How many of the given numbers and IDs needed no change.
  returned: success, and on failure after the first change was sent
  type: int
  sample: 41
errors:
  description: Entries that the API refused. Entries that were not sent are not included.
  returned: success, and on failure after the first change was sent
  type: list
  elements: dict
  contains:
    id:
      description: ID of the entry.
      returned: for a removal
      type: int
      sample: 19
    phone_number:
      description: Phone number.
      returned: always
      type: str
      sample: "+33712345678"
    code:
      description: Code of the response.
      returned: always
      type: int
      sample: 9
    msg:
      description: What the API said, and what to do.
      returned: always
      type: str
      sample: >-
        Could not add +33712345678: the API returned code 9.
        The phone number is invalid. Check the number; the API may not accept short codes.
code:
  description: Code of the response, or null without a response. If entries were refused, the code of the first one in RV(errors).
  returned: failure
  type: int
  sample: 10
http_status:
  description: HTTP status of the response, or null without a response.
  returned: failure
  type: int
  sample: 200
response:
  description: Response of the API, decoded.
  returned: failure, if there is one
  type: dict
  sample: {"success": false, "code": 10, "message": "Incorrect API Key"}
"""

import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError
from ansible_collections.community.smspartner.plugins.module_utils._module import Context, Result, run
from ansible_collections.community.smspartner.plugins.module_utils._phone import all_to_e164
from ansible_collections.community.smspartner.plugins.module_utils._reconcile import Execution, Plan, id_and_number, plan_absent, plan_present


def main() -> None:
    options: dict[str, dict[str, t.Any]] = {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "phone_numbers": {"type": "list", "elements": "str"},
        "previous_phone_numbers": {"type": "list", "elements": "str"},
        "ids": {"type": "list", "elements": "int"},
        "purge": {"type": "bool", "default": False},
        "max_removals": {"type": "int", "default": 100},
        "concurrency": {"type": "int", "default": 8},
        "requests_per_minute": {"type": "int", "default": 2000},
    }
    run(reconcile, options, required_if=[("state", "absent", ["phone_numbers", "ids"], True)])


def reconcile(context: Context) -> Result:
    _check(context.options)
    plan = _plan(context)
    if plan.kept:
        kept = ", ".join(f'ID {stop.id} ("{stop.phone_number}")' for stop in plan.kept)
        context.warn(f"The purge kept entries whose number is not in E.164 form: {kept}.")
    result = _predicted(plan) if context.check_mode else Execution(context.stop_list, plan, context.warn).run(context.options["concurrency"])
    return {**result, "diff": _diff(plan, result)} if context.diff_mode else result


def _check(options: Result) -> None:
    if not 1 <= options["concurrency"] <= 32:
        raise InputError("concurrency", "must be from 1 to 32", "Give the number of requests to send at a time.")
    if options["max_removals"] < -1:
        raise InputError("max_removals", "must be -1 or more", "Give -1 for no limit.")
    if options["state"] == "present" and options["ids"] is not None:
        raise InputError("ids", "can only be used with state=absent", "Set state=absent to remove them. To add numbers, use phone_numbers.")
    if options["state"] == "present" and options["phone_numbers"] is None:
        raise InputError("phone_numbers", "required with state=present", "Give the numbers, or [] for an empty list.")
    if options["state"] == "absent" and options["purge"]:
        raise InputError("purge", "can only be used with state=present", "Leave it out, or set state=present and give all numbers that the list should keep.")
    if options["previous_phone_numbers"] is not None and (options["state"] == "absent" or options["purge"]):
        advice = "A purge removes all other numbers. To remove certain numbers, use phone_numbers with state=absent."
        raise InputError("previous_phone_numbers", "can only be used with state=present and without purge", advice)


def _plan(context: Context) -> Plan:
    options = context.options
    numbers, previous = (all_to_e164(options[name] or [], name) for name in ("phone_numbers", "previous_phone_numbers"))
    ids = set(options["ids"] or [])
    listed = context.stop_list.entries() if options["purge"] else context.stop_list.entries(numbers={*numbers, *previous}, ids=ids)
    if options["state"] == "absent":
        return plan_absent(listed.stops, numbers, ids)
    return plan_present(listed.stops, numbers, purge=options["purge"], previous=previous, max_removals=options["max_removals"])


def _predicted(plan: Plan) -> Result:
    return {
        "changed": bool(plan.add or plan.remove),
        "added": [{"id": None, "phone_number": number} for number in plan.add],
        "removed": [id_and_number(stop) for stop in plan.remove],
        "unchanged": plan.unchanged,
        "errors": [],
    }


def _diff(plan: Plan, result: Result) -> Result:
    """Return the entries that changed, a line each."""
    ids = {entry["id"] for entry in result["removed"]}
    before = sorted(f"{stop.phone_number} (id {stop.id}, created at {stop.created_at or 'an unknown time'})\n" for stop in plan.remove if stop.id in ids)
    after = sorted(f"{entry['phone_number']}\n" for entry in result["added"])
    return {"before_header": "stop list", "after_header": "stop list", "before": "".join(before), "after": "".join(after)}


if __name__ == "__main__":
    main()
