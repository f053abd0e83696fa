#!/usr/bin/python

# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: smspartner_stops
short_description: Keep many numbers on, or off, the SMS Partner stop list
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Puts many numbers on the stop list of an SMS Partner account, takes many off, or makes the list equal to a given one, in one task.
  - The list is read once, and a request is sent for each entry that has to change, several at a time and within the API's quota.
  - A run that ended early can be run again. It carries on from where the list is.
extends_documentation_fragment:
  - community.smspartner.attributes
  - community.smspartner.connection
options:
  state:
    description:
      - V(present) puts O(phone_numbers) on the list.
      - V(absent) takes O(phone_numbers) and O(ids), of which at least one must be given, off the list.
    type: str
    choices: [present, absent]
    default: present
  phone_numbers:
    description:
      - The numbers, each in French national form or in international form, in any usual spelling. Spellings of one number count once.
      - One without a country code is read as French. A zero after the country code, as in V(+33 (0\)6 12 34 56 78), is dropped.
      - One that cannot be read fails the task before any change. Country and length are checked, and not whether it is a mobile's.
      - Put each in quotes. A number that arrives as an integer is refused, and so is one in national form without its leading zero.
    type: list
    elements: str
  ids:
    description: The IDs of entries to take off the list; with O(state=absent) only.
    type: list
    elements: int
  purge:
    description:
      - Also remove every entry whose number is not among O(phone_numbers); with O(state=present) only. An empty list empties the stop list.
      - Customers who answer STOP come on the list by themselves. A purge takes them off again unless O(phone_numbers) has them.
      - An entry whose number is not in international form, such as a short code, is kept, with a warning.
    type: bool
    default: false
  max_removals:
    description: A purge that would remove more entries than this fails before any change; V(-1) sets no limit.
    type: int
    default: 100
  concurrency:
    description: How many requests may be under way at a time, from 1 to 32.
    type: int
    default: 8
  requests_per_minute:
    description: How many requests may be sent in a minute, evenly spaced. The default is the API's quota for one IP address.
    type: int
    default: 2000
requirements:
  - phonenumbers >= 8.12.15, for O(phone_numbers)
notes:
  - In check mode the stop list is read and nothing is changed.
  - A stop can take up to 48 hours to show on the list. Until then, check mode predicts an addition that the API refuses, and a run fails.
  - A refusal of the account, or a server that gives no usable answer, ends the run. What was done until then is in the result.
seealso:
  - module: community.smspartner.smspartner_stop_add
  - module: community.smspartner.smspartner_stop_info
  - module: community.smspartner.smspartner_stop_remove
"""

EXAMPLES = r"""
- name: Take over the opt-outs of another system
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: ["06 12 34 56 78", "+33 7 12 34 56 78"]

- name: Keep on the list what a file has, one number a line, with remarks after a "#"
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: >-
      {{ lookup('ansible.builtin.file', 'stop-list.txt').splitlines()
         | map('regex_replace', '#.*', '') | map('trim') | select | list }}

- name: Let several customers receive SMS again
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    state: absent
    phone_numbers: ["0612345678"]
    ids: [667]

- name: Keep the stop list equal to a given one
  community.smspartner.smspartner_stops:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: ["+33612345678", "+33712345678"]
    purge: true
    max_removals: 20
"""

RETURN = r"""
added:
  description: The entries put on the list, or that would be in check mode.
  returned: success, and on failure once the changes had begun
  type: list
  elements: dict
  contains:
    id:
      description: The entry's ID; none where it is not known, as in check mode.
      returned: always
      type: int
      sample: 300
    phone_number:
      description: The number in international form.
      returned: always
      type: str
      sample: "+33612345678"
removed:
  description: The entries taken off the list, or that would be in check mode.
  returned: success, and on failure once the changes had begun
  type: list
  elements: dict
  contains:
    id:
      description: The entry's ID.
      returned: always
      type: int
      sample: 19
    phone_number:
      description: The number as the API listed it.
      returned: always
      type: str
      sample: "+33712345678"
unchanged:
  description: How many of the numbers and IDs given were as they should be.
  returned: success, and on failure once the changes had begun
  type: int
  sample: 41
errors:
  description: The entries that the API refused; not those that were never tried.
  returned: success, and on failure once the changes had begun
  type: list
  elements: dict
  contains:
    id:
      description: The entry's ID.
      returned: for a removal
      type: int
      sample: 19
    phone_number:
      description: The number.
      returned: always
      type: str
      sample: "+33712345678"
    code:
      description: The API's code.
      returned: always
      type: int
      sample: 9
    msg:
      description: What the API said, what it means, and what to do about it.
      returned: always
      type: str
      sample: >-
        Could not put +33712345678 on the stop list. The reason: the API refused it (code 9: the phone number is invalid).
        Check the phone number; write it in international form, such as +33612345678.
code:
  description: The API's code; the last one, where several entries were refused.
  returned: failure, if there was a code
  type: int
  sample: 10
http_status:
  description: The HTTP status of the answer.
  returned: failure, if there was an answer
  type: int
  sample: 200
response:
  description: The API's answer.
  returned: failure, if there was an answer
  type: dict
  sample: {"success": false, "code": 10, "message": "Incorrect API Key"}
"""

import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._module import Result, Task, run
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164
from ansible_collections.community.smspartner.plugins.module_utils._reconcile import Execution, Pace, Plan, named, plan_absent, plan_present


def main() -> None:
    run(
        reconcile,
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "phone_numbers": {"type": "list", "elements": "str"},
            "ids": {"type": "list", "elements": "int"},
            "purge": {"type": "bool", "default": False},
            "max_removals": {"type": "int", "default": 100},
            "concurrency": {"type": "int", "default": 8},
            "requests_per_minute": {"type": "int", "default": 2000},
        },
        pace=_pace,
        required_if=[("state", "present", ["phone_numbers"]), ("state", "absent", ["phone_numbers", "ids"], True)],
    )


def reconcile(task: Task) -> Result:
    _check(task.options)
    numbers = _numbers(task.options["phone_numbers"] or [])
    plan = _plan(task, numbers)
    if plan.kept:
        listed = ", ".join(f"{stop.phone_number} (id {stop.id})" for stop in plan.kept)
        task.warn(f"The purge keeps what is not in international form: {listed}.")
    result = _predicted(plan) if task.check_mode else _executed(task, plan)
    return {**result, "diff": _diff(plan, result)} if task.diff_mode else result


def _pace(options: dict[str, t.Any]) -> t.Callable[[], float]:
    if options["requests_per_minute"] < 1:
        raise InputError("requests_per_minute", "it is less than 1", "Give the number of requests that a minute may hold.")
    return Pace(options["requests_per_minute"])


def _check(options: dict[str, t.Any]) -> None:
    if not 1 <= options["concurrency"] <= 32:
        raise InputError("concurrency", "it is not from 1 to 32", "Give the number of requests to have under way at a time.")
    if options["max_removals"] < -1:
        raise InputError("max_removals", "it is less than -1", "Give -1 for no limit.")
    if options["state"] == "present" and options["ids"] is not None:
        raise InputError("ids", "they go with state: absent only", "An entry gets its id from the API; give phone_numbers.")
    if options["state"] == "absent" and options["purge"]:
        raise InputError("purge", "it goes with state: present only", "Leave it out, or name in phone_numbers what the list is to hold.")


def _numbers(given: list[t.Any]) -> list[str]:
    """The numbers as E.164; all that cannot be read are named in one failure."""
    numbers: list[str] = []
    problems: dict[str, InputError] = {}
    for number in given:
        try:
            numbers.append(to_e164(number, "phone_numbers"))
        except InputError as error:
            problems[f'"{number}"' if isinstance(number, str) else repr(number)] = error
    if len(problems) == 1:
        raise next(iter(problems.values()))
    if problems:
        raise InputError(
            "phone_numbers",
            f"no phone number can be read in {', '.join(problems)}",
            "Nothing was changed. Write them in French national form (0612345678) or in international form (+33612345678), in quotes: "
            "to YAML, an unquoted 0612345670 is an octal number.",
        )
    return numbers


def _plan(task: Task, numbers: list[str]) -> Plan:
    options = task.options
    if options["purge"]:
        return plan_present(task.stop_list.entries().stops, numbers, purge=True, max_removals=options["max_removals"])
    ids = set(options["ids"] or [])
    stops = task.stop_list.entries(numbers=set(numbers), ids=ids).stops
    return plan_absent(stops, numbers, ids) if options["state"] == "absent" else plan_present(stops, numbers)


def _predicted(plan: Plan) -> Result:
    return {
        "changed": bool(plan.add or plan.remove),
        "added": [{"id": None, "phone_number": number} for number in plan.add],
        "removed": [named(stop) for stop in plan.remove],
        "unchanged": plan.unchanged,
        "errors": [],
    }


def _executed(task: Task, plan: Plan) -> Result:
    execution = Execution(task.stop_list, task.warn)
    try:
        execution.execute(plan, task.options["concurrency"])
    except SmsPartnerError as error:
        error.results = execution.result(plan)
        raise
    return execution.result(plan)


def _diff(plan: Plan, result: Result) -> Result:
    """The entries that changed, a line each."""
    ids = {entry["id"] for entry in result["removed"]}
    before = sorted(f"{stop.phone_number} (id {stop.id}, created at {stop.created_at})\n" for stop in plan.remove if stop.id in ids)
    after = sorted(f"{entry['phone_number']}\n" for entry in result["added"])
    return {"before_header": "stop list", "after_header": "stop list", "before": "".join(before), "after": "".join(after)}


if __name__ == "__main__":
    main()
