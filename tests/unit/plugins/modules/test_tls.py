# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom the modules trust, and that a server which is not trusted gets nothing."""

from __future__ import annotations

import datetime
import re
import socket
import struct
import typing as t

import pytest
import trustme
from ansible_collections.community.smspartner.tests.unit.servers import Origin, Server, tls

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.community.smspartner.tests.unit.conftest import Emulator, Modules, Result

REMOVE = "smspartner_stop_remove"
OURS, THEIRS = "ours.pem", "theirs.pem"
YESTERDAY = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
TOMORROW = YESTERDAY + datetime.timedelta(days=2)

# What is wrong with a certificate, as the TLS library says it, or urllib3 before 2.
UNTRUSTED: dict[str, dict[str, t.Any]] = {
    "unable to get local issuer certificate": {},
    "certificate has expired": {"not_before": YESTERDAY - datetime.timedelta(days=9), "not_after": YESTERDAY},
    "certificate is not yet valid": {"not_before": TOMORROW, "not_after": TOMORROW + datetime.timedelta(days=9)},
    "certificate is not valid for '127.0.0.1'|doesn't match 'api.smspartner.example'": {"identity": "api.smspartner.example"},
    "IP address mismatch|doesn't match '127.0.0.2'": {"identity": "127.0.0.2"},
}
ADVICE = "Check api_url, the server's certificate, the target's clock, and ca_path if a CA of your own signed it."


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A CA of our own in the file OURS, beside another's in THEIRS."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(OURS)
    trustme.CA().cert_pem.write_to_path(THEIRS)
    return authority


def remove(modules: Modules, server: Server, **options: t.Any) -> Result:
    return modules.run(REMOVE, id=19, api_url=f"https://{server.address}/v1", retries=3, **options)


def assert_refused(result: Result, server: Origin) -> None:
    """It failed for TLS, at the first connection, over which nothing was said."""
    assert result["failed"]
    assert "TLS" in result["msg"]
    assert server.connections == 1
    assert server.received == b""


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ({"ca_path": OURS}, {}),
        ({"ca_path": OURS}, {"REQUESTS_CA_BUNDLE": THEIRS}),
        ({"ca_path": OURS}, {"CURL_CA_BUNDLE": THEIRS}),
        ({"ca_path": OURS}, {"REQUESTS_CA_BUNDLE": "/nonexistent"}),
        ({}, {"REQUESTS_CA_BUNDLE": OURS}),
        ({}, {"CURL_CA_BUNDLE": OURS}),
        ({"ca_path": OURS, "validate_certs": False}, {}),
    ],
    ids=str,
)
def test_trusted(modules: Modules, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any], environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with Origin(context=tls(authority)) as server:
        assert remove(modules, server, **options)["changed"] is True
        assert b"GET /v1/stop-sms/delete?apiKey=" in server.received


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ({}, {}),
        ({"ca_path": THEIRS}, {}),
        ({"ca_path": THEIRS}, {"REQUESTS_CA_BUNDLE": OURS}),
        ({"ca_path": THEIRS}, {"CURL_CA_BUNDLE": OURS}),
        ({}, {"REQUESTS_CA_BUNDLE": THEIRS}),
        # To requests before 2.28, the second empty one was a wish not to check.
        ({}, {"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": ""}),
    ],
    ids=str,
)
def test_not_trusted(modules: Modules, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any], environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with Origin(context=tls(authority)) as server:
        assert_refused(remove(modules, server, **options), server)


@pytest.mark.parametrize("wrong", UNTRUSTED)
def test_a_wrong_certificate_is_refused(modules: Modules, authority: trustme.CA, waits: list[float], wrong: str) -> None:
    certificate = UNTRUSTED[wrong]
    with Origin(context=tls(authority, **certificate)) as server:
        result = remove(modules, server, ca_path=OURS if certificate else None)
        assert_refused(result, server)
    assert re.search(wrong, result["msg"])
    assert "_ssl.c" not in result["msg"]
    assert result["msg"].endswith(ADVICE)
    assert waits == []


@pytest.mark.filterwarnings("error::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("certificate", UNTRUSTED.values(), ids=UNTRUSTED)
def test_without_validation_any_certificate_will_do(
    modules: Modules, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, certificate: dict[str, t.Any]
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", THEIRS)
    with Origin(context=tls(authority, **certificate)) as server:
        result = remove(modules, server, validate_certs=False)
    assert result["changed"] is True
    assert "warnings" not in result


def test_a_bundle_of_the_environment_that_is_not_there_is_told(modules: Modules, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    with Origin(context=tls(authority)) as server:
        assert remove(modules, server)["failed"]
        assert server.received == b""


def test_a_server_that_speaks_plain_http_is_refused(modules: Modules, authority: trustme.CA, emulator: Emulator) -> None:
    result = modules.run(REMOVE, id=19, api_url=emulator.api_url.replace("http:", "https:"), retries=3)
    assert result["failed"]
    assert "TLS" in result["msg"]
    assert emulator.calls == []


class HangsUp(Server):
    """Takes the client's first word, and leaves."""

    def __init__(self, reset: bool) -> None:
        super().__init__()
        self._linger = struct.pack("ii", 1, 0) if reset else None

    def talk(self, client: socket.socket) -> None:
        client.recv(1 << 16)
        if self._linger:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, self._linger)
            client.close()


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a_handshake_that_is_broken_off_is_a_lost_connection(modules: Modules, authority: trustme.CA, waits: list[float], reset: bool) -> None:
    with HangsUp(reset) as server:
        result = remove(modules, server, ca_path=OURS)
        assert result["failed"]
        assert server.connections == 4
    assert "may have been carried out" not in result["msg"]


def test_a_handshake_that_hangs_is_cut_off(modules: Modules, authority: trustme.CA, waits: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        result = modules.run(REMOVE, id=19, api_url=f"https://127.0.0.1:{silent.getsockname()[1]}/v1", retries=1, timeout=0.3)
    assert result["failed"]
    assert "0.3 s" in result["msg"]
    assert "may have been carried out" not in result["msg"]
    assert len(waits) == 1


def test_an_answer_cut_off_within_tls_leaves_the_removal_in_doubt(modules: Modules, authority: trustme.CA, waits: list[float]) -> None:
    with Origin([b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"], tls(authority)) as server:
        result = remove(modules, server, ca_path=OURS)
        assert server.connections == 4
    assert "after 4 tries" in result["msg"]
    assert "may have been carried out" in result["msg"]


def test_a_redirect_to_plain_http_is_not_followed(modules: Modules, authority: trustme.CA, emulator: Emulator) -> None:
    redirect = f"HTTP/1.1 302 Found\r\nLocation: {emulator.api_url}/stop-sms/delete\r\nContent-Length: 0\r\n\r\n".encode()
    with Origin([redirect], tls(authority)) as server:
        result = remove(modules, server, ca_path=OURS)
        assert server.connections == 1
    assert result["failed"]
    assert "redirects to 127.0.0.1" in result["msg"]
    assert emulator.calls == []
