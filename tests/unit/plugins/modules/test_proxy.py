# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes from the environment (a proxy, and whom it serves) and what never does (credentials from a netrc file)."""

from __future__ import annotations

import functools
import json
import typing as t

import pytest
import trustme
from ansible_collections.community.smspartner.plugins.module_utils import _module
from ansible_collections.community.smspartner.plugins.module_utils._api import Api
from ansible_collections.community.smspartner.tests.unit.servers import Origin, Proxy, tls

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.community.smspartner.tests.unit.conftest import Emulator, Modules, Result

REMOVE = "smspartner_stop_remove"
PASSWORD = "pr0xy-pass"  # noqa: S105  # of no account
CREDENTIALS = f"somebody:{PASSWORD}"


class Secure:
    """An API over TLS, and how a module is told to trust it."""

    def __init__(self, place: Path) -> None:
        authority = trustme.CA()
        self.server = Origin(context=tls(authority))
        self.options: dict[str, t.Any] = {"api_url": f"https://{self.server.address}/v1", "ca_path": str(place / "ca.pem")}
        authority.cert_pem.write_to_path(self.options["ca_path"])


@pytest.fixture
def secure(tmp_path: Path) -> t.Iterator[Secure]:
    secure = Secure(tmp_path)
    with secure.server:
        yield secure


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY", "ALL_PROXY", "NETRC"):
        monkeypatch.delenv(name, raising=False)


def assert_failed_without(secret: str, result: Result) -> None:
    assert result["failed"]
    assert secret not in json.dumps(result)


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_http_goes_through_the_proxy(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv(variable, f"http://{proxy.address}")
        assert modules.run(REMOVE, id=19)["changed"] is True
        assert modules.run("smspartner_stop_add", phone_number="0699999999")["changed"] is True
    assert [head.split("?")[0].split()[0] for head in proxy.heads] == ["GET", "POST"]
    assert proxy.heads[0].startswith(f"GET {emulator.api_url}/stop-sms/delete?")
    assert emulator.calls == ["delete", "add"]


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_https_goes_through_a_tunnel_that_shows_nothing(modules: Modules, secure: Secure, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv(variable, f"http://{proxy.address}")
        assert modules.run(REMOVE, id=19, **secure.options)["changed"] is True
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT {secure.server.address} HTTP/")
    assert "apiKey" not in head
    assert "/v1" not in head


def test_a_tunnel_to_a_server_that_is_not_trusted_is_not_used(modules: Modules, secure: Secure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with Proxy() as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        result = modules.run(REMOVE, id=19, api_url=secure.options["api_url"], retries=3)
    assert result["failed"]
    assert "TLS" in result["msg"]
    assert proxy.connections == 1
    assert secure.server.received == b""


@pytest.mark.parametrize("hosts", ["127.0.0.1", "*", "example.com, 127.0.0.1", "127.0.0.0/8"])
@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
def test_no_proxy_is_respected(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, variable: str, hosts: str) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
        monkeypatch.setenv(variable, hosts)
        assert modules.run(REMOVE, id=19)["changed"] is True
    assert proxy.connections == 0


def test_a_proxy_may_ask_for_credentials(modules: Modules, emulator: Emulator, secure: Secure, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy(credentials=CREDENTIALS) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{CREDENTIALS}@{proxy.address}")
        monkeypatch.setenv("https_proxy", f"http://{CREDENTIALS}@{proxy.address}")
        for options in ({}, secure.options):
            result = modules.run(REMOVE, id=19, **options)
            assert result["changed"] is True
            assert PASSWORD not in json.dumps(result)
    assert b"Proxy-Authorization" not in secure.server.received


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_wrong_credentials_for_the_proxy_fail_at_once(modules: Modules, secure: Secure, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    with Proxy(credentials="somebody:else") as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://{CREDENTIALS}@{proxy.address}")
        result = modules.run(REMOVE, id=19, retries=2, **(secure.options if scheme == "https" else {}))
    assert_failed_without(PASSWORD, result)
    assert "407" in json.dumps(result)
    if scheme == "https":
        assert result["msg"].endswith("with HTTP 407. Check the proxy in the environment, and its credentials.")
    assert "may have been carried out" not in result["msg"]
    assert proxy.connections == 1


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("refusal", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_proxy_in_trouble_is_tried_again(modules: Modules, secure: Secure, monkeypatch: pytest.MonkeyPatch, scheme: str, refusal: str) -> None:
    with Proxy(refusal=refusal) as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://{CREDENTIALS}@{proxy.address}")
        result = modules.run(REMOVE, id=19, retries=2, **(secure.options if scheme == "https" else {}))
    assert_failed_without(PASSWORD, result)
    assert refusal[:3] in result["msg"]
    if scheme == "https":
        assert result["msg"].endswith(f"with HTTP {refusal[:3]}. Check the proxy in the environment, and its credentials.")
    assert "after 3 tries" in result["msg"]
    assert proxy.connections == 3


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dead_proxy_is_a_failed_connection(modules: Modules, secure: Secure, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", f"http://{CREDENTIALS}@127.0.0.1:9")
    result = modules.run(REMOVE, id=19, retries=1, **(secure.options if scheme == "https" else {}))
    assert_failed_without(PASSWORD, result)
    assert "through the proxy 127.0.0.1 failed (Connection refused)" in result["msg"]
    assert "after 2 tries" in result["msg"]
    assert "may have been carried out" not in result["msg"]


def test_what_a_dead_proxy_lost_surely_changed_nothing(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy()
    port = proxy.server_address[1]
    proxy.server_close()
    started: list[Proxy] = []

    def start(seconds: float) -> None:
        started.append(Proxy(port).__enter__())

    monkeypatch.setattr(_module, "Api", functools.partial(Api, sleep=start))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    result = modules.run(REMOVE, id=666, retries=1)
    with started[0]:
        assert result["changed"] is False
        assert "warnings" not in result
        assert emulator.calls == ["delete"]


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "proxy.example:3128", "http://10.0.0.1:3128", "https://127.0.0.1.example", "http://[x"])
def test_a_proxy_elsewhere_gets_no_key_in_clear_text(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    result = modules.run(REMOVE, id=19, retries=3)
    assert result["failed"]
    assert "clear text" in result["msg"]
    assert emulator.calls == []


@pytest.mark.parametrize("proxy", ["http://[x", "http://127.0.0.1:99999", "http://"])
def test_a_proxy_that_cannot_be_read_is_told(modules: Modules, secure: Secure, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    result = modules.run(REMOVE, id=19, **secure.options)
    assert result["failed"]
    assert "proxy" in result["msg"]
    assert secure.server.received == b""


@pytest.fixture(params=["NETRC", "HOME"])
def netrc(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A netrc file with credentials for every host, at each place where one is looked for."""
    path = tmp_path / ".netrc"
    path.write_text(f"machine 127.0.0.1 login somebody password {PASSWORD}\ndefault login somebody password {PASSWORD}\n")
    monkeypatch.setenv(request.param, str(path if request.param == "NETRC" else tmp_path))


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize("proxied", [False, True], ids=["direct", "proxied"])
def test_a_netrc_file_is_not_read(modules: Modules, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, proxied: bool) -> None:
    with Proxy() as proxy:
        if proxied:
            monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
        assert modules.run(REMOVE, id=19)["changed"] is True
    assert proxy.connections == proxied
    assert not {"Authorization", "Proxy-Authorization"} & set(emulator.requests[0]["headers"])
