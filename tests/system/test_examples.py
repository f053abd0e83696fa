# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of the plugins, the playbooks of the guides and the README's own commands run as they are shown."""

from __future__ import annotations

import html
import re
import shutil
import socket
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import EXAMPLES, PLAYBOOKS, ROOT, Ansible

MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
FILTERS = sorted((ROOT / "plugins" / "filter").glob("*.py"))
RULEBOOKS = sorted((ROOT / "extensions" / "eda" / "rulebooks").glob("*.yml"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
VAULT = ("-e", "vault_smspartner_api_key=demo-key")


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def examples(plugin: Path) -> list[dict[str, t.Any]]:
    (block,) = re.findall(r'^EXAMPLES = r"""(.*?)"""', plugin.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return t.cast("list[dict[str, t.Any]]", yaml.safe_load(block))


@pytest.mark.parametrize("plugin", MODULES + FILTERS, ids=lambda plugin: plugin.stem)
def test_the_examples_of_a_plugin_succeed(ansible: Ansible, emulator: Client, plugin: Path, tmp_path: Path) -> None:
    emulator.reset([{"id": stop_id, "phoneNumber": f"+33612345{stop_id:03d}"} for stop_id in range(666, 680)])
    shutil.copy2(EXAMPLES / "stop-list.txt", tmp_path)
    tasks = examples(plugin)
    for options in (["--check", "--diff"], []):
        output = ansible.tasks(tasks, *VAULT, *options)
        assert "failed=0" in output
        assert "[WARNING]" not in output
        for task in tasks:
            assert task["name"] in output or "block" in task


@pytest.mark.parametrize("plugin", FILTERS, ids=lambda plugin: plugin.stem)
def test_the_examples_of_a_filter_show_what_their_comments_say(ansible: Ansible, emulator: Client, tmp_path: Path, plugin: Path) -> None:
    shutil.copy2(EXAMPLES / "stop-list.txt", tmp_path)
    shown = re.findall(r"# Shows (.+)\.$", plugin.read_text(encoding="utf-8"), re.MULTILINE)
    output = ansible.tasks(examples(plugin))
    assert shown
    assert [value for value in shown if f'"msg": "{value}"' not in output] == []


def test_an_example_that_rescues_shows_the_failure(ansible: Ansible, emulator: Client) -> None:
    emulator.fault(call="delete", code=40, message="API access denied", times=-1)
    (example,) = (task for task in examples(ROOT / "plugins" / "modules" / "smspartner_stop_remove.py") if "rescue" in task)
    assert "API access denied" in ansible.tasks([example], *VAULT).split(f"TASK [{example['rescue'][0]['name']}]")[1]


@pytest.mark.parametrize("playbook", sorted(EXAMPLES.glob("*.yml")), ids=lambda playbook: playbook.stem)
def test_an_example_succeeds(ansible: Ansible, emulator: Client, collections: Path, playbook: Path) -> None:
    installed = collections / "ansible_collections" / "community" / "smspartner" / "docs" / "examples" / playbook.name
    assert "failed=0" in ansible.playbook(installed)


def commands(mark: str) -> list[str]:
    """Return the commands of the README's block with this text, without those on virtual environments, because the tests run in one."""
    (block,) = (block for block in blocks("console") if mark in block)
    return [command for command in re.findall(r"^\$ (.*)", block, re.MULTILINE) if "bin/activate" not in command]


def test_the_commands_of_the_readme_work_in_their_order(ansible: Ansible, tmp_path: Path) -> None:
    *install, start = commands("tests/emulator")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    of_the_reader = {name: ansible.environment[name] for name in ("PATH", "HOME", "LC_ALL", "ANSIBLE_NOCOLOR")}

    def shell(script: str, folder: Path) -> subprocess.Popen[str]:
        command = ["bash", "-ec", script.replace("40321", port)]
        return subprocess.Popen(command, cwd=folder, env=of_the_reader, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    (tmp_path / "remove.yml").write_text(blocks("yaml")[0], encoding="utf-8")
    assert "was installed successfully" in shell("\n".join(install), ROOT).communicate()[0]
    with shell(f"exec {start}", ROOT) as emulator:
        try:
            assert emulator.stdout is not None
            assert emulator.stdout.readline().replace(port, "40321") in README
            first, second = (shell("\n".join(commands("=demo-key")), tmp_path).communicate()[0] for _time in range(2))
        finally:
            emulator.terminate()
    assert blocks("text")[0] in first
    assert "ok=1    changed=0" in second


def test_the_vault_commands_of_the_readme_work(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    """What the reader types, the editor's text and the password, comes from files."""
    (line,) = re.findall(r"`(vault_\S+: \"[^\"]*\")`", README)
    emulator.reset([{"id": 666, "phoneNumber": "+33612345678"}])
    (tmp_path / "remove.yml").write_text(blocks("yaml")[0], encoding="utf-8")
    (tmp_path / "password").write_text("secret", encoding="utf-8")
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\ncat > $1 <<'END'\n{line.replace('YOUR-KEY', 'demo-key')}\nEND\n", encoding="utf-8")
    editor.chmod(0o700)
    script = "\n".join([*commands("ansible-vault"), *commands("--ask-vault-pass")])
    without_a_terminal = script.replace("create", "create --skip-tty-check").replace(" --ask-vault-pass", "")
    environment = {**ansible.environment, "EDITOR": str(editor), "ANSIBLE_VAULT_PASSWORD_FILE": "password"}
    assert "changed=1" in subprocess.check_output(["bash", "-ec", without_a_terminal], cwd=tmp_path, env=environment, text=True)
    assert emulator.numbers == ["+33612345678"]
    assert "demo-key" not in (tmp_path / "group_vars" / "all.yml").read_text(encoding="utf-8")


def test_the_readme_names_every_plugin() -> None:
    assert set(re.findall(r"^\| \w+ `(\w+)` \|", README, re.MULTILINE)) == {file.stem for file in MODULES + FILTERS + PLAYBOOKS + RULEBOOKS}


def test_the_picture_shows_the_demo() -> None:
    picture = html.unescape((ROOT / "docs" / "demo.svg").read_text(encoding="utf-8")).replace("\u00a0", " ")
    (play,) = yaml.safe_load((ROOT / "docs" / "examples" / "demo.yml").read_text(encoding="utf-8"))
    names = [task["name"] for task in play["tasks"] if "block" not in task]
    assert [name for name in names if f"[{name}]" not in picture] == []
    assert "failed=0" in picture
