#!/usr/bin/python

# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: smspartner_stop_remove
short_description: Take one number off the SMS Partner stop list
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Takes a number off the stop list of an SMS Partner account, so that it can receive SMS again.
  - An entry that is not on the list is no change.
  - Only the API's answer decides. An answer that cannot be understood is a failure, whatever its HTTP status.
extends_documentation_fragment:
  - community.smspartner.attributes
  - community.smspartner.connection
options:
  id:
    description:
      - The ID of the entry on the stop list, as M(community.smspartner.smspartner_stop_info) shows it. It must be greater than 0.
      - Exactly one of O(id) and O(phone_number) must be given.
    type: int
  phone_number:
    description:
      - The number, in French national form or in international form, in any usual spelling. Every entry that bears it is removed.
      - One without a country code is read as French. A zero after the country code, as in V(+33 (0\)6 12 34 56 78), is dropped.
      - Put it in quotes. To YAML, an unquoted C(0612345670) is an octal number; a number that arrives as an integer is refused,
        and so is one in national form without its leading zero.
    type: str
  response_format:
    description: The format that the API is asked to answer the removal in.
    type: str
    choices: [json, xml]
    default: json
requirements:
  - phonenumbers >= 8.12.15, for O(phone_number)
  - defusedxml >= 0.6.0, for O(response_format=xml)
notes:
  - In check mode the stop list is read and no removal is sent. A stop can take up to 48 hours to show on the list,
    so that the removal of a very new entry by its ID changes what check mode did not predict.
seealso:
  - module: community.smspartner.smspartner_stop_add
  - module: community.smspartner.smspartner_stop_info
  - module: community.smspartner.smspartner_stops
"""

EXAMPLES = r"""
- name: Take an entry off the stop list, with the key from a vault
  community.smspartner.smspartner_stop_remove:
    api_key: "{{ vault_smspartner_api_key }}"
    id: 666

- name: The same, with the key from SMSPARTNER_API_KEY in the environment
  community.smspartner.smspartner_stop_remove:
    id: 666

- name: Let a customer receive SMS again, by number
  community.smspartner.smspartner_stop_remove:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_number: "06 12 34 56 78"

- name: Set the key once for several tasks
  module_defaults:
    group/community.smspartner.smspartner:
      api_key: "{{ vault_smspartner_api_key }}"
  block:
    - name: Take several entries off the stop list
      community.smspartner.smspartner_stop_remove:
        id: "{{ item }}"
      loop: [667, 668]

    - name: See whether an entry would be removed, without removing it
      community.smspartner.smspartner_stop_remove:
        id: 669
      check_mode: true
      register: prediction

    - name: Tell what would happen
      ansible.builtin.debug:
        msg: "{{ 'It is on the list' if prediction is changed else 'It is not on the list' }}"

- name: Take an entry off the stop list and use the API's answer in a later task
  community.smspartner.smspartner_stop_remove:
    api_key: "{{ vault_smspartner_api_key }}"
    id: 670

- name: Show the API's code
  ansible.builtin.debug:
    msg: "The API answered with code {{ ansible_facts.smspartner_stop_remove.code | default('none, as nothing was sent') }}"

- name: Go on when the API refuses the removal
  block:
    - name: Take an entry off the stop list
      community.smspartner.smspartner_stop_remove:
        api_key: "{{ vault_smspartner_api_key }}"
        id: 671
  rescue:
    - name: Tell why it failed
      ansible.builtin.debug:
        msg: "{{ ansible_failed_result.msg }} (code {{ ansible_failed_result.code | default('none') }})"
"""

RETURN = r"""
id:
  description: The entry's ID, as given; with O(phone_number), that of the first entry that bears it.
  returned: when known
  type: int
  sample: 666
ids:
  description: The ID of every entry removed, or that would be removed in check mode. On failure, those that are gone already.
  returned: success, and on failure after a request was tried
  type: list
  elements: int
  sample: [666]
phone_number:
  description: The number in international form; with O(id), as the API lists it.
  returned: when known
  type: str
  sample: "+33612345678"
code:
  description: The API's code.
  returned: when the API answered a removal, and on failure if there was a code
  type: int
  sample: 200
response:
  description:
    - The API's answer to the removal, decoded and otherwise as it came; the last one if there were several entries.
    - Where nothing changed since the entry is not on the list, it is the API's refusal, with code 4 and C(success) false.
    - A name in it that begins with C(_ansible_), which Ansible keeps for itself, gets two more underscores; half a surrogate pair becomes U+FFFD.
    - Empty where no removal was sent, that is, in check mode or when no entry bears O(phone_number).
  returned: success, and on failure if there was an answer
  type: dict
  sample: {"success": true, "code": 200}
content:
  description: The text of the API's answer.
  returned: when a removal was answered, with O(response_format=xml)
  type: str
  sample: "<?xml version='1.0' encoding='UTF-8'?><result><entry>true</entry><entry>200</entry></result>"
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
    smspartner_stop_remove:
      description: The same as RV(response).
      returned: success
      type: dict
      sample: {"success": true, "code": 200}
"""

import typing as t

from ansible_collections.community.smspartner.plugins.module_utils._answer import require_xml_library
from ansible_collections.community.smspartner.plugins.module_utils._errors import SmsPartnerError
from ansible_collections.community.smspartner.plugins.module_utils._module import Result, Task, diff_of, run
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164
from ansible_collections.community.smspartner.plugins.module_utils._stop_list import Change, Stop


def main() -> None:
    run(
        remove,
        {
            "id": {"type": "int"},
            "phone_number": {"type": "str"},
            "response_format": {"type": "str", "choices": ["json", "xml"], "default": "json"},
        },
        mutually_exclusive=[("id", "phone_number")],
        required_one_of=[("id", "phone_number")],
    )


def remove(task: Task) -> Result:
    xml = task.options["response_format"] == "xml"
    if xml:
        require_xml_library()
    subject = _subject(task.options)
    ids: list[int] = []
    answered: Result = {"response": {}}
    try:
        stops = _listed(task, subject)
        if stops:
            subject = {"id": stops[0].id, "phone_number": stops[0].phone_number}
        if task.check_mode:
            ids = [stop.id for stop in stops]
        else:
            for stop_id, change in _removals(task, stops, xml):
                if change.changed:
                    ids.append(stop_id)
                answered = _answered(change, xml)
    except SmsPartnerError as error:
        # What the API said of the entries before is no part of this failure.
        error.results = {"changed": bool(ids), "ids": ids, **subject}
        raise
    result = {"changed": bool(ids), "ids": ids, **subject, **answered, "ansible_facts": {"smspartner_stop_remove": answered["response"]}}
    return {**result, "diff": _diff(stops, ids)} if task.diff_mode else result


def _subject(options: dict[str, t.Any]) -> Result:
    """What the task names the entries by, as the result shows it."""
    if options["id"] is not None:
        return {"id": options["id"]}
    return {"phone_number": to_e164(options["phone_number"], "phone_number")}


def _listed(task: Task, subject: Result) -> list[Stop]:
    """The entries to remove, as the list has them; it is not read where the id is enough."""
    if "phone_number" in subject:
        return task.stop_list.entries(numbers={subject["phone_number"]}).stops
    return task.stop_list.entries(ids={subject["id"]}).stops if task.check_mode or task.diff_mode else []


def _removals(task: Task, stops: list[Stop], xml: bool) -> t.Iterator[tuple[int, Change]]:
    """Remove one entry after the other, each with its id; an id that was given is tried even where the list does not show it."""
    given = task.options["id"]
    for stop_id in [stop.id for stop in stops] if given is None else [given]:
        change = task.stop_list.remove(stop_id, xml=xml)
        if change.warning:
            task.warn(change.warning)
        yield stop_id, change


def _answered(change: Change, xml: bool) -> Result:
    answered = {"code": change.answer.code, "response": change.answer.body}
    return {**answered, "content": change.answer.text} if xml else answered


def _diff(stops: list[Stop], ids: list[int]) -> t.Any:
    known = {stop.id: stop.as_result() for stop in stops}
    return diff_of([known.get(stop_id, {"id": stop_id}) for stop_id in ids], [])


if __name__ == "__main__":
    main()
