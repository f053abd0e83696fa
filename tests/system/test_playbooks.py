# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks of the collection, run by name in another folder, on files as people save them."""

from __future__ import annotations

import re
import subprocess
import zlib
from pathlib import Path

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import GUIDES, PLANS, Ansible, code_blocks

A, B, C, D = "+33612345678", "+33712345678", "+32470123456", "+33699999999"
OF_A_LIST_FILE = ["add_in_batches", "apply_file", "keep_equal"]
# The deprecations are Ansible's: of a file that is not UTF-8, and of native types as an option. The settings of git must not matter.
GIT = {"GIT_DIR": "/nonexistent", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "grep.patternType", "GIT_CONFIG_VALUE_0": "fixed"}
SETTINGS = {"ANSIBLE_DEPRECATION_WARNINGS": "false", **GIT}


class Lists:
    """Runs playbooks on files that lie in a folder beside the one of the command."""

    def __init__(self, ansible: Ansible, folder: Path) -> None:
        self._ansible = ansible
        self._folder = folder / "lists"
        self._folder.mkdir()
        ansible.place = folder / "elsewhere"
        ansible.place.mkdir()

    def run(self, playbook: str, content: str | bytes, *options: str, succeeds: bool = True) -> str:
        file = self._folder / ("export.csv" if playbook == "take_over_opt_outs" else "my [list].txt")
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        variable = "export_file" if playbook == "take_over_opt_outs" else "list_file"
        return self._ansible.playbook(playbook, "-e", f"{variable}='../lists/{file.name}'", *options, succeeds=succeeds, **SETTINGS)

    def commit(self) -> None:
        for command in (["init", "--quiet"], ["add", "."], ["-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "x"]):
            subprocess.run(["git", "-C", str(self._folder), *command], check=True)


@pytest.fixture
def lists(ansible: Ansible, emulator: Client, tmp_path: Path) -> Lists:
    emulator.reset_numbers(A, D)
    return Lists(ansible, tmp_path)


def changes(output: str) -> set[str]:
    """Return the numbers that a diff adds and removes, such as ``-+33612345678``."""
    return set(re.findall(r"^[+-]\+?[0-9]+", output, re.MULTILINE))


def test_a_customer_receives_sms_again(ansible: Ansible, emulator: Client) -> None:
    assert f"{A} would receive SMS again" in ansible.playbook("receive_sms_again", "-e", "customer_number=0612345678", "--check")
    assert f"{A} can receive SMS again" in ansible.playbook("receive_sms_again", "-e", "customer_number='06 12 34 56 78'")
    assert f"{A} is not on the stop list" in ansible.playbook("receive_sms_again", "-e", f"customer_number={A}")
    assert emulator.numbers == []


def test_a_project_needs_one_line(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    (line,) = (block for block in code_blocks(GUIDES / "guide_automation_platform.rst") if "import_playbook" in block)
    (tmp_path / "receive-sms-again.yml").write_text(line, encoding="utf-8")
    assert "can receive SMS again" in ansible.playbook(tmp_path / "receive-sms-again.yml", "-e", "customer_number=0612345678")


def test_an_exported_list_can_be_kept_equal_without_a_change(lists: Lists, ansible: Ansible, emulator: Client) -> None:
    emulator.reset_numbers(*PLANS)
    ansible.playbook("export_stop_list")
    assert "changed=0" in ansible.playbook("export_stop_list", "-e", "export_folder=../elsewhere", "--check")
    exported = {file.suffix: file.read_text(encoding="utf-8") for file in ansible.place.glob("exported-stop-list.*")}
    assert exported[".csv"].splitlines()[:2] == ["id,phone_number,created_at", f"1,{PLANS[0]},2015-07-20 10:19:45"]
    assert exported[".json"].startswith('[\n    {\n        "created_at": "2015-07-20 10:19:45",\n        "id": 1,\n')
    assert {oct(file.stat().st_mode)[-3:] for file in ansible.place.glob("exported-stop-list.*")} == {"600"}
    assert "changed=0" in lists.run("keep_equal", exported[".txt"], "-emax_removals=0")
    emulator.reset_numbers(A)
    ansible.environment |= {"ANSIBLE_JINJA2_NATIVE": "true", **SETTINGS}
    ansible.playbook("export_stop_list")
    assert (ansible.place / "exported-stop-list.txt").read_text(encoding="utf-8") == f"{A}\n"


@pytest.mark.parametrize("playbook", OF_A_LIST_FILE)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("06 12 34 56 78\n&#43;33612345679\n+33 7 12 34 56 78 # by telephone\n", r"line 2, \"&#43;33612345679\" is not a phone number"),
        ("# ours\n06 12 34 56 78\n+44 07911 123456  # as on the card\n0032 0470 12 34 56\n", "(+447911123456); line 4,"),
        ("06 12 34 56 78\n00612345679\n0 07 12 34 56 78\n", r"line 2, \"00612345679\" can be +33612345679 or +612345679; line 3,"),
        ("# ours\n06 12 34 56 78\n".encode("utf-16"), "the text is not UTF-8 (line 1)"),
        ("# None yet.\n\n\u200b\n", "the text contains no phone numbers"),
    ],
    ids=["escaped plus", "foreign zero", "doubled zero", "UTF-16", "no number"],
)
def test_a_file_that_cannot_be_read_changes_nothing(lists: Lists, emulator: Client, playbook: str, content: str | bytes, message: str) -> None:
    output = lists.run(playbook, content, succeeds=False)
    assert message in output
    assert "../lists/my [list].txt" in output
    assert emulator.calls == []


@pytest.mark.parametrize("playbook", OF_A_LIST_FILE)
def test_marks_line_ends_and_invisible_characters_do_no_harm(lists: Lists, emulator: Client, playbook: str) -> None:
    content = "\ufeff# Comment.\r\n06 12 34 56 78\r\n\r\n\u200b\r\n06 99\u2028 99 99 99\r\n\ufeff+33 7 12\x0b34 56 78\u200b # asked\r\n"
    assert "changed=1" in lists.run(playbook, content, "--check")
    assert emulator.numbers == [A, D]
    for changed in (1, 0):
        assert f"changed={changed}" in lists.run(playbook, content)
    assert emulator.numbers == [A, D, B]


@pytest.mark.parametrize(("playbook", "options"), [("keep_equal", []), ("apply_file", ["-ebase=HEAD"])])
def test_a_refused_number_removes_nothing(lists: Lists, emulator: Client, playbook: str, options: list[str]) -> None:
    emulator.reset_numbers(*(f"+3361234567{number}" for number in range(3)))
    lists.run("apply_file", "\n".join(emulator.numbers))
    lists.commit()
    output = lists.run(playbook, "101\n102\n103\n", *options, succeeds=False)  # IDs instead of numbers
    assert "Nothing was removed, because all additions have to be accepted first" in output
    assert len(emulator.numbers) == 3


def test_a_file_is_followed_since_its_base(lists: Lists, emulator: Client) -> None:
    output = lists.run("apply_file", f"{A}\n{B}\n")
    assert "Nothing is removed: no base was given" in output
    lists.run("apply_file", f"{A}\n{B}\nnot a number\n", succeeds=False)
    lists.commit()
    content = f"06 12 34 56 78\n{C}\n"
    checked = lists.run("apply_file", content, "-ebase=HEAD", "--check", "--diff")
    assert changes(checked) == {f"+{C}", f"-{B}"}
    assert emulator.numbers == [A, D, B]
    assert "the limit is 0, but 1 of the entries would be removed" in lists.run("apply_file", content, "-ebase=HEAD", "-emax_removals=0", succeeds=False)
    for changed in (1, 0):
        assert f"changed={changed}" in lists.run("apply_file", content, "-ebase=HEAD")
    assert emulator.numbers == [A, D, C]


@pytest.mark.parametrize(("base", "reason"), [*((base, "unable to resolve revision") for base in ("", "unknown", "HEAD~1")), ("HEAD", "unable to read")])
@pytest.mark.parametrize("mode", [(), ("--check",)])
def test_a_base_that_cannot_be_read_changes_nothing(lists: Lists, emulator: Client, tmp_path: Path, base: str, reason: str, mode: tuple[str, ...]) -> None:
    lists.run("keep_equal", f"{A}\n{D}\n")
    lists.commit()
    objects = (tmp_path / "lists" / ".git" / "objects").glob("??/*")
    next(file for file in objects if zlib.decompress(file.read_bytes()).startswith(b"blob")).unlink()
    before = len(emulator.calls)
    assert reason in lists.run("apply_file", f"{B}\n", f"-ebase={base}", *mode, succeeds=False)
    assert len(emulator.calls) == before


def test_a_file_that_its_base_does_not_have_removes_nothing_and_says_so(lists: Lists, emulator: Client, tmp_path: Path) -> None:
    (tmp_path / "lists" / "other.txt").write_text(A, encoding="utf-8")
    lists.commit()
    assert "Nothing is removed: ../lists/my [list].txt did not exist in HEAD" in lists.run("apply_file", B, "-ebase=HEAD")
    assert emulator.numbers == [A, D, B]


def test_the_list_is_synchronized_with_a_file(lists: Lists, emulator: Client) -> None:
    assert changes(lists.run("keep_equal", f"{A}\n{B}\n", "--check", "--diff")) == {f"+{B}", f"-{D}"}
    assert "the limit is 0, but 1 of the entries would be removed" in lists.run("keep_equal", A, "-emax_removals=0", succeeds=False)
    assert emulator.numbers == [A, D]
    lists.run("keep_equal", f"{A}\n{B}\n")
    assert emulator.numbers == [A, B]


HEADER = "customer;phone;opted_out\n"


@pytest.mark.parametrize(
    ("content", "options", "numbers"),
    [
        (code_blocks(GUIDES / "guide_take_over_opt_outs.rst")[0], [], [A, B, "+33712345679"]),
        ('sep=;\r\ncustomer;phone;opted_out\r\n"Martin; Anne";07 12 34 56 78;yes\r\nB;0612345679;no\r\n', [], [B]),
        ("\ufeffcustomer,phone,opted_out\nA,0712345678, Yes\u00a0\n", ["-edelimiter=,"], [B]),
        (
            "phone;unsubscribed_at\n0712345678;2026-03-01 10:00:00\n0612345679;\n",
            ["-eopt_out_column=unsubscribed_at", "-eopted_out=*", "-enot_opted_out="],
            [B],
        ),
        ("phone;optout\n0712345678;1\n0612345679;FALSE\n", ["-eopt_out_column=optout", '-e{"opted_out": [1, "true"], "not_opted_out": ["0", "false"]}'], [B]),
    ],
    ids=["guide", "separator", "comma", "dates", "lists"],
)
def test_the_opt_outs_of_another_system_are_imported(lists: Lists, emulator: Client, content: str, options: list[str], numbers: list[str]) -> None:
    new = [number for number in numbers if number != A]
    for mode, kept in ((["--check"], [A, D]), ([], [A, D, *new])):
        output = lists.run("take_over_opt_outs", content, *options, *mode)
        assert f"New on the stop list: {len(new)}; already there: {len(numbers) - len(new)}" in output
        assert sorted(emulator.numbers) == sorted(kept)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + "A;3,36E+10;yes\nB;='0612345678';perhaps\n", r"line 2, \"3,36E+10\" is not a phone number; line 3, \"perhaps\" is neither"),
        ("phone;opted_out;phone\n0612345678;yes;0712345678\n", "line 1, several columns are named 'phone'; the columns are"),
        ("customer;phone;optout\nA;0712345678;yes\n", "line 1, no column is named 'opted_out'; the columns are"),
        (HEADER + 'A;"0712345678;yes\nB;0712345678;yes\n', "line 2 is not CSV"),
        (HEADER + "A;0712345678;no\nB;;yes\n", "no customer with a number opted out"),
        ("customer;phone;opted_out\nH\u00e9l\u00e8ne;0712345678;yes\n".encode("cp1252"), "the text is not UTF-8 (line 2)"),
    ],
    ids=["rows", "doubled column", "column", "quote", "no opt-out", "encoding"],
)
def test_an_export_that_is_not_understood_changes_nothing(lists: Lists, emulator: Client, content: str | bytes, message: str) -> None:
    output = lists.run("take_over_opt_outs", content, succeeds=False)
    assert message in output
    assert "../lists/export.csv" in output
    assert emulator.calls == []


def test_a_long_list_shows_its_progress_and_goes_on_after_a_failed_batch(lists: Lists, emulator: Client) -> None:
    numbers = "".join(f"+3361234{number}\n" for number in range(3500, 6000))
    output = lists.run("add_in_batches", numbers, "--check")
    assert "(item=2,000 of 2,500)" in output
    assert "(item=2,500 of 2,500)" in output
    emulator.fault(call="add", code=9)
    output = lists.run("add_in_batches", "0700000001\n0700000002\n0700000003\n", "-ebatch_size=2", succeeds=False)
    assert "(item=2 of 3)" in output
    assert len(emulator.numbers) == 4
    lists.run("add_in_batches", "0700000001\n0700000002\n0700000003\n", "-ebatch_size=0")
    assert len(emulator.numbers) == 5


@pytest.mark.parametrize(("playbook", "variable"), [*((name, "list_file") for name in OF_A_LIST_FILE), ("take_over_opt_outs", "export_file")])
def test_a_missing_file_fails(ansible: Ansible, emulator: Client, playbook: str, variable: str) -> None:
    assert "none.txt" in ansible.playbook(playbook, "-e", f"{variable}=none.txt", succeeds=False)
    assert emulator.calls == []
