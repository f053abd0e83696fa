# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files, surveys, inventories and failures as people really have them, on the guides' playbooks and on the modules."""

from __future__ import annotations

import json
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.release import __version__
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import ADD, BIN, EXAMPLES, GUIDES, INFO, REMOVE, STOPS, Ansible, code_blocks

OF_A_LIST_FILE = ["follow-the-file.yml", "in-batches.yml", "keep-equal.yml", "nightly.yml"]
# A byte order mark, CRLF, a comment, a blank line, a zero-width space and a no-break space
DIRTY_LIST = "\ufeff# Comment.\r\n06 12 34 56 78\r\n\r\n\u200b\r\n\u00a0 \r\n\ufeff+33 7 12 34 56 78\u200b # asked\r\n"
HEADER = "customer;phone;opted_out\n"
CORE = tuple(map(int, __version__.split(".")[:2]))
LOCAL = 'ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"'
# Numbers of old and new numbering plans, and a short code
PLANS = ["+22507123456", "+2290197123456", "+22997123456", "+33612345678", "+5215512345678", "36111"]


def list_file(folder: Path, content: str, encoding: str = "utf-8") -> str:
    """Write a list file; return the option that gives it to a playbook."""
    file = folder / "numbers.txt"
    file.write_bytes(content.encode(encoding))
    return f"-elist_file={file}"


@pytest.mark.parametrize("playbook", OF_A_LIST_FILE)
def test_byte_order_marks_line_ends_and_invisible_characters_are_ignored(ansible: Ansible, emulator: Client, tmp_path: Path, playbook: str) -> None:
    ansible.playbook(EXAMPLES / playbook, list_file(tmp_path, DIRTY_LIST))
    assert set(emulator.numbers) == {"+33612345678", "+33712345678"}


def test_a_utf16_list_fails_and_shows_its_null_characters(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    numbers = list_file(tmp_path, "# Comment.\n06 12 34 56 78\n", "utf-16")
    output = ansible.playbook(EXAMPLES / "keep-equal.yml", numbers, succeeds=False, ANSIBLE_DEPRECATION_WARNINGS="false")
    assert r"\x000\\x006" in output
    assert emulator.calls == []


@pytest.mark.parametrize("playbook", OF_A_LIST_FILE)
def test_a_file_without_a_number_changes_nothing(ansible: Ansible, emulator: Client, tmp_path: Path, playbook: str) -> None:
    output = ansible.playbook(EXAMPLES / playbook, list_file(tmp_path, "# None yet.\n\n\u200b\n"), succeeds=False)
    assert "numbers.txt has no number in it" in output
    assert emulator.calls == []


@pytest.mark.parametrize(
    ("previous", "message"),
    [
        ("0612345678\n0712345670\n0712345671\n", "Numbers to remove: 2. max_removals allows 1."),
        ("0612345678\n071234567\n", 'item 2, \\"071234567\\" is not a phone number'),
    ],
)
def test_following_a_file_fails_before_any_change(ansible: Ansible, emulator: Client, tmp_path: Path, previous: str, message: str) -> None:
    (tmp_path / "previous.txt").write_text(previous, encoding="utf-8")
    options = (f"-eprevious_file={tmp_path}/previous.txt", "-emax_removals=1", list_file(tmp_path, "06 12 34 56 78"))
    assert message in ansible.playbook(EXAMPLES / "follow-the-file.yml", *options, succeeds=False)
    assert set(emulator.calls) == {"list"}


def test_a_long_run_shows_its_progress(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    numbers = list_file(tmp_path, "".join(f"+3361234{number}\n" for number in range(3500, 6000)))  # one of them is listed
    output = ansible.playbook(EXAMPLES / "in-batches.yml", numbers, "--check")
    assert "(item=2,000 of 2,499)" in output
    assert "(item=2,499 of 2,499)" in output


def test_a_long_run_stops_at_a_failed_batch_but_not_at_a_refused_entry(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    options = (list_file(tmp_path, "0700000001\n0700000002\n0700000003\n0700000004\n"), "-ebatch_size=1")
    for code in (15, None, 40):  # refused, added, failed
        emulator.fault(call="add", code=code)
    ansible.playbook(EXAMPLES / "in-batches.yml", *options, succeeds=False)
    assert emulator.numbers == ["+33612345678", "+33700000002"]
    assert emulator.calls.count("add") == 3
    assert "(item=3 of 3)" in ansible.playbook(EXAMPLES / "in-batches.yml", *options)
    assert len(emulator.numbers) == 5


def test_a_run_in_the_background_can_be_checked_first(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    (task,) = yaml.safe_load(code_blocks(GUIDES / "guide_long_run.rst")[-1])
    task |= {"poll": 1, "vars": {"numbers": ["0712345678"]}}
    for options, numbers in ((["--check"], 1), ([], 2)):
        assert "changed=1" in ansible.tasks([task], *options, ANSIBLE_ASYNC_DIR=str(tmp_path / "async"))
        assert len(emulator.numbers) == numbers


def run_export(ansible: Ansible, folder: Path, export: str, succeeds: bool) -> str:
    (folder / "export.csv").write_text(export, encoding="utf-8")
    return ansible.playbook(EXAMPLES / "take-over-opt-outs.yml", f"-eexport_file={folder}/export.csv", succeeds=succeeds)


@pytest.mark.parametrize(
    "export",
    [
        "\ufeffsep=;\r\n customer ;phone\u00a0; opted_out\r\nA;0712345678;yes\r\n;;\r\n\r\n",
        HEADER + "A;0712345678; Yes\nB;0712345679;no\nC;;yes\n",
        HEADER + '"A; B";07 12 34 56 78;"YES\u00a0\u200b"\n',
    ],
)
def test_blanks_letter_case_and_separator_lines_in_an_export_are_ignored(ansible: Ansible, emulator: Client, tmp_path: Path, export: str) -> None:
    run_export(ansible, tmp_path, export, succeeds=True)
    assert set(emulator.numbers) == {"+33612345678", "+33712345678"}


@pytest.mark.parametrize(
    ("export", "messages"),
    [
        ("", ["found []"]),
        ("customer,phone,opted_out\nA,0712345678,yes\n", ["['phone', 'opted_out']", "found ['customer,phone,opted_out']"]),
        ("customer;phone;optout\nA;0712345678;yes\n", ["found ['customer', 'phone', 'optout']"]),
        (HEADER + "A;0712345678;yes\nB;0712345679;perhaps\nC;0712345670;\n", ["2 of 3 rows", "B;0712345679;perhaps", "C;0712345670;"]),
        (HEADER + "A;0712345678;no\nB;;yes\n", ["No customer"]),
        (
            HEADER + 'A;3,36E+10;yes\nB;33612345678.0;yes\nC;612345678.0;yes\nD;\'0612345678;yes\nE;="0612345678";yes\n'
            "F;06 12 34 56 78 / 07 12 34 56 78;yes\nG;tel:+33612345678;yes\nH;+33 6 12 34 56 78,;yes\n",
            [*(f"item {position}, " for position in range(1, 9)), "3,36E+10", "33612345678.0", "tel:+33612345678"],
        ),
    ],
    ids=["empty", "delimiter", "column", "unclear", "no opt-out", "spreadsheet"],
)
def test_an_export_that_is_not_understood_fails_before_any_request(
    ansible: Ansible, emulator: Client, tmp_path: Path, export: str, messages: list[str]
) -> None:
    output = run_export(ansible, tmp_path, export, succeeds=False)
    assert [message for message in messages if message not in output] == []
    assert emulator.calls == []


@pytest.mark.parametrize(("option", "message"), [("export_file=none.csv", "none.csv does not exist"), ("delimiter=;;", "delimiter must be one character")])
def test_an_export_that_cannot_be_read_is_explained(ansible: Ansible, emulator: Client, option: str, message: str) -> None:
    assert message in ansible.playbook(EXAMPLES / "take-over-opt-outs.yml", "-e", option, succeeds=False)


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
    (tmp_path / "extra-vars.yml").write_text(f"!unsafe 'customer_number': !unsafe '{given}'\n", encoding="utf-8")
    assert message in ansible.playbook(EXAMPLES / "receive-sms-again.yml", "-e", f"@{tmp_path}/extra-vars.yml", succeeds=succeeds)


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


def test_the_inventory_line_of_the_guide_works(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    line = f"localhost {LOCAL}\n"
    assert line in (GUIDES / "guide_install.rst").read_text(encoding="utf-8")
    (tmp_path / "hosts.ini").write_text(line, encoding="utf-8")
    assert "changed=1" in ansible.playbook(EXAMPLES / "receive-sms-again.yml", "-i", str(tmp_path / "hosts.ini"))


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


def test_an_exported_list_changes_nothing_when_it_is_kept_equal(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    emulator.reset_numbers(*PLANS)
    ansible.playbook(EXAMPLES / "export-the-list.yml", f"-eexport_folder={tmp_path}")
    assert "changed=0" in ansible.playbook(EXAMPLES / "keep-equal.yml", f"-elist_file={tmp_path}/exported-stop-list.txt", "-emax_removals=0")


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
