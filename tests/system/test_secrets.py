# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key is in no output of a real run, at the highest verbosity, nor in its log."""

from __future__ import annotations

import html
import json
import typing as t
from urllib.parse import quote

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import ADD, INFO, REMOVE, STOPS, Ansible

FAULTS: tuple[dict[str, t.Any], ...] = (
    {"echo": True},
    {"redirect": "https://elsewhere.example/?apiKey=k"},
    {"drop": "before"},
    {"status": 503, "body": ""},
    {"body": "<html>"},
)
KEY = "k3y+/=&%<Z>\"'secret"


@pytest.mark.parametrize("by_option", [True, False], ids=["api_key", "environment"])
def test_no_spelling_of_the_key_is_in_any_output(ansible: Ansible, emulator: Client, by_option: bool) -> None:
    emulator.reset_numbers("+33612345678", "+33712345678", api_keys=[KEY])
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
        (REMOVE, {"id": 1, "response_format": "xml", "api_key": f"{KEY}x"}),
        (REMOVE, {"id": 1, "api_key": "{{ omit }}", "apiKey": looked_up}),
        *((module, wanted) for _fault in FAULTS for module, wanted in ((REMOVE, {"id": 2}), (ADD, {"phone_number": "0612345679"}))),
    ]
    for call in ("delete", "add"):
        for fault in ({"work": True}, {"work": True}, *({"work": True} for _again in range(call == "delete")), *FAULTS):
            emulator.fault(call=call, **fault)
    tasks = [{"name": f"Task {number}", module: {**options, **wanted}, "ignore_errors": True} for number, (module, wanted) in enumerate(calls)]
    log = ansible.place / "ansible.log"
    shown = {"ANSIBLE_LOG_PATH": str(log), "ANSIBLE_INJECT_INVOCATION": "true"}
    ansible.environment.update(shown, THE_KEY=KEY, SMSPARTNER_API_KEY="" if by_option else KEY)
    written = ansible.tasks(tasks, "-vvvv", "--diff")
    assert f"TASK [Task {len(calls) - 1}]" in written
    assert "The response begins" in written
    assert "Unsupported parameters" in written
    written += log.read_text(encoding="utf-8")
    in_json = json.dumps(KEY)[1:-1]
    spellings = (KEY, quote(KEY), quote(KEY, safe=""), quote(quote(KEY, safe="")), html.escape(KEY), in_json, json.dumps(in_json)[1:-1])
    assert [spelling for spelling in spellings if spelling in written] == []
