# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as its user has it: built, installed, and run by ``ansible-playbook`` against the emulator."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client, running

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
GUIDES = ROOT / "docs" / "docsite" / "rst"
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))
BIN = Path(sys.executable).parent
# Numbers of old and new numbering plans, and a short code
PLANS = ["+22507123456", "+2290197123456", "+22997123456", "+33612345678", "+5215512345678", "36111"]
ADD, INFO, REMOVE, STOPS = (f"community.smspartner.smspartner_{name}" for name in ("stop_add", "stop_info", "stop_remove", "stops"))


def code_blocks(guide: Path) -> list[str]:
    """Return the code blocks of a guide."""
    text = guide.read_text(encoding="utf-8")
    return [textwrap.dedent(block).strip() for block in re.findall(r"^\.\. code-block:: \S+\n\n((?:    .*\n|\n)+)", text + "\n", re.MULTILINE)]


class Ansible:
    """Runs Ansible's commands in a home of their own, with the installed build of the collection and nothing of the user's."""

    def __init__(self, place: Path, collections: Path, api_url: str) -> None:
        self.place = place
        self.environment = {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(place),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "SMSPARTNER_API_KEY": "demo-key",
            "SMSPARTNER_API_URL": api_url,
        }

    def playbook(self, playbook: str | Path, *arguments: str, succeeds: bool = True, **environment: str) -> str:
        """Run a playbook, given its path or its name in the collection, and return all that it printed.

        It must end as expected, without a traceback or a deprecation.
        """
        command = [str(BIN / "ansible-playbook"), f"community.smspartner.{playbook}" if isinstance(playbook, str) else str(playbook), *arguments]
        done = subprocess.run(command, cwd=self.place, env={**self.environment, **environment}, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        assert (done.returncode == 0) == succeeds, output
        assert "Traceback" not in output
        assert "DEPRECATION" not in output
        return output

    def tasks(self, tasks: list[t.Any], *arguments: str, succeeds: bool = True, hosts: str = "localhost", **environment: str) -> str:
        """Run tasks in a play."""
        playbook = self.place / "playbook.json"
        playbook.write_text(json.dumps([{"name": "Tasks", "hosts": hosts, "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        return self.playbook(playbook, *arguments, succeeds=succeeds, **environment)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that is uploaded to Galaxy."""
    place = tmp_path_factory.mktemp("build")
    _galaxy(place, "build", str(ROOT), "--output-path", str(place))
    (archive,) = place.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="session")
def collections(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collections path with the build installed."""
    place = tmp_path_factory.mktemp("collections")
    _galaxy(place, "install", str(build), "--offline", "-p", str(place))
    return place


def _galaxy(home: Path, *arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "ANSIBLE_COLLECTIONS_PATH": str(home)}
    subprocess.run([str(BIN / "ansible-galaxy"), "collection", *arguments], env=environment, check=True, capture_output=True)


@pytest.fixture(scope="session")
def shared_emulator() -> t.Iterator[Client]:
    with running() as client:
        yield client


@pytest.fixture
def emulator(shared_emulator: Client) -> Client:
    shared_emulator.reset_numbers("+33612345678")
    return shared_emulator


@pytest.fixture
def ansible(tmp_path: Path, collections: Path, emulator: Client) -> Ansible:
    return Ansible(tmp_path, collections, emulator.api_url)
