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
  - Reads the stop list of an SMS Partner account, whole or for given numbers or IDs.
  - A list that is not whole is a failure. Half a list is never taken for the whole.
extends_documentation_fragment:
  - community.smspartner.attributes.info
  - community.smspartner.connection
options:
  phone_numbers:
    description:
      - Return the entries of these numbers, in French national form or in international form, in any usual spelling.
      - One without a country code is read as French. A zero after the country code, as in V(+33 (0\)6 12 34 56 78), is dropped.
      - With O(ids) as well, an entry that matches either is returned. With neither, all are. An empty list matches nothing.
      - Put each in quotes. A number that arrives as an integer is refused, and so is one in national form without its leading zero.
    type: list
    elements: str
  ids:
    description: Return the entries with these IDs.
    type: list
    elements: int
requirements:
  - phonenumbers >= 8.12.15, for O(phone_numbers)
seealso:
  - module: community.smspartner.smspartner_stop_add
  - module: community.smspartner.smspartner_stop_remove
  - module: community.smspartner.smspartner_stops
"""

EXAMPLES = r"""
- name: Read the whole stop list
  community.smspartner.smspartner_stop_info:
    api_key: "{{ vault_smspartner_api_key }}"
  register: everything

- name: Show its length
  ansible.builtin.debug:
    msg: "There are {{ everything.total }} numbers on the stop list"

- name: Find out whether a number is on the stop list
  community.smspartner.smspartner_stop_info:
    api_key: "{{ vault_smspartner_api_key }}"
    phone_numbers: ["06 12 34 56 78"]
  register: found

- name: Show the entry's ID
  ansible.builtin.debug:
    msg: "{{ found.stops | map(attribute='id') | first | default('It is not on the list') }}"
"""

RETURN = r"""
stops:
  description: The entries that match, in the API's order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The entry's ID.
      returned: success
      type: int
      sample: 19
    phone_number:
      description: The number as the API lists it, in international form but for such as a short code.
      returned: success
      type: str
      sample: "+33612345678"
    created_at:
      description: When the number came on the list, as the API writes it; none where the API tells none.
      returned: success
      type: str
      sample: "2015-07-20 10:19:45"
total:
  description: The length of the whole list.
  returned: success
  type: int
  sample: 1
http_status:
  description: The HTTP status of the answer.
  returned: failure, if there was an answer
  type: int
  sample: 200
code:
  description: The API's code.
  returned: failure, if there was a code
  type: int
  sample: 10
response:
  description: The API's answer.
  returned: failure, if there was an answer
  type: dict
  sample: {"success": false, "code": 10, "message": "Incorrect API Key"}
"""

from ansible_collections.community.smspartner.plugins.module_utils._module import Result, Task, run
from ansible_collections.community.smspartner.plugins.module_utils._phone import to_e164


def main() -> None:
    run(read, {"phone_numbers": {"type": "list", "elements": "str"}, "ids": {"type": "list", "elements": "int"}})


def read(task: Task) -> Result:
    spellings, ids = task.options["phone_numbers"], task.options["ids"]
    numbers = None if spellings is None else {to_e164(spelling, "phone_numbers") for spelling in spellings}
    entries = task.stop_list.entries(numbers=numbers, ids=None if ids is None else set(ids))
    return {"changed": False, "stops": [stop.as_result() for stop in entries.stops], "total": entries.total}


if __name__ == "__main__":
    main()
