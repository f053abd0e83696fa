# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands and pipelines of the guides on a file in git, in a real repository."""

from __future__ import annotations

import itertools
import re
import shutil
import string
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import ADD, EXAMPLES, GUIDES, Ansible

GITLAB = yaml.safe_load((EXAMPLES / "pipelines" / "gitlab-ci.yml").read_text(encoding="utf-8"))
(GITHUB,) = yaml.safe_load((EXAMPLES / "pipelines" / "github-actions.yml").read_text(encoding="utf-8"))["jobs"].values()
NO_BASE = "0" * 40
STOP_BEFORE, STOP_BETWEEN = "+33600000001", "+33600000002"  # customers who answered STOP
A, B, C = "+33612345678", "+33612345679", "+33712345678"


class Run(t.NamedTuple):
    succeeded: bool
    report: str  # what the reviewer reads

    @property
    def difference(self) -> set[str]:
        return set(re.findall(r"^[+-]\+[0-9]+", self.report, re.MULTILINE))


class Project:
    """A repository with the playbook and the list, whose pipeline runs in a new clone each time."""

    def __init__(self, folder: Path, ansible: Ansible, pipeline: str) -> None:
        self._folder = folder
        self._origin = folder / "origin"
        self._is_gitlab = pipeline == "gitlab"
        self._clones = (folder / f"clone{number}" for number in itertools.count())
        tools = folder / "tools"
        self._environment = {**ansible.environment, "PATH": f"{tools}:{ansible.environment['PATH']}", "GIT_CONFIG_GLOBAL": "/dev/null"}
        tools.mkdir()
        for tool in ("pip", "ansible-galaxy"):  # everything is installed
            (tools / tool).write_text("#!/bin/sh\n", encoding="utf-8")
            (tools / tool).chmod(0o700)
        self._origin.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        shutil.copy2(EXAMPLES / "follow-the-file.yml", self._origin)

    def git(self, *arguments: str) -> str:
        return self.command("git", "-c", "user.name=Test", "-c", "user.email=test@example.com", *arguments)

    def command(self, *command: str) -> str:
        return subprocess.run(command, cwd=self._origin, env=self._environment, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, *numbers: str) -> str:
        """Commit the list, or only the playbook if no number is given."""
        if numbers:
            (self._origin / "stop-list.txt").write_text("\n".join(numbers), encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message=Change")
        return self.git("rev-parse", "HEAD")

    def merge(self, *numbers: str) -> tuple[Run, str]:
        """Review and merge a branch with this list; return the review and the merge."""
        base = self.git("rev-parse", "HEAD")
        self.git("switch", "--quiet", "--force-create", "change")
        branch = self.commit(*numbers)
        self.git("switch", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "change")
        merge = self.git("rev-parse", "HEAD")
        # GitLab reviews the branch, GitHub the merge.
        return self.run(branch, base, review=True) if self._is_gitlab else self.run(merge, "HEAD^1", review=True), merge

    def run(self, revision: str, base: str, *, review: bool = False, clone: t.Sequence[str] = ()) -> Run:
        folder = next(self._clones)
        self.git("clone", "--quiet", *clone, self._origin.as_uri(), str(folder))
        self.git("-C", str(folder), "checkout", "--quiet", revision)
        report = folder / "report"
        if self._is_gitlab:
            job = GITLAB["review" if review else "apply"]
            scripts = ["\n".join([*GITLAB["default"]["before_script"], *job["script"]])]
            variable = "CI_MERGE_REQUEST_DIFF_BASE_SHA" if review else "CI_COMMIT_BEFORE_SHA"
            variables = {"BASE": string.Template(job["variables"]["BASE"]).substitute({variable: base})}
            report = folder / "stop-list.diff" if review else report
        else:
            scripts = [step["run"] for step in GITHUB["steps"] if "run" in step]
            variables = {"BASE": base, "CHECK": "--check" if review else "", "GITHUB_STEP_SUMMARY": str(report)}
        succeeded = all(
            subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=folder, env={**self._environment, **variables}, check=False).returncode == 0
            for script in scripts
        )
        return Run(succeeded, report.read_text(encoding="utf-8") if report.exists() else "")


@pytest.fixture(params=["gitlab", "github"])
def project(request: pytest.FixtureRequest, ansible: Ansible, tmp_path: Path) -> Project:
    return Project(tmp_path, ansible, request.param)


def test_the_commands_of_the_guide_remove_what_several_commits_deleted(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    guide = (GUIDES / "guide_follow_the_file.rst").read_text(encoding="utf-8")
    show, *apply = re.findall(r"^    \$ (.*)", guide, re.MULTILINE)
    project = Project(tmp_path, ansible, "none")
    for numbers, commands in ([A, B], apply), ([A], []), ([A, C], [show, *apply]):
        project.commit(*numbers)
        project.command("bash", "-ec", "\n".join(commands))
    assert set(emulator.numbers) == {A, C}


def test_only_what_a_merge_changes_in_the_file_changes_on_the_list(project: Project, ansible: Ansible, emulator: Client) -> None:
    emulator.reset_numbers(STOP_BEFORE)
    first = project.commit("06 12 34 56 78", "06 12 34 56 79")
    assert project.run(first, NO_BASE).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, A, B}

    review, second = project.merge("+33 6 12 34 56 78", "07 12 34 56 78")  # the first number is respelled
    assert review.succeeded
    assert review.difference == {f"+{C}", f"-{B}"}
    assert set(emulator.numbers) == {STOP_BEFORE, A, B}
    emulator.fault(call="delete", code=40, message="API access denied")
    assert not project.run(second, first).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, A, B, C}
    assert project.run(second, first).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, A, C}

    ansible.tasks([{"name": "Answer STOP", ADD: {"phone_number": STOP_BETWEEN}}])
    project.git("revert", "--no-edit", "--mainline=1", second)
    assert project.run("main", second).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, STOP_BETWEEN, A, B}


def test_a_failed_review_shows_why(project: Project, emulator: Client) -> None:
    project.commit("0612345678")
    emulator.fault(call="list", code=10, message="Incorrect API Key")
    review, _merge = project.merge("0712345678")
    assert not review.succeeded
    assert "code 10" in review.report


def test_a_base_without_the_file_means_that_nothing_is_removed(project: Project, emulator: Client) -> None:
    base = project.commit()
    assert project.run(project.commit("0712345678"), base).succeeded
    assert set(emulator.numbers) == {A, C}


@pytest.mark.parametrize(("base", "clone"), [(None, ["--depth=1"]), ("1" * 40, []), ("", [])], ids=["shallow clone", "unknown", "empty"])
def test_a_base_that_cannot_be_read_fails_the_run(project: Project, emulator: Client, base: str | None, clone: list[str]) -> None:
    first = project.commit("0612345678")
    project.commit("0712345678")
    assert not project.run("main", first if base is None else base, clone=clone).succeeded
    assert emulator.calls == []
