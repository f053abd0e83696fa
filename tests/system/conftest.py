# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as its user has it: built, installed, and run by the real ``ansible-playbook`` against the emulator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

Json = dict[str, t.Any]


class Emulator:
    """The emulator, steered over HTTP."""

    def __init__(self, api_url: str) -> None:
        self.api_url = api_url
        self._control = api_url.removesuffix("v1") + "_emulator/"

    def reset(self, *numbers: str, api_key: str = "demo-key") -> None:
        stops = [{"id": stop_id, "phoneNumber": number, "createdAt": "2015-07-20 10:19:45"} for stop_id, number in enumerate(numbers, start=1)]
        self._post("reset", {"api_keys": [api_key], "stops": stops})

    def reset_to(self, stops: list[Json]) -> None:
        self._post("reset", {"api_keys": ["demo-key"], "stops": stops})

    def faults(self, *faults: Json) -> None:
        self._post("faults", {"faults": list(faults)})

    @property
    def numbers(self) -> list[str]:
        return [stop["phoneNumber"] for stop in requests.get(self._control + "stops", timeout=10).json()["stops"]]

    def _post(self, verb: str, body: Json) -> None:
        requests.post(self._control + verb, json=body, timeout=10).raise_for_status()


class Ansible:
    """Runs Ansible's commands in a home of their own, with the installed build of the collection and nothing of the user's."""

    def __init__(self, place: Path, collections: Path, api_url: str) -> None:
        self.place = place
        self.collections = collections
        self.environment = {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(place),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "SMSPARTNER_API_KEY": "demo-key",
            "SMSPARTNER_API_URL": api_url,
        }

    def playbook(self, playbook: Path, *arguments: str, succeeds: bool = True, environment: t.Mapping[str, str] | None = None) -> str:
        """Run a playbook, and return all that it printed; it must end as expected, without a traceback or a deprecated way."""
        command = [str(BIN / "ansible-playbook"), str(playbook), *arguments]
        whole = {**self.environment, **(environment or {})}
        done = subprocess.run(command, cwd=playbook.parent, env=whole, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        assert (done.returncode == 0) == succeeds, output
        assert "Traceback" not in output
        assert "DEPRECATION" not in output
        return output

    def tasks(self, tasks: list[t.Any], *arguments: str, succeeds: bool = True, environment: t.Mapping[str, str] | None = None) -> str:
        """Run tasks in a play on this host."""
        playbook = self.place / "playbook.json"
        playbook.write_text(json.dumps([{"name": "Tasks", "hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        return self.playbook(playbook, *arguments, succeeds=succeeds, environment=environment)


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a checkout has: the files of the project, and no others."""
    clone = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    return clone


@pytest.fixture(scope="session")
def build(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that is uploaded to Galaxy."""
    place = tmp_path_factory.mktemp("build")
    _galaxy(place, "build", str(clone), "--output-path", str(place))
    (archive,) = place.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="session")
def collections(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("collections")
    _galaxy(place, "install", str(build), "--offline", "-p", str(place))
    return place


def _galaxy(home: Path, *arguments: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "ANSIBLE_COLLECTIONS_PATH": str(home)}
    subprocess.run([str(BIN / "ansible-galaxy"), "collection", *arguments], env=environment, check=True, capture_output=True)


@pytest.fixture(scope="session")
def shared_emulator() -> t.Iterator[Emulator]:
    with subprocess.Popen([sys.executable, str(ROOT / "tests" / "emulator")], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Emulator(process.stdout.readline().strip().removeprefix("api_url="))
        finally:
            process.terminate()


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    shared_emulator.reset("+33612345678")
    return shared_emulator


@pytest.fixture
def ansible(tmp_path: Path, collections: Path, emulator: Emulator) -> Ansible:
    return Ansible(tmp_path, collections, emulator.api_url)
