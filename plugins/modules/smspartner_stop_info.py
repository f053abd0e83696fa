#!/usr/bin/python

# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: smspartner_stop_info
short_description: Read the SMS Partner stop list
version_added: 1.0.0
author: The community.smspartner contributors (@ansible-collections)
description:
  - Reads the stop list of an SMS Partner account, all of it or certain numbers and IDs.
  - If the list that the API returns is incomplete, the task fails.
extends_documentation_fragment:
  - community.smspartner.attributes.info
  - community.smspartner.attributes.phone
  - community.smspartner.connection
options:
  phone_numbers:
    description:
      - Return the entries with these phone numbers.
      - If O(ids) is also set, entries that match either are returned. If neither is set, all entries are returned.
        An empty list matches nothing.
    type: list
    elements: str
  ids:
    description: Return the entries with these IDs.
    type: list
    elements: int
seealso:
  - module: community.smspartner.smspartner_stop_add
  - module: community.smspartner.smspartner_stop_remove
  - module: community.smspartner.smspartner_stops
  - plugin: community.smspartner.e164
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the whole stop list
  community.smspartner.smspartner_stop_info:
    api_key: "{{ vault_smspartner_api_key }}"
  register: stop_list

- name: Show its length
  ansible.builtin.debug:
    msg: "There are {{ stop_list.total }} numbers on the stop list"

- name: Look up some numbers
  community.smspartner.smspartner_stop_info:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: ["06 12 34 56 78", "+33 7 12 34 56 78"]
  register: found

- name: Show which of them are on the list and which are not
  ansible.builtin.debug:
    msg:
      on_the_list: "{{ found.stops | map(attribute='phone_number') | list }}"
      not_on_the_list: "{{ found.missing_phone_numbers }}"

- name: Show whether one of them is on the list, however it is written
  ansible.builtin.debug:
    msg: "{{ number | community.smspartner.e164 in found.stops | map(attribute='phone_number') }}"
  vars:
    number: "06.12.34.56.78"
"""

RETURN = r"""
stops:
  description: Matching entries, in the order of the API.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the entry.
      returned: success
      type: int
      sample: 19
    phone_number:
      description: Phone number as the API lists it, usually in international form; empty if the entry has none.
      returned: success
      type: str
      sample: "+33612345678"
    created_at:
      description: Time of the addition as the API writes it, or null if the API does not say.
      returned: success
      type: str
      sample: "2015-07-20 10:19:45"
total:
  description: Length of the whole list.
  returned: success
  type: int
  sample: 1
missing_phone_numbers:
  description: Members of O(phone_numbers) that are not on the list, in international form.
  returned: success
  type: list
  elements: str
  sample: ["+33712345678"]
missing_ids:
  description: Members of O(ids) that are not on the list.
  returned: success
  type: list
  elements: int
  sample: [666]
code:
  description: Code of the response, or null if there is none.
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

from ansible_collections.community.smspartner.plugins.module_utils._module import Context, Result, run
from ansible_collections.community.smspartner.plugins.module_utils._phone import all_to_e164


def main() -> None:
    run(read, {"phone_numbers": {"type": "list", "elements": "str"}, "ids": {"type": "list", "elements": "int"}})


def read(context: Context) -> Result:
    given, ids = context.options["phone_numbers"], context.options["ids"]
    numbers = None if given is None else all_to_e164(given, "phone_numbers")
    entries = context.stop_list.entries(numbers=None if numbers is None else set(numbers), ids=None if ids is None else set(ids))
    found_numbers, found_ids = {stop.phone_number for stop in entries.stops}, {stop.id for stop in entries.stops}
    return {
        "changed": False,
        "stops": [stop._asdict() for stop in entries.stops],
        "total": entries.total,
        "missing_phone_numbers": [number for number in numbers or [] if number not in found_numbers],
        "missing_ids": [stop_id for stop_id in dict.fromkeys(ids or []) if stop_id not in found_ids],
    }


if __name__ == "__main__":
    main()
