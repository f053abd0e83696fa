# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One attempt against real servers: what is sent, what comes back, and how failures are told apart."""

from __future__ import annotations

import datetime
import gzip
import importlib.util
import re
import socket
import ssl
import struct
import sys
import time
import typing as t
import zlib
from pathlib import Path

import pytest
import trustme
from ansible_collections.community.smspartner.plugins.module_utils import _http
from ansible_collections.community.smspartner.plugins.module_utils._errors import (
    ConnectionLostError,
    InputError,
    MissingLibraryError,
    NotConnectedError,
    NotDoneError,
    SmsPartnerError,
    UnusableResponseError,
)
from ansible_collections.community.smspartner.plugins.module_utils._http import Http, HttpResponse
from ansible_collections.community.smspartner.tests.unit.servers import BreaksTls, Origin, Proxy, Server, read_head, tls

CRLF = "\r\n"
KEY = "s3cret"
PASSWORD = "pr0xy-pass"  # noqa: S105  # of no account
CHECK_NETWORK = "Check the network, the proxy if there is one, and api_url (or SMSPARTNER_API_URL)."
YESTERDAY = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
TOMORROW = YESTERDAY + datetime.timedelta(days=2)


def response(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP response, complete unless a header says otherwise."""
    given = {"Content-Length": str(len(body)), "Connection": "close", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return f"HTTP/1.1 {status}\r\n{''.join(f'{name}: {value}' + CRLF for name, value in given.items())}\r\n".encode() + body


def send(server: Server, *, scheme: str = "http", timeout: float = 5.0, limit: int | None = None, **options: t.Any) -> HttpResponse:
    http = Http(f"{scheme}://{server.address}/v1", timeout=timeout, **options)
    return http.send("GET", "/list", query={"apiKey": KEY}, limit=limit)


def failure_of(server: Server, **options: t.Any) -> SmsPartnerError:
    with server, pytest.raises(SmsPartnerError) as failure:
        send(server, **options)
    assert KEY not in str(failure.value)
    assert PASSWORD not in str(failure.value)
    return failure.value


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ours(authority: trustme.CA, tmp_path: Path) -> str:
    """The path of a bundle with our own CA."""
    authority.cert_pem.write_to_path(str(tmp_path / "ours.pem"))
    return str(tmp_path / "ours.pem")


@pytest.fixture
def theirs(tmp_path: Path) -> str:
    """The path of a bundle with a CA that signed nothing."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "theirs.pem"))
    return str(tmp_path / "theirs.pem")


class Silent(Server):
    """Takes a request and says nothing, or a byte now and then."""

    def __init__(self, say: bytes = b"") -> None:
        super().__init__()
        self._say = say

    def talk(self, client: socket.socket) -> None:
        while not self.is_over:
            client.sendall(self._say)
            time.sleep(0.02)


class HangsUp(Server):
    """Reads once and leaves, with or without a reset."""

    def __init__(self, reset: bool) -> None:
        super().__init__()
        self._reset = reset

    def talk(self, client: socket.socket) -> None:
        client.recv(1 << 16)
        if self._reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()


class KeepsAlive(Server):
    def talk(self, client: socket.socket) -> None:
        while read_head(client):
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def closed() -> Server:
    """A server at whose address nothing listens."""
    server = Server()
    server.server_close()
    return server


# What is sent, and what comes back


def test_a_get_has_few_headers_and_an_escaped_query() -> None:
    with Origin([response()]) as server:
        Http(f"http://{server.address}/v1/", timeout=5).send("GET", "/list", query={"apiKey": "k/ +"})
    head, _separator, body = server.received.decode().partition(CRLF * 2)
    line, *headers = head.split(CRLF)
    assert line == "GET /v1/list?apiKey=k%2F+%2B HTTP/1.1"
    assert sorted(headers) == ["Accept-Encoding: gzip", "Accept: */*", f"Host: {server.address}", "User-Agent: community.smspartner"]
    assert body == ""


def test_a_post_has_json() -> None:
    with Origin([response()]) as server:
        Http(f"http://{server.address}", timeout=5).send("POST", "/add", json={"apiKey": "k"})
    assert server.received.startswith(b"POST /add HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in server.received


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (response(b"a", "404 Not Found"), HttpResponse(404, None, b"a")),
        (response(b"", "503 Busy", Retry_After="7"), HttpResponse(503, "7", b"")),
        (response(b"a", "302 Found"), HttpResponse(302, None, b"a")),  # a redirect to nowhere
        (response(b"a", "201 Created", Location="http://elsewhere.example/"), HttpResponse(201, None, b"a")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", HttpResponse(200, None, b"{}")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", HttpResponse(204, None, b"")),
        (b"HTTP/1.1 200 OK\r\n\r\n{}", HttpResponse(200, None, b"{}", until_close=True)),
        (b"HTTP/1.1 200 OK\r\nContent-Le", HttpResponse(200, None, b"", until_close=True)),
    ],
)
def test_the_status_and_the_body_come_back(given: bytes, expected: HttpResponse) -> None:
    with Origin([given]) as server:
        assert send(server) == expected


TEXT = bytes(range(256)) * 1000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", TEXT),
        ("", TEXT),
        ("GZIP", gzip.compress(TEXT, mtime=0)),
        ("deflate", zlib.compress(TEXT)),
    ],
)
def test_a_body_is_decompressed_up_to_its_limit(encoding: str, body: bytes) -> None:
    def server() -> Origin:
        return Origin([response(body, "404 Not Found", Content_Encoding=encoding, Retry_After="7")])

    with server() as one:
        assert send(one, limit=len(TEXT)).body == TEXT
    failure = failure_of(server(), limit=len(TEXT) - 1)
    assert str(failure) == f"The server sent a response longer than {len(TEXT) - 1} bytes. Check that api_url leads to the SMS Partner API."
    assert (failure.http_status, failure.retry_after) == (404, "7")


@pytest.mark.parametrize(
    ("encoding", "body", "flaw"),
    [
        ("br", b"x", "with an unsupported compression"),
        ("gzip, gzip", gzip.compress(b"{}", mtime=0), "with an unsupported compression"),
        ("gzip", b"x" * 99, "that cannot be decompressed"),
        ("deflate", b"x" * 99, "that cannot be decompressed"),
    ],
)
def test_a_body_that_cannot_be_decompressed_is_final(encoding: str, body: bytes, flaw: str) -> None:
    failure = failure_of(Origin([response(body, "503 Busy", Content_Encoding=encoding)]))
    assert failure.__class__ is UnusableResponseError
    assert str(failure) == f"The server sent a response {flaw}. Check any proxy between this host and the API."
    assert failure.http_status == 503


@pytest.mark.parametrize(
    ("status", "location", "host"),
    [
        ("302 Found", "//elsewhere.example:99/x", "elsewhere.example"),
        ("308 Permanent Redirect", "/x", "127.0.0.1"),
        ("301 Moved", "mailto:x", "no host"),
        ("307 Temporary Redirect", "http://[x", "an unreadable host"),
        # Masked before the host is read: only "https://s3" would be left of this one.
        ("303 See Other", "https://s3cret/x.example", "***"),
    ],
)
def test_a_redirect_is_not_followed(status: str, location: str, host: str) -> None:
    failure = failure_of(Origin([response(b"", status, Location=location)]), redact=lambda text: text.replace(KEY, "***"))
    assert failure.__class__ is NotDoneError
    advice = "Redirects are not followed, because they would send the API key to another host. Set api_url to the right address."
    assert str(failure) == f"The server redirects to {host}. {advice}"
    assert failure.http_status == int(status[:3])


@pytest.mark.parametrize("lengths", ["2\r\nContent-Length: 3", "2, 3"])
def test_two_different_lengths_are_not_usable(lengths: str) -> None:
    failure = failure_of(Origin([f"HTTP/1.1 200 OK\r\nContent-Length: {lengths}\r\n\r\n{{}}".encode()]))
    assert failure.__class__ is UnusableResponseError
    assert str(failure) == "The server sent a response with two different lengths. Check any proxy between this host and the API."


# Connections that fail


def test_a_refused_connection_raises_not_connected() -> None:
    server = closed()
    with pytest.raises(NotConnectedError) as failure:
        send(server)
    assert str(failure.value) == f"The connection to {server.address} failed (Connection refused). {CHECK_NETWORK}"


def test_an_unknown_host_raises_not_connected() -> None:
    with pytest.raises(NotConnectedError, match=r"^The connection to smspartner\.invalid failed \("):
        Http("https://smspartner.invalid", timeout=5).send("GET", "/x")


def test_connecting_that_takes_too_long_raises_not_connected() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = [socket.socket() for _filler in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        with pytest.raises(NotConnectedError, match=r"^No complete response from 127\.0\.0\.1:\d+ within 0\.2 s\. "):
            Http(f"http://127.0.0.1:{address[1]}", timeout=0.2).send("GET", "/x")
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"Go away\r\n\r\n",
        response(b"{}", "503 Busy", Content_Length="3"),
        b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ],
)
def test_a_response_that_breaks_off_is_a_lost_connection(given: bytes) -> None:
    server = Origin([given])
    failure = failure_of(server)
    assert failure.__class__ is ConnectionLostError
    assert str(failure) == f"The connection to {server.address} failed (no complete response). {CHECK_NETWORK}"
    assert failure.http_status == (503 if b"503" in given else None)


def test_a_reset_is_a_lost_connection() -> None:
    failure = failure_of(HangsUp(reset=True))
    assert failure.__class__ is ConnectionLostError
    assert "Connection reset by peer" in str(failure)


@pytest.mark.parametrize("say", [b"", b"H", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_response_that_does_not_end_fails_at_the_timeout(say: bytes) -> None:
    server = Silent(say)
    failure = failure_of(server, timeout=0.2)
    assert failure.__class__ is ConnectionLostError
    assert str(failure) == f"No complete response from {server.address} within 0.2 s. Check the network and the proxy, or raise timeout."


def test_connections_are_kept_alive() -> None:
    with KeepsAlive() as server:
        http = Http(f"http://{server.address}", timeout=1e300)
        for _request in range(3):
            assert http.send("GET", "/x").body == b"{}"
        assert server.connections == 1


# Whom the key may reach


@pytest.mark.parametrize(
    "url",
    [
        "https://api.smspartner.fr/v1",
        "HTTPS://API.SMSPARTNER.FR/",
        "https://a-b_c.example:65535/a/b-c_d.e~f/",
        "https://[2001:db8::1]:8443/v1",
        "http://localhost:8080/v1",
        "http://LOCALHOST",
        "http://127.8.9.1/",
        "http://[::1]:80",
    ],
)
def test_https_or_a_loopback_address_is_accepted(url: str) -> None:
    assert Http(url, timeout=1)


NOT_A_URL = "api_url: not a valid base URL. Give a URL such as https://api.smspartner.fr/v1, without credentials, query or fragment."
CLEAR_TEXT = "api_url: http would send the API key in clear text. Use https. http is for localhost and loopback addresses only."


@pytest.mark.parametrize(
    ("url", "message"),
    [
        *((url, NOT_A_URL) for url in ("", "ftp://x", "https://", "https:/a", "https://a@b", "https://a?b", "https://a#b", "https://a b", "https://\u00e9")),
        *((url, NOT_A_URL) for url in ("https://a:65536", "https://a:b", "https://a\\b", "http://127.0.0.1\\@example.com/", "https://[::1", "https://a\x7f")),
        *((url, CLEAR_TEXT) for url in ("http://api.smspartner.fr", "HTTP://10.0.0.1", "http://[2001:db8::1]", "http://localhost.example", "http://127.1")),
    ],
)
def test_any_other_url_is_refused(url: str, message: str) -> None:
    with pytest.raises(InputError) as failure:
        Http(url, timeout=1)
    assert str(failure.value) == message


@pytest.mark.parametrize("content", [None, "", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
@pytest.mark.parametrize("validate_certs", [True, False])
def test_a_bundle_that_cannot_be_read_is_refused(tmp_path: Path, content: str | None, validate_certs: bool) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as failure:
        Http("https://x", timeout=1, ca_path=str(path), validate_certs=validate_certs)
    start, _bracket, reason = str(failure.value).partition(" (")
    assert start == f"ca_path: {path} cannot be read as a CA bundle"
    assert reason.startswith("No such file" if content is None else "[")
    assert reason.endswith("). Give a file of PEM certificates that exists on the host that the task runs on.")


@pytest.mark.parametrize(
    ("options", "variables", "is_trusted"),
    [
        ({"ca_path": "ours"}, {}, True),
        ({"ca_path": "ours"}, {"REQUESTS_CA_BUNDLE": "theirs"}, True),
        ({}, {"REQUESTS_CA_BUNDLE": "ours"}, True),
        ({}, {"CURL_CA_BUNDLE": "ours"}, True),
        ({"validate_certs": False}, {"REQUESTS_CA_BUNDLE": "theirs"}, True),
        ({}, {}, False),
        ({"ca_path": "theirs"}, {"REQUESTS_CA_BUNDLE": "ours"}, False),
        ({}, {"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": ""}, False),
    ],
)
@pytest.mark.filterwarnings("error::urllib3.exceptions.InsecureRequestWarning")
def test_trust_comes_from_the_options_then_from_the_environment(
    authority: trustme.CA, ours: str, theirs: str, monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any], variables: dict[str, str], is_trusted: bool
) -> None:
    paths = {"ours": ours, "theirs": theirs}
    for name, value in variables.items():
        monkeypatch.setenv(name, paths.get(value, value))
    options = {name: paths.get(value, value) for name, value in options.items()}
    server = Origin([response()], tls(authority))
    if is_trusted:
        with server:
            assert send(server, scheme="https", **options).body == b"{}"
        return
    failure = failure_of(server, scheme="https", **options)
    assert failure.__class__ is NotDoneError
    assert failure.advice.endswith(" Check that ca_path has the CA that signed it." if "ca_path" in options else " If your own CA signed it, set ca_path.")
    assert (server.connections, server.received) == (1, b"")


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        ({"not_before": YESTERDAY - datetime.timedelta(days=9), "not_after": YESTERDAY}, "certificate has expired"),
        ({"not_before": TOMORROW, "not_after": TOMORROW + datetime.timedelta(days=9)}, "certificate is not yet valid"),
        # urllib3 before 2 has words of its own.
        ({"identity": "api.smspartner.example"}, "127.0.0.1"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_a_final_failure(authority: trustme.CA, ours: str, certificate: dict[str, t.Any], reason: str) -> None:
    server = Origin([response()], tls(authority, **certificate))
    failure = failure_of(server, scheme="https", ca_path=ours)
    assert failure.__class__ is NotDoneError
    start, _bracket, rest = str(failure).partition(" (")
    assert start == f"The certificate of {server.address} is not trusted"
    assert reason in rest
    assert rest.endswith("). Check api_url, the certificate, and the clock of the host that the task runs on. Check that ca_path has the CA that signed it.")
    assert server.received == b""


class SpeaksPlainHttp(Server):
    """Responds to a TLS handshake with plain HTTP."""

    def talk(self, client: socket.socket) -> None:
        client.recv(1 << 16)
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_plain_http_in_place_of_tls_is_a_lost_connection() -> None:
    server = SpeaksPlainHttp()
    failure = failure_of(server, scheme="https")
    assert failure.__class__ is ConnectionLostError
    assert str(failure).startswith(f"The connection to {server.address} failed ([SSL")


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"])
def test_a_broken_tls_record_is_a_lost_connection_with_the_reason_of_openssl(authority: trustme.CA, ours: str, sent: bytes) -> None:
    failure = failure_of(BreaksTls(tls(authority), sent), scheme="https", ca_path=ours)
    assert failure.__class__ is ConnectionLostError
    assert re.search(r" failed \(\[SSL.*(bad record mac|decryption failed)", str(failure))


def test_a_server_that_wants_a_client_certificate_is_a_lost_connection_with_the_reason(authority: trustme.CA, ours: str) -> None:
    context = tls(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    failure = failure_of(Origin([response()], context), scheme="https", ca_path=ours)
    assert failure.__class__ is ConnectionLostError
    assert "certificate required" in str(failure)


def test_a_handshake_that_is_broken_off_is_a_lost_connection() -> None:
    assert failure_of(HangsUp(reset=False), scheme="https").__class__ is ConnectionLostError


def test_a_tls_response_that_breaks_off_is_a_lost_connection(authority: trustme.CA, ours: str) -> None:
    server = Origin([b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"], tls(authority))
    assert failure_of(server, scheme="https", ca_path=ours).__class__ is ConnectionLostError


# What comes from the environment


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_http_goes_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with Origin([response()]) as server, Proxy(credentials=f"somebody:{PASSWORD}") as proxy:
        monkeypatch.setenv(variable, f"http://somebody:{PASSWORD}@{proxy.address}")
        assert send(server).body == b"{}"
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert send(server).body == b"{}"
    (head,) = proxy.heads
    assert head.startswith(f"GET http://{server.address}/v1/list?")


@pytest.mark.parametrize("is_trusted", [True, False])
def test_the_proxy_sees_no_key_of_an_https_request(authority: trustme.CA, ours: str, monkeypatch: pytest.MonkeyPatch, is_trusted: bool) -> None:
    with Origin([response()], tls(authority)) as server, Proxy(credentials=f"somebody:{PASSWORD}") as proxy:
        monkeypatch.setenv("https_proxy", f"http://somebody:{PASSWORD}@{proxy.address}")
        http = Http(f"https://{server.address}/v1", timeout=5, ca_path=ours if is_trusted else None)
        if is_trusted:
            assert http.send("GET", "/list", query={"apiKey": KEY}).body == b"{}"
        else:
            with pytest.raises(NotDoneError, match="is not trusted"):
                http.send("GET", "/list", query={"apiKey": KEY})
            assert server.received == b""
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT {server.address} HTTP/")
    assert "apiKey" not in head


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dead_proxy_raises_not_connected_and_is_named_without_credentials(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", f"http://somebody:{PASSWORD}@{closed().address}")
    with pytest.raises(NotConnectedError) as failure:
        Http(f"{scheme}://127.0.0.1:9", timeout=5).send("GET", "/x", query={"apiKey": KEY})
    assert str(failure.value) == f"The connection to 127.0.0.1:9 through the proxy 127.0.0.1 failed (Connection refused). {CHECK_NETWORK}"


@pytest.mark.parametrize(
    ("refusal", "kind", "problem", "advice"),
    [
        # Retried, wrong credentials could lock the user's account.
        ("407 Proxy Authentication Required", NotDoneError, "The proxy refused the connection", "Check the credentials of the proxy in the environment."),
        ("503 Service Unavailable", NotConnectedError, "The connection to api.smspartner.example through the proxy 127.0.0.1 failed", CHECK_NETWORK),
    ],
)
def test_a_refused_tunnel_is_final_only_with_407(monkeypatch: pytest.MonkeyPatch, refusal: str, kind: type[SmsPartnerError], problem: str, advice: str) -> None:
    with Proxy(refusal=refusal) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        with pytest.raises(kind) as failure:
            Http("https://api.smspartner.example", timeout=5).send("GET", "/x", query={"apiKey": KEY})
    assert failure.value.__class__ is kind
    assert str(failure.value) == f"{problem} (Tunnel connection failed: {refusal}). {advice}"


@pytest.mark.parametrize("reset", [False, True])
def test_a_connection_lost_behind_a_proxy_is_a_lost_connection(monkeypatch: pytest.MonkeyPatch, reset: bool) -> None:
    with HangsUp(reset) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
        with pytest.raises(ConnectionLostError):
            Http("http://127.0.0.1:9", timeout=5).send("GET", "/x")


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "10.0.0.1:3128", "https://127.0.0.1.example", "http://[x"])
def test_a_proxy_elsewhere_gets_no_key_in_clear_text(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(
        InputError, match=r"^api_url: the proxy \S+ would receive the API key in clear text\. Use https, or list the host of api_url in no_proxy\."
    ):
        Http("HTTP://127.0.0.1:8080/v1", timeout=1)
    assert Http("https://127.0.0.1", timeout=1)


def test_a_socks_proxy_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5h://127.0.0.1:1080")
    with pytest.raises(MissingLibraryError, match="No module named 'socks'") as failure:
        Http("https://api.smspartner.example", timeout=1)
    assert failure.value.name == "PySocks"


@pytest.mark.parametrize(
    ("variable", "value"), [("https_proxy", "http://127.0.0.1:99999"), ("https_proxy", "gopher://127.0.0.1:1"), ("REQUESTS_CA_BUNDLE", "/nonexistent")]
)
def test_a_request_that_cannot_be_made_is_a_final_failure(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(NotDoneError) as failure:
        Http("https://api.smspartner.example", timeout=5).send("GET", "/x")
    assert failure.value.__class__ is NotDoneError
    assert str(failure.value).startswith("The request could not be made (")
    assert str(failure.value).endswith("). Check api_url, and the proxy and the CA bundle (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE) in the environment.")


@pytest.mark.parametrize("variable", ["NETRC", "HOME"])
def test_a_netrc_file_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    path = tmp_path / ".netrc"
    path.write_text("default login somebody password secret\n")
    monkeypatch.setenv(variable, str(path if variable == "NETRC" else tmp_path))
    with Origin([response()]) as server:
        send(server)
    assert b"Authorization" not in server.received


# Libraries that cannot be imported


@pytest.mark.parametrize(("library", "named"), [("ssl", "ssl"), ("requests", "requests"), ("requests.adapters", "requests"), ("urllib3", "requests")])
def test_a_library_that_cannot_be_imported_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch, library: str, named: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    spec = importlib.util.spec_from_file_location("http_without_library", str(_http.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(MissingLibraryError) as failure:
        module.Http("https://x", timeout=1)
    assert failure.value.name == named
    assert failure.value.reason == f"ModuleNotFoundError: import of {library} halted; None in sys.modules"
