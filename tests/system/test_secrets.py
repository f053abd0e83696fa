# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key is in no output of a real run, at the highest verbosity, nor in its log."""

from __future__ import annotations

import html
import json
import typing as t
from urllib.parse import quote, quote_plus

import pytest

if t.TYPE_CHECKING:
    from conftest import Ansible, Emulator

REMOVE, ADD, INFO, STOPS = (f"community.smspartner.smspartner_{name}" for name in ("stop_remove", "stop_add", "stop_info", "stops"))
FAULTS = (
    {"echo": True},
    {"redirect": "https://elsewhere.example/?apiKey=k"},
    {"drop": "before"},
    {"status": 503, "body": ""},
    {"body": "<html>"},
)


@pytest.mark.parametrize("by_option", [True, False], ids=["api_key", "environment"])
@pytest.mark.parametrize("key", ["k3y+/=&%Z-secret", "clé très sécrète \"'\\ <x>"])
def test_no_spelling_of_the_key_is_in_any_output(ansible: Ansible, emulator: Emulator, key: str, by_option: bool) -> None:
    emulator.reset("+33612345678", "+33712345678", api_key=key)
    looked_up = "{{ lookup('ansible.builtin.env', 'THE_KEY') }}"
    options: dict[str, t.Any] = {"retries": 0, **({"api_key": looked_up} if by_option else {})}
    calls: list[tuple[str, dict[str, t.Any]]] = [
        (INFO, {}),
        (REMOVE, {"id": 1}),
        (REMOVE, {"id": 1}),
        (ADD, {"phone_number": "0612345678"}),
        (STOPS, {"phone_numbers": ["0799999999"], "purge": True}),
        (REMOVE, {"id": 1, "api_url": "http://127.0.0.1:9/v1"}),
        (REMOVE, {"id": 1, "api_url": "https://127.0.0.1:9/v1?x=1"}),
        (REMOVE, {"id": 1, "response_format": "xml", "api_key": key + "x"}),
        (REMOVE, {"id": 1, "api_key": "{{ omit }}", "apiKey": looked_up}),
        *((module, wish) for _fault in FAULTS for module, wish in ((REMOVE, {"id": 2}), (ADD, {"phone_number": "0612345679"}))),
    ]
    emulator.faults(*({"call": "delete", **fault} for fault in ({"work": True}, {"work": True}, {"work": True}, *FAULTS)))
    emulator.faults(*({"call": "add", **fault} for fault in ({"work": True}, {"work": True}, *FAULTS)))
    tasks = [{"name": f"Task {number}", module: {**options, **wish}, "ignore_errors": True} for number, (module, wish) in enumerate(calls)]
    log = ansible.place / "ansible.log"
    environment = {"THE_KEY": key, **({} if by_option else {"SMSPARTNER_API_KEY": key})}
    written = ansible.tasks(tasks, "-vvvv", "--diff", environment={"ANSIBLE_LOG_PATH": str(log), "ANSIBLE_INJECT_INVOCATION": "true", **environment})
    assert f"TASK [Task {len(calls) - 1}]" in written
    assert "The answer begins" in written
    assert "Unsupported parameters" in written
    written += log.read_text(encoding="utf-8")
    in_json = json.dumps(key)[1:-1]
    spellings = {key, quote(key), quote(key, safe=""), quote_plus(key), quote(quote_plus(key)), html.escape(key), in_json, json.dumps(in_json)[1:-1]}
    assert [spelling for spelling in spellings if spelling in written] == []
