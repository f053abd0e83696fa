# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An emulator of the API, and a way to run a module against it."""

from __future__ import annotations

import functools
import html
import json
import runpy
import typing as t
from urllib.parse import quote

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.community.smspartner.plugins.module_utils import _module
from ansible_collections.community.smspartner.plugins.module_utils._api import Api
from ansible_collections.community.smspartner.tests.emulator.client import Client, running
from hypothesis import settings

settings.register_profile("without_deadline", deadline=None)  # a busy machine is no failure
settings.load_profile("without_deadline")

KEY = "k3y+/=&%Z"
STOPS = (
    {"id": 19, "phoneNumber": "+33612345678", "createdAt": "2015-07-20 10:19:45"},
    {"id": 20, "phoneNumber": "+33712345678", "createdAt": "2016-07-20 10:19:45"},
)
MODULES = "ansible_collections.community.smspartner.plugins.modules."
SPELLINGS = (KEY, quote(KEY, safe=""), quote(quote(KEY, safe="")), html.escape(KEY), json.dumps(KEY)[1:-1])
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")

Result = dict[str, t.Any]


class Modules(t.NamedTuple):
    """Runs modules in this process with the real AnsibleModule, and checks what is true of every run."""

    emulator: Client
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, name: str, *, check: bool = False, diff: bool = False, **options: t.Any) -> Result:
        given = {"api_key": KEY, "api_url": self.emulator.api_url, "retries": 0, "_ansible_check_mode": check, "_ansible_diff": diff, **options}
        before = len(self.emulator.calls)
        result = self.start(lambda: runpy.run_module(MODULES + name, run_name="__main__"), given)
        if check:
            assert set(self.emulator.calls[before:]) <= {"list"}
        return result

    def start(self, main: t.Callable[[], t.Any], options: Result) -> Result:
        """Call ``main``, which makes an AnsibleModule with these options, and return what it prints."""
        # The newest ansible-core has to be asked to return the options.
        invocation = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
        given = {"_ansible_remote_tmp": "/tmp", **invocation, **options}  # noqa: S108  # nothing is written there
        self.monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode())
        self.monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        warnings._global_warnings.clear()  # Ansible keeps them for the life of a process, which is usually one module's
        with pytest.raises(SystemExit) as exit_:
            main()
        output = "".join(self.capsys.readouterr())
        assert "Traceback" not in output
        result: Result = json.loads(output)
        result.pop("_ansible_new_secrets", None)  # what the controller masks, from ansible-core 2.22 on
        assert [spelling for spelling in SPELLINGS if spelling in json.dumps(result)] == []
        assert "module_args" in result.pop("invocation")
        assert bool(result.get("failed")) == ("msg" in result) == bool(exit_.value.code)
        assert not result.get("failed") or {"msg", "code", "http_status"} <= result.keys()
        return result


class FakeTime:
    """A clock that only waiting advances."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's environment."""
    for name in (*BUNDLES, *PROXIES, *map(str.upper, PROXIES), "NETRC", "SMSPARTNER_API_KEY", "SMSPARTNER_API_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def shared_emulator() -> t.Iterator[Client]:
    with running() as client:
        yield client


@pytest.fixture
def emulator(shared_emulator: Client) -> Client:
    shared_emulator.reset(STOPS, api_keys=[KEY])
    return shared_emulator


@pytest.fixture
def modules(emulator: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Modules:
    return Modules(emulator, monkeypatch, capsys)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a run would have waited between its attempts."""
    time = FakeTime()
    monkeypatch.setattr(_module, "Api", functools.partial(Api, sleep=time.sleep, clock=time.clock))
    return time.waits
