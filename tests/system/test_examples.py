# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that the documentation shows is run: the examples of each module, the playbooks of the guides, and the README's own."""

from __future__ import annotations

import html
import re
import runpy
import shutil
import socket
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

if t.TYPE_CHECKING:
    from conftest import Ansible, Emulator

MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
EXAMPLES = ROOT / "docs" / "examples"
PLAYBOOKS = sorted(EXAMPLES.glob("*.yml"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
VAULT = ("-e", "vault_smspartner_api_key=demo-key")


def blocks(language: str) -> list[str]:
    """The README's code blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def examples(module: Path) -> list[dict[str, t.Any]]:
    (block,) = re.findall(r'^EXAMPLES = r"""(.*?)"""', module.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return t.cast("list[dict[str, t.Any]]", yaml.safe_load(block))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_the_examples_of_a_module(ansible: Ansible, emulator: Emulator, module: Path, tmp_path: Path) -> None:
    emulator.reset_to([{"id": stop_id, "phoneNumber": f"+33612345{stop_id:03d}"} for stop_id in range(666, 680)])
    shutil.copy2(EXAMPLES / "stop-list.txt", tmp_path)
    tasks = examples(module)
    for options in (["--check", "--diff"], []):
        output = ansible.tasks(tasks, *VAULT, *options)
        assert "failed=0" in output
        assert "[WARNING]" not in output
        for task in tasks:
            assert task["name"] in output or "block" in task


def test_an_example_that_rescues_shows_the_failure(ansible: Ansible, emulator: Emulator) -> None:
    emulator.faults({"call": "delete", "code": 40, "message": "API access denied", "times": -1})
    (example,) = (task for task in examples(ROOT / "plugins" / "modules" / "smspartner_stop_remove.py") if "rescue" in task)
    assert "API access denied" in ansible.tasks([example], *VAULT).split("TASK [Tell why it failed]")[1]


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda playbook: playbook.stem)
def test_a_playbook_of_the_guides(ansible: Ansible, emulator: Emulator, collections: Path, playbook: Path) -> None:
    installed = collections / "ansible_collections" / "community" / "smspartner" / "docs" / "examples" / playbook.name
    assert "failed=0" in ansible.playbook(installed)


def test_what_the_guide_says_of_check_mode(ansible: Ansible, emulator: Emulator) -> None:
    playbook = EXAMPLES / "receive-sms-again.yml"
    assert "+33612345678 would receive SMS again" in ansible.playbook(playbook, "--check")
    assert "+33612345678 can receive SMS again" in ansible.playbook(playbook, "-e", "customer_number='06 12 34 56 78'")
    assert "+33612345678 is not on the stop list" in ansible.playbook(playbook, "--check")


@pytest.mark.parametrize("playbook", ["keep-equal.yml", "nightly.yml"])
def test_a_file_without_a_number_empties_no_list(ansible: Ansible, emulator: Emulator, tmp_path: Path, playbook: str) -> None:
    (tmp_path / "numbers.txt").write_text("# None yet.\n\n", encoding="utf-8")
    output = ansible.playbook(EXAMPLES / playbook, "-e", f"list_file={tmp_path}/numbers.txt", succeeds=False)
    assert "numbers.txt has no number in it" in output
    assert emulator.numbers == ["+33612345678"]


@pytest.mark.parametrize(("change", "ends_well"), [(("yes", "YES"), True), (("yes", "oui"), False), ((";", ","), False)])
def test_an_export_that_was_not_understood_is_no_success(
    ansible: Ansible, emulator: Emulator, tmp_path: Path, change: tuple[str, str], ends_well: bool
) -> None:
    export = (EXAMPLES / "opt-outs.csv").read_text(encoding="utf-8")
    (tmp_path / "export.csv").write_text(export.replace(*change), encoding="utf-8")
    ansible.playbook(EXAMPLES / "take-over-opt-outs.yml", "-e", f"export_file={tmp_path}/export.csv", succeeds=ends_well)
    assert len(emulator.numbers) == (3 if ends_well else 1)


@pytest.mark.parametrize("key", ["demo-key", "wrong-key"])
def test_the_pipelines(ansible: Ansible, emulator: Emulator, tmp_path: Path, key: str) -> None:
    """What each runs, review and merge, leaves behind what the review reads, whether the playbook fails or not."""
    (job,) = yaml.safe_load((EXAMPLES / "pipelines" / "github-actions.yml").read_text(encoding="utf-8"))["jobs"].values()
    gitlab = yaml.safe_load((EXAMPLES / "pipelines" / "gitlab-ci.yml").read_text(encoding="utf-8"))
    on_github, review, apply = job["steps"][-1]["run"], "\n".join(gitlab["review"]["script"]), "\n".join(gitlab["apply"]["script"])
    for name in ("keep-equal.yml", "stop-list.txt"):
        shutil.copy2(EXAMPLES / name, tmp_path)
    summary, difference = tmp_path / "summary.md", tmp_path / "stop-list.diff"
    environment = {**ansible.environment, "SMSPARTNER_API_KEY": key, "GITHUB_STEP_SUMMARY": str(summary), "CHECK": ""}
    expected = "++33712345678" if key == "demo-key" else "code 10"

    def succeeds(script: str, **variables: str) -> bool:
        return subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env={**environment, **variables}, check=False).returncode == 0

    for script, shown in ((review, difference), (on_github, summary)):
        emulator.reset("+33612345678")
        assert succeeds(script, CHECK="--check") == (key == "demo-key")
        assert expected in shown.read_text(encoding="utf-8")
        assert emulator.numbers == ["+33612345678"]
    for script in (apply, on_github):
        emulator.reset("+33612345678")
        assert succeeds(script) == (key == "demo-key")
        assert len(emulator.numbers) == (3 if key == "demo-key" else 1)


def test_the_readme_as_its_reader_follows_it(ansible: Ansible, clone: Path, tmp_path: Path) -> None:
    """The commands of "Try it", on a port that is free, with the play at the top and the output below it."""
    prepare, run = ("\n".join(re.findall(r"^\$ (.*)", block, re.MULTILINE)) for block in blocks("console")[1:3])
    install, _newline, start = prepare.rpartition("\n")
    address = blocks("console")[1].splitlines()[-1]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
    of_the_reader = {name: ansible.environment[name] for name in ("PATH", "HOME", "LC_ALL", "ANSIBLE_NOCOLOR")}

    def shell(commands: str, folder: Path) -> subprocess.Popen[str]:
        command = ["bash", "-ec", commands.replace("40321", port)]
        return subprocess.Popen(command, cwd=folder, env=of_the_reader, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    (tmp_path / "remove.yml").write_text(blocks("yaml")[0], encoding="utf-8")
    assert "was installed successfully" in shell(install, clone).communicate()[0]
    with shell(f"exec {start}", clone) as emulator:
        try:
            assert emulator.stdout is not None
            assert emulator.stdout.readline().strip() == address.replace("40321", port)
            first, second = (shell(run, tmp_path).communicate()[0] for _time in range(2))
        finally:
            emulator.terminate()
    assert blocks("text")[0] in first
    assert "ok=1    changed=0" in second


def test_the_key_in_a_vault_as_the_readme_shows_it(ansible: Ansible, emulator: Emulator, tmp_path: Path) -> None:
    """Its two commands; what a terminal would be asked for, the editor and the password, comes from files."""
    (commands,) = ("\n".join(re.findall(r"^\$ (.*)", block, re.MULTILINE)) for block in blocks("console") if "ansible-vault" in block)
    (line,) = re.findall(r"`(vault_\S+: \"[^\"]*\")`", README)
    emulator.reset_to([{"id": 666, "phoneNumber": "+33612345678"}])
    (tmp_path / "remove.yml").write_text(blocks("yaml")[0], encoding="utf-8")
    (tmp_path / "password").write_text("secret", encoding="utf-8")
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\ncat > $1 <<'END'\n{line.replace('YOUR-KEY', 'demo-key')}\nEND\n", encoding="utf-8")
    editor.chmod(0o700)
    without_a_terminal = commands.replace("create", "create --skip-tty-check").replace(" --ask-vault-pass", "")
    environment = {**ansible.environment, "EDITOR": str(editor), "ANSIBLE_VAULT_PASSWORD_FILE": "password"}
    subprocess.run(["bash", "-ec", without_a_terminal], cwd=tmp_path, env=environment, check=True)
    assert emulator.numbers == []
    assert "demo-key" not in (tmp_path / "group_vars" / "all.yml").read_text(encoding="utf-8")


def test_the_readme_names_every_module() -> None:
    assert set(re.findall(r"^\| `(smspartner_\w+)` \|", README, re.MULTILINE)) == {module.stem for module in MODULES}


def test_the_readme_names_the_versions_that_are_tested() -> None:
    tested = runpy.run_path(str(ROOT / "noxfile.py"))
    rows = [tuple(row.strip("| ").split(" | ")) for row in README.splitlines() if re.match(r"\| [23]\.", row)]
    cores = [(core, python) for python, core in tested["CORES"]]
    libraries = [(python, *(library.partition("==")[2] or "newest" for library in pinned)) for python, _core, *pinned in tested["LIBRARIES"]]
    assert rows == cores + libraries
    guide = (ROOT / "docs" / "docsite" / "rst" / "versions.rst").read_text(encoding="utf-8")
    listed = "\n".join(" ".join(row.split()) for row in guide.replace("\n      - ", " | ").splitlines())
    assert [row for row in rows if not re.search(rf"[*|-] {re.escape(' | '.join(row))}$", listed, re.MULTILINE)] == []


def test_the_picture_shows_the_demo() -> None:
    picture = html.unescape((ROOT / "docs" / "demo.svg").read_text(encoding="utf-8")).replace("\u00a0", " ")
    (play,) = yaml.safe_load((ROOT / "docs" / "examples" / "demo.yml").read_text(encoding="utf-8"))
    names = [task["name"] for task in play["tasks"] if "block" not in task]
    assert [name for name in names if f"[{name}]" not in picture] == []
    assert "failed=0" in picture
