# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Surveys, inventories, libraries and failures as people really have them."""

from __future__ import annotations

import json
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.release import __version__
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import ADD, BIN, GUIDES, INFO, PLANS, REMOVE, STOPS, Ansible, code_blocks

CORE = tuple(map(int, __version__.split(".")[:2]))
LOCAL = re.findall(r"^ +localhost (ansible_connection=.*)", (GUIDES / "guide_install.rst").read_text(encoding="utf-8"), re.MULTILINE)[0]


def shown(message: str) -> dict[str, t.Any]:
    return {"name": "Show", "ansible.builtin.debug": {"msg": message}}


@pytest.mark.parametrize(
    ("given", "succeeds", "message"),
    [
        ("+33612345678", True, "+33612345678 can receive SMS again"),
        # From ansible-core 2.19 on, this arrives as an integer.
        ("0612345670", CORE < (2, 19), "with spaces" if CORE >= (2, 19) else "+33612345670 is not on the stop list"),
    ],
)
def test_a_survey_accepts_a_number_or_says_how_to_write_it(
    ansible: Ansible, emulator: Client, tmp_path: Path, given: str, succeeds: bool, message: str
) -> None:
    (tmp_path / "hosts.ini").write_text(f"localhost {LOCAL}\n", encoding="utf-8")
    (tmp_path / "extra-vars.yml").write_text(f"!unsafe 'customer_number': !unsafe '{given}'\n", encoding="utf-8")
    assert message in ansible.playbook("receive_sms_again", "-i", "hosts.ini", "-e", f"@{tmp_path}/extra-vars.yml", succeeds=succeeds)


def test_a_number_that_an_inventory_turns_into_an_integer_fails(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    emulator.reset_numbers("+33612345678", "+33712345678", "+32470123456")
    numbers = {"a": "+33612345678", "b": '"+33712345678"', "c": '"+32470123456"'}
    lines = [f"{host} {LOCAL} customer_number={number}\n" for host, number in numbers.items()]
    (tmp_path / "hosts.ini").write_text("[customers]\n" + "".join(lines), encoding="utf-8")
    task = {"name": "Remove", REMOVE: {"phone_number": "{{ customer_number }}"}}
    output = ansible.tasks([task], "-i", str(tmp_path / "hosts.ini"), hosts="customers", succeeds=False)
    assert emulator.numbers == ["+32470123456"]
    assert "| string" in output
    assert "with spaces" in output


def test_an_encrypted_number_is_converted(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret", encoding="utf-8")
    environment = {**ansible.environment, "ANSIBLE_VAULT_PASSWORD_FILE": str(tmp_path / "password")}
    command = [str(BIN / "ansible-vault"), "encrypt_string", "--name=customer_number", "06 12 34 56 78"]
    (tmp_path / "vars.yml").write_bytes(subprocess.check_output(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL))
    ansible.environment = environment
    assert '"+33612345678"' in ansible.tasks([shown("{{ customer_number | community.smspartner.e164 }}")], "-e", f"@{tmp_path}/vars.yml")


def test_a_run_in_the_background_can_be_checked_first(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    (task,) = yaml.safe_load(code_blocks(GUIDES / "guide_long_run.rst")[-1])
    task |= {"poll": 1, "vars": {"numbers": ["0712345678"]}}
    for options, numbers in ((["--check"], 1), ([], 2)):
        assert "changed=1" in ansible.tasks([task], *options, ANSIBLE_ASYNC_DIR=str(tmp_path / "async"))
        assert len(emulator.numbers) == numbers


def test_listed_numbers_are_accepted_by_every_module(ansible: Ansible, emulator: Client) -> None:
    emulator.reset_numbers(*PLANS)
    numbers = "{{ listed.stops | map(attribute='phone_number') }}"
    tasks: list[dict[str, t.Any]] = [
        {INFO: {}, "register": "listed"},
        {INFO: {"phone_numbers": numbers}, "register": "found"},
        {STOPS: {"phone_numbers": numbers, "purge": True, "max_removals": 0}, "register": "kept"},
        {STOPS: {"phone_numbers": numbers, "state": "absent"}, "register": "absent", "check_mode": True},
        {ADD: {"phone_number": "{{ item }}"}, "loop": numbers, "register": "added", "check_mode": True},
        {REMOVE: {"phone_number": "{{ item }}"}, "loop": numbers, "register": "removed"},
        shown("{{ [found.missing_phone_numbers, kept is changed, absent.removed | length, added is changed, removed.results | select('changed') | length] }}"),
    ]
    output = ansible.tasks([{"name": "Task", **task} for task in tasks])
    assert json.loads(output.split('"msg": ')[1].split("}")[0]) == [[], False, 6, False, 6]
    assert emulator.numbers == []


@pytest.mark.parametrize(
    ("library", "error", "options"),
    [
        ("urllib3", "ImportError: urllib3 v2 only supports OpenSSL 1.1.1+", {"id": 1}),
        ("charset_normalizer", "AttributeError: partially initialized module", {"id": 1}),
        ("ssl", "ImportError: no OpenSSL", {"id": 1}),
        ("phonenumbers", "SyntaxError: invalid syntax", {"phone_number": "0612345678"}),
        ("defusedxml", "OSError: disk error", {"id": 1, "response_format": "xml"}),
        ("socks", "ImportError: no PySocks", {"id": 1}),
    ],
)
def test_a_broken_library_is_named_with_its_own_error(
    ansible: Ansible, emulator: Client, tmp_path: Path, library: str, error: str, options: dict[str, t.Any]
) -> None:
    kind, _colon, reason = error.partition(": ")
    (tmp_path / "broken" / library).mkdir(parents=True)
    (tmp_path / "broken" / library / "__init__.py").write_text(f"raise {kind}({reason!r})\n", encoding="utf-8")
    environment = {"PYTHONPATH": str(tmp_path / "broken"), **({"ALL_PROXY": "socks5h://127.0.0.1:9"} if library == "socks" else {})}
    output = ansible.tasks([{"name": "Remove", REMOVE: options, "environment": environment}], succeeds=False)
    assert error in output
    assert "Failed to import the required Python library" in output
    assert emulator.calls == []


def test_a_failure_without_a_response_can_be_handled(ansible: Ansible, emulator: Client) -> None:
    unreachable = {"name": "Fail", REMOVE: {"id": 1, "api_url": "http://127.0.0.1:9/v1", "retries": 0}}
    tasks: list[dict[str, t.Any]] = [
        {"name": "Remove", REMOVE: {"id": 1}},
        {**unreachable, "register": "failed", "ignore_errors": True},
        shown("{{ [failed.code, failed.http_status, ansible_facts.smspartner_stop_remove.code] | to_json }}"),
        {"block": [unreachable], "rescue": [{**shown("Wrong key"), "when": "ansible_failed_result.code == 10"}]},
    ]
    output = ansible.tasks(tasks)
    assert "[null, null, 200]" in output  # a failed task sets no fact
    assert "Wrong key" not in output


@pytest.mark.parametrize(
    ("key", "environment"),
    [("{{ the_key }}", {"ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true"}), ("demo-key", {"JUNIT_HIDE_TASK_ARGUMENTS": "true"})],
)
def test_the_key_is_not_in_a_report_of_the_tasks(ansible: Ansible, emulator: Client, tmp_path: Path, key: str, environment: dict[str, str]) -> None:
    junit = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit", "JUNIT_OUTPUT_DIR": str(tmp_path / "junit")}
    ansible.environment |= {"SMSPARTNER_API_KEY": "", **junit, **environment}
    task = {"name": "Remove", REMOVE: {"id": 1, "api_key": key}, "vars": {"the_key": "demo-key"}}
    output = ansible.tasks([task])
    (report,) = (tmp_path / "junit").iterdir()
    assert "Remove" in report.read_text(encoding="utf-8")
    assert "demo-key" not in output + report.read_text(encoding="utf-8")
