# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands and pipelines of the guides on a file in git, in a real repository with a remote."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import ADD, EXAMPLES, GUIDES, Ansible

GITLAB = yaml.safe_load((EXAMPLES / "pipelines" / "gitlab-ci.yml").read_text(encoding="utf-8"))
GITHUB = yaml.safe_load((EXAMPLES / "pipelines" / "github-actions.yml").read_text(encoding="utf-8"))["jobs"]
STOP_BEFORE, STOP_BETWEEN = "+33600000001", "+33600000002"  # customers who answered STOP
A, B, C, D = "+33612345678", "+33612345679", "+33712345678", "+32470123456"
KEY = "SMSPARTNER_API_KEY"
OUTDATED = "Nothing to apply: this commit is behind the tag applied, or no longer on the branch."


class Run(t.NamedTuple):
    succeeded: bool
    output: str
    report: str = ""  # what the reviewer reads

    @property
    def difference(self) -> set[str]:
        return set(re.findall(r"^[+-]\+[0-9]+", self.report, re.MULTILINE))


class Project:
    """A remote repository with the list, whose default branch is ``trunk`` and whose jobs run in a new clone each time."""

    def __init__(self, folder: Path, ansible: Ansible, pipeline: str) -> None:
        self.remote, self.clone = folder / "remote", folder / "clone"
        self._is_gitlab = pipeline == "gitlab"
        self._jobs = (folder / f"job{number}" for number in itertools.count())
        tools = folder / "tools"
        self._environment = {**ansible.environment, "PATH": f"{tools}:{ansible.environment['PATH']}", "GIT_CONFIG_GLOBAL": "/dev/null"}
        self._tools = tools
        tools.mkdir()
        for tool in ("pip", "ansible-galaxy"):  # everything is installed
            self.replace_tool(tool, "")
        for command in (["init", "--bare", "--initial-branch=trunk", str(self.remote)], ["clone", self.remote.as_uri(), str(self.clone)]):
            subprocess.run(["git", *command], env=self._environment, capture_output=True, check=True)

    def replace_tool(self, name: str, script: str) -> None:
        (self._tools / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (self._tools / name).chmod(0o700)

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com", *arguments]
        return subprocess.run(command, cwd=self.clone, env=self._environment, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, *numbers: str, file: str = "stop-list.txt") -> str:
        """Commit and push the list, or another file if no number is given."""
        (self.clone / (file if numbers else "README")).write_text("\n".join(numbers), encoding="utf-8")
        self.git("add", ".")
        self.git("commit", "--allow-empty", "--message=Change")
        self.git("push", "--force", "origin", "HEAD")
        return self.git("rev-parse", "HEAD")

    def merge(self, *numbers: str, base: str = "trunk") -> tuple[Run, str]:
        """Review and merge a branch, begun at ``base``, that has this list; return the review and the merge."""
        self.git("switch", "--force-create", "change", base)
        branch = self.commit(*numbers)
        self.git("switch", "trunk")
        self.git("merge", "--no-ff", "change")
        merge = self.git("rev-parse", "HEAD")
        if not self._is_gitlab:  # which reviews the branch, where GitHub reviews the merge
            self.git("push", "origin", f"HEAD:refs/heads/merge-of-{merge}")
        review = self.run(branch if self._is_gitlab else merge, job="review")
        self.git("push", "origin", "trunk")
        return review, merge

    def run(self, revision: str, job: str = "apply") -> Run:
        """Run a job of the pipeline for a revision."""
        folder = next(self._jobs)
        self.git("clone", self.remote.as_uri(), str(folder))
        self.git("-C", str(folder), "checkout", revision)
        if self._is_gitlab:
            commands = "\n".join([*GITLAB["default"]["before_script"], *GITLAB[job]["script"]])
            names = {"CI_COMMIT_BRANCH": "trunk", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "trunk", "CI_COMMIT_SHA": revision}
            succeeded, output = self.shell(commands, folder, **names)
            report = folder / "stop-list.diff"
        else:
            report = folder / "summary"
            succeeded, output = self._steps(GITHUB[job]["steps"], folder, report)
        return Run(succeeded, output, report.read_text(encoding="utf-8") if report.exists() else "")

    def _steps(self, steps: list[dict[str, t.Any]], folder: Path, summary: Path) -> tuple[bool, str]:
        """Run the steps of a job on GitHub. The key is only in the environment of the steps that name it."""
        written, succeeded, output = folder / "output", True, ""
        written.touch()
        for step in (step for step in steps if "run" in step):
            outputs = dict(line.split("=") for line in written.read_text(encoding="utf-8").splitlines())
            if not succeeded or ("outdated" in step.get("if", "") and "outdated" in outputs):
                continue
            given = {"BRANCH": "refs/heads/trunk", "BASE": outputs.get("base", ""), KEY: "demo-key"}
            environment = {KEY: "", **{name: given[name] for name in step.get("env", {})}}
            files = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(written)}
            succeeded, more = self.shell(step["run"], folder, **files, **environment)
            output += more
        return succeeded, output

    def shell(self, script: str, folder: Path | None = None, **variables: str) -> tuple[bool, str]:
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=folder or self.clone,
            env={**self._environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode == 0, done.stdout

    @property
    def applied(self) -> str:
        return self.git("ls-remote", "origin", "refs/tags/applied").partition("\t")[0]


@pytest.fixture(params=["gitlab", "github"])
def project(request: pytest.FixtureRequest, ansible: Ansible, emulator: Client, tmp_path: Path) -> Project:
    emulator.reset_numbers(STOP_BEFORE)
    return Project(tmp_path, ansible, request.param)


def test_the_commands_of_the_guide_remove_what_several_commits_deleted(ansible: Ansible, emulator: Client, tmp_path: Path) -> None:
    emulator.reset_numbers(STOP_BEFORE)
    guide = (GUIDES / "guide_follow_the_file.rst").read_text(encoding="utf-8")
    first, *later = re.findall(r"^    \$ (.*)", guide, re.MULTILINE)
    project = Project(tmp_path, ansible, "none")
    identity: dict[str, t.Any] = {f"GIT_{who}_{what}": "user@localhost" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    project.commit(A, B)
    for numbers, commands in ([A, B], [first]), ([A], later[:1]), ([A, C], later):
        (project.clone / "stop-list.txt").write_text("\n".join(numbers), encoding="utf-8")
        for command in commands:
            succeeded, output = project.shell(command, **identity)
            assert succeeded, output
    assert set(emulator.numbers) == {STOP_BEFORE, A, C}
    assert project.applied == project.git("rev-parse", "HEAD")


def test_a_merge_changes_what_its_review_showed(project: Project, ansible: Ansible, emulator: Client) -> None:
    first = project.run(project.commit("06 12 34 56 78", "06 12 34 56 79"))
    assert first.succeeded, first.output
    assert "Nothing is removed: no base was given" in first.output
    assert set(emulator.numbers) == {STOP_BEFORE, A, B}

    review, second = project.merge("+33 6 12 34 56 78", "07 12 34 56 78")  # the first number in another format
    assert review.succeeded, review.output
    assert review.difference == {f"+{C}", f"-{B}"}
    assert set(emulator.numbers) == {STOP_BEFORE, A, B}
    ansible.tasks([{"name": "Answer STOP", ADD: {"phone_number": STOP_BETWEEN}}])
    assert project.run(second).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, STOP_BETWEEN, A, C}
    assert project.applied == second

    project.git("revert", "--no-edit", "--mainline=1", second)
    project.git("push", "origin", "trunk")
    assert project.run("trunk").succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, STOP_BETWEEN, A, B}


def test_a_merge_that_failed_or_was_skipped_is_made_up_for(project: Project, emulator: Client) -> None:
    assert project.run(project.commit(A, B)).succeeded
    failed = project.commit(A, C)
    emulator.fault(call="delete", code=40, message="API access denied")
    assert not project.run(failed).succeeded
    project.commit(C)  # its run is skipped
    review, last = project.merge(C, D)
    assert review.difference == {f"+{D}"}  # without what is still to be made up for
    assert project.run(last).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, C, D}


def test_a_review_shows_no_change_of_other_merges(project: Project, emulator: Client) -> None:
    first = project.commit(A, B, "# 1", "# 2", "# 3")
    assert project.run(first).succeeded
    assert project.run(project.commit(B, "# 1", "# 2", "# 3")).succeeded
    review, merge = project.merge(A, B, "# 1", "# 2", "# 3", C, base=first)
    assert review.difference == {f"+{C}"}
    assert project.run(merge).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, B, C}


def test_a_retry_of_an_old_job_changes_nothing_and_says_why(project: Project, emulator: Client) -> None:
    first, second = project.commit(A), project.commit(B)
    assert project.run(second).succeeded
    retry = project.run(first)
    assert retry.succeeded
    assert OUTDATED in retry.output
    assert set(emulator.numbers) == {STOP_BEFORE, B}
    assert project.applied == second
    assert OUTDATED not in project.run(second).output


def test_a_branch_that_was_reset_is_applied_but_no_retry_of_what_it_dropped(project: Project, emulator: Client) -> None:
    first, dropped = project.commit(A), project.commit(B)
    assert project.run(dropped).succeeded
    project.git("reset", "--hard", first)
    project.git("push", "--force", "origin", "trunk", f"{dropped}:refs/heads/dropped")
    assert project.run(first).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, A}
    project.commit(C)
    assert OUTDATED in project.run(dropped).output
    assert set(emulator.numbers) == {STOP_BEFORE, A}
    assert project.applied == first


def test_a_renamed_file_removes_nothing_and_says_so(project: Project, emulator: Client) -> None:
    project.commit(A, B, file="old.txt")
    project.git("tag", "applied")
    project.git("push", "origin", "applied")
    project.git("mv", "old.txt", "stop-list.txt")
    run = project.run(project.commit(A))
    assert run.succeeded
    assert "Nothing is removed: stop-list.txt did not exist in applied" in run.output
    assert set(emulator.numbers) == {STOP_BEFORE, A}


@pytest.mark.parametrize("verb", ["ls-remote", "fetch"])
def test_a_tag_that_cannot_be_fetched_fails_the_run(project: Project, emulator: Client, verb: str) -> None:
    first, second = project.commit(A), project.commit(B)
    assert project.run(first).succeeded
    project.replace_tool("git", f'[ "$1" != {verb} ] && exec {shutil.which("git")} "$@"')
    assert not project.run(second).succeeded
    assert set(emulator.numbers) == {STOP_BEFORE, A}


def test_a_failed_review_shows_why(project: Project, emulator: Client) -> None:
    project.commit(A)
    emulator.fault(call="list", code=10, message="Incorrect API Key")
    review, _merge = project.merge(C)
    assert not review.succeeded
    assert "code 10" in review.report


@pytest.mark.parametrize("project", ["github"], indirect=True)
def test_a_summary_stays_below_the_limit_of_github(project: Project) -> None:
    project.commit(B)
    project.replace_tool("ansible-playbook", "yes ++33612345678 | head --bytes=2000000")
    review, _merge = project.merge(A)
    assert review.succeeded
    assert len(review.output) == 2000000
    assert 1000000 < len(review.report) < 1 << 20
    assert review.report.endswith("The log has all of it.\n")
