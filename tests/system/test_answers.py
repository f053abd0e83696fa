# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer holds besides the code cannot make Ansible take a change for a failure."""

from __future__ import annotations

import json
import typing as t

import pytest

if t.TYPE_CHECKING:
    from conftest import Ansible, Emulator


@pytest.mark.parametrize(
    "member",
    [
        '"x": "\\ud800"',
        '"\\udfff": 1',
        '"x": {"__ansible_type": "y"}',
        '"__ansible_type": {"__ansible_unsafe": 1}',
        '"__ansible_vault": "z"',
        '"_ansible_no_log": true',
    ],
)
def test_an_answer_that_ansible_could_not_carry_is_a_change(ansible: Ansible, emulator: Emulator, member: str) -> None:
    emulator.reset("+33612345678")
    emulator.faults({"call": "delete", "body": f'{{"success": true, "code": 200, {member}}}', "work": True})
    removal = {"name": "Remove", "community.smspartner.smspartner_stop_remove": {"id": 1}, "register": "removal"}
    assertion = {"name": "See", "ansible.builtin.assert": {"that": ["removal is changed", "removal.response.code == 200", "removal.response | length == 3"]}}
    assert "changed=1" in ansible.tasks([removal, assertion])
    assert emulator.numbers == []


def test_a_list_that_ansible_could_not_carry_is_read(ansible: Ansible, emulator: Emulator) -> None:
    row = {"id": 1, "phoneNumber": "+33612345678", "createdAt": {"__ansible_type": "\ud800"}}
    emulator.faults({"call": "list", "body": json.dumps({"success": True, "code": 200, "nbData": 1, "data": [row]})})
    reading = {"name": "Read", "community.smspartner.smspartner_stop_info": {}, "register": "reading"}
    assertion = {"name": "See", "ansible.builtin.assert": {"that": "reading.stops[0].created_at == {'____ansible_type': '\ufffd'}"}}
    ansible.tasks([reading, assertion])
