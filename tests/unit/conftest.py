# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests share: an emulator of the API, and a way to run a module against it."""

from __future__ import annotations

import functools
import html
import json
import runpy
import subprocess
import sys
import typing as t
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import requests
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible_collections.community.smspartner.plugins.module_utils import _module
from ansible_collections.community.smspartner.plugins.module_utils._api import Api
from ansible_collections.community.smspartner.tests.unit.constants import KEY, MODULES
from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("without_deadline", deadline=None)
settings.load_profile("without_deadline")

SPELLINGS = (KEY, quote(KEY), quote(KEY, safe=""), quote_plus(KEY), quote(quote_plus(KEY)), html.escape(KEY), json.dumps(KEY)[1:-1])
STOPS = (
    {"id": 19, "phoneNumber": "+33612345678", "createdAt": "2015-07-20 10:19:45"},
    {"id": 20, "phoneNumber": "+33712345678", "createdAt": "2016-07-20 10:19:45"},
)

Result = dict[str, t.Any]


class Emulator:
    """The emulator as a process of its own, steered over HTTP."""

    def __init__(self) -> None:
        program = Path(__file__).parents[1] / "emulator"
        self._process = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.api_url = self._process.stdout.readline().strip()[len("api_url=") :]
        self._control = self.api_url[: -len("v1")] + "_emulator/"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    def reset(self, stops: t.Sequence[Result] = STOPS, quota: int | None = None) -> None:
        self._post("reset", {"api_keys": [KEY], "stops": list(stops), "quota": quota})

    def fault(self, **fault: t.Any) -> None:
        self._post("faults", {"faults": [fault]})

    @property
    def requests(self) -> list[Result]:
        return t.cast("list[Result]", self._get("requests"))

    @property
    def calls(self) -> list[str]:
        return [request["call"] for request in self.requests]

    @property
    def ids(self) -> list[int]:
        return [stop["id"] for stop in self._get("stops")]

    @property
    def numbers(self) -> list[str]:
        return [stop["phoneNumber"] for stop in self._get("stops")]

    def _post(self, verb: str, body: Result) -> None:
        with requests.Session() as session:
            session.trust_env = False
            session.post(self._control + verb, json=body, timeout=10).raise_for_status()

    def _get(self, verb: str) -> t.Any:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(self._control + verb, timeout=10).json()[verb]


class Modules:
    """Runs modules in this process, with the real AnsibleModule, and holds every run to what is true of all of them."""

    def __init__(self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._emulator = emulator
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def run(self, name: str, *, check: bool = False, diff: bool = False, **options: t.Any) -> Result:
        given = {"api_key": KEY, "api_url": self._emulator.api_url, "retries": 0, **options}
        arguments = {"ANSIBLE_MODULE_ARGS": {**given, "_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_remote_tmp": "/tmp"}}  # noqa: S108
        self._monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
        self._monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        warnings._global_warnings.clear()  # Ansible keeps them for the life of a process, which is one module's.
        before = len(self._emulator.calls)
        with pytest.raises(SystemExit) as exit_:
            runpy.run_module(MODULES + name, run_name="__main__")
        output = "".join(self._capsys.readouterr())
        for spelling in SPELLINGS:
            assert spelling not in output
        assert "Traceback" not in output
        if check:
            assert set(self._emulator.calls[before:]) <= {"list"}
        result: Result = json.loads(output)
        assert bool(result.get("failed")) == bool(exit_.value.code)
        return result


EMULATORS: list[Emulator] = []


def pytest_configure(config: pytest.Config) -> None:
    # A thread that ends with a traceback is a failure, even where the module went on.
    config.addinivalue_line("filterwarnings", "error::pytest.PytestUnhandledThreadExceptionWarning")


def pytest_collection_finish(session: pytest.Session) -> None:
    # Not in a fixture: each test may be run in a fork, which would start one of its own.
    if any("emulator" in getattr(item, "fixturenames", ()) for item in session.items):
        EMULATORS.append(Emulator())


def pytest_sessionfinish() -> None:
    while EMULATORS:
        EMULATORS.pop().stop()


@pytest.fixture
def emulator() -> Emulator:
    EMULATORS[0].reset()
    return EMULATORS[0]


@pytest.fixture
def modules(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Modules:
    for name in ("SMSPARTNER_API_KEY", "SMSPARTNER_API_URL", "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return Modules(emulator, monkeypatch, capsys)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a run would have waited between its tries."""
    seconds: list[float] = []
    monkeypatch.setattr(_module, "Api", functools.partial(Api, sleep=seconds.append))
    return seconds
