# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One attempt against real servers: what is sent, what comes back, and how failures are told apart."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import re
import runpy
import socket
import ssl
import struct
import sys
import threading
import time
import typing as t
import zlib
from pathlib import Path

import pytest
import trustme
from ansible_collections.community.smspartner.plugins.module_utils import _errors, _http
from ansible_collections.community.smspartner.plugins.module_utils._http import Http, HttpResponse
from ansible_collections.community.smspartner.tests.unit.servers import SUCCESS, Origin, Proxy, Server, breaks_tls, read_head, tls

CRLF = "\r\n"
KEY = "s3cret"
PROXY_USER = "somebody:pr0xy-pass"
CHECK_CREDENTIALS = "Check the credentials of the proxy in the environment."
CHECK_NETWORK = "Check the network, the proxy if there is one, and api_url (or SMSPARTNER_API_URL)."
NOT_A_URL = "api_url: not a valid base URL. Give a URL such as https://api.smspartner.fr/v1, without credentials, query or fragment."
CLEAR_TEXT = "api_url: http would send the API key in clear text. Use https. http is for localhost and loopback addresses only."
HTTPS_URLS = ("https://api.smspartner.fr/v1", "HTTPS://API.SMSPARTNER.FR/", "https://a-b_c.example:65535/a/b-c_d.e~f/", "https://[2001:db8::1]:8443/v1")
LOOPBACK_URLS = ("http://localhost:8080/v1", "http://LOCALHOST", "http://127.8.9.1/", "http://[::1]:80")
CUT_OFF = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"
TEXT = bytes(range(256)) * 1000
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc)


def response(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP response, complete unless a header says otherwise."""
    given = {"Content-Length": str(len(body)), "Connection": "close", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return f"HTTP/1.1 {status}\r\n{''.join(f'{name}: {value}' + CRLF for name, value in given.items())}\r\n".encode() + body


def send(to: Server | str, *, scheme: str = "http", timeout: float = 5.0, limit: int | None = None, **options: t.Any) -> HttpResponse:
    http = Http(to if isinstance(to, str) else f"{scheme}://{to.address}/v1", timeout=timeout, **options)
    return http.send("GET", "/list", query={"apiKey": KEY}, limit=limit)


def failure_of(to: Server | str, **options: t.Any) -> _errors.SmsPartnerError:
    with contextlib.nullcontext() if isinstance(to, str) else to, pytest.raises(_errors.SmsPartnerError) as failure:
        send(to, **options)
    assert KEY not in str(failure.value)
    assert "pr0xy-pass" not in str(failure.value)
    return failure.value


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """Our own CA, in a working folder that has its bundle and the one of a CA that signed nothing."""
    monkeypatch.chdir(tmp_path)
    trustme.CA().cert_pem.write_to_path("theirs.pem")
    ours = trustme.CA()
    ours.cert_pem.write_to_path("ours.pem")
    return ours


def slowly(piece: bytes) -> t.Iterator[bytes]:
    while True:
        time.sleep(0.02)
        yield piece


def hang_up(client: socket.socket) -> None:
    client.recv(1 << 16)


def reset(client: socket.socket) -> None:
    client.recv(1 << 16)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def speak_plain_http(client: socket.socket) -> None:
    client.recv(1 << 16)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def wants_certificate(context: ssl.SSLContext) -> Server:
    context.verify_mode = ssl.CERT_REQUIRED

    def talk(client: socket.socket) -> None:
        with client.dup() as plain:
            with contextlib.suppress(ssl.SSLError):
                context.wrap_socket(client, server_side=True)
            while plain.recv(1 << 16):  # the client cannot read the reason if its request meets a closed connection
                pass

    return Server(talk)


def test_a_get_has_few_headers_and_an_escaped_query_and_a_post_has_json() -> None:
    with Origin([response()]) as server:
        http = Http(f"http://{server.address}/v1/", timeout=5)
        http.send("GET", "/list", query={"apiKey": "k/ +"})
        http.send("POST", "/add", json={"apiKey": "k"})
    get, post, *_body = server.received.decode().split(CRLF * 2)
    line, *headers = get.split(CRLF)
    assert line == "GET /v1/list?apiKey=k%2F+%2B HTTP/1.1"
    assert sorted(headers) == ["Accept-Encoding: gzip", "Accept: */*", f"Host: {server.address}", "User-Agent: community.smspartner"]
    assert post.startswith(f"POST /v1/add HTTP/1.1{CRLF}")
    assert "Content-Type: application/json" in post


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


@pytest.mark.parametrize(
    ("encoding", "body"), [("identity", TEXT), ("", TEXT), ("GZIP", gzip.compress(TEXT, mtime=0)), ("deflate", zlib.compress(TEXT))], ids=str
)
def test_a_body_is_decompressed_up_to_its_limit(encoding: str, body: bytes) -> None:
    given = [response(body, "404 Not Found", Content_Encoding=encoding, Retry_After="7")]
    with Origin(given) as server:
        assert send(server, limit=len(TEXT)).body == TEXT
    failure = failure_of(Origin(given), limit=len(TEXT) - 1)
    assert str(failure) == f"The server sent a response longer than {len(TEXT) - 1} bytes. Check that api_url leads to the SMS Partner API."
    assert (failure.http_status, failure.retry_after) == (404, "7")


@pytest.mark.parametrize(
    ("given", "flaw", "http_status"),
    [
        (response(b"x", "503 Busy", Content_Encoding="br"), "with an unsupported compression", 503),
        (response(gzip.compress(b"{}", mtime=0), Content_Encoding="gzip, gzip"), "with an unsupported compression", 200),
        (response(b"x" * 99, "503 Busy", Content_Encoding="gzip"), "that cannot be decompressed", 503),
        (response(b"x" * 99, Content_Encoding="deflate"), "that cannot be decompressed", 200),
        (response(Content_Length="2\r\nContent-Length: 3"), "with two different lengths", None),
        (response(Content_Length="2, 3"), "with two different lengths", None),
    ],
)
def test_a_response_that_a_proxy_may_have_damaged_is_not_usable(given: bytes, flaw: str, http_status: int | None) -> None:
    failure = failure_of(Origin([given]))
    assert failure.__class__ is _errors.UnusableResponseError
    assert str(failure) == f"The server sent a response {flaw}. Check any proxy between this host and the API."
    assert failure.http_status == http_status


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
    assert failure.__class__ is _errors.NotDoneError
    advice = "Redirects are not followed, because they would send the API key to another host. Set api_url to the right address."
    assert str(failure) == f"The server redirects to {host}. {advice}"
    assert failure.http_status == int(status[:3])


@pytest.mark.parametrize(
    ("url", "proxy", "problem"),
    [
        ("http://127.0.0.1:9", "", "The connection to 127.0.0.1:9 failed (Connection refused). "),
        ("https://smspartner.invalid", "", "The connection to smspartner.invalid failed ("),
        ("http://127.0.0.1:8", "127.0.0.1:9", "The connection to 127.0.0.1:8 through the proxy 127.0.0.1 failed (Connection refused). "),
        ("https://127.0.0.1:8", "127.0.0.1:9", "The connection to 127.0.0.1:8 through the proxy 127.0.0.1 failed (Connection refused). "),
    ],
)
def test_a_connection_that_cannot_be_made_raises_not_connected(monkeypatch: pytest.MonkeyPatch, url: str, proxy: str, problem: str) -> None:
    monkeypatch.setenv("all_proxy", proxy and f"http://{PROXY_USER}@{proxy}")
    failure = failure_of(url)
    assert failure.__class__ is _errors.NotConnectedError
    assert str(failure).startswith(problem)
    assert str(failure).endswith(f"). {CHECK_NETWORK}")


@pytest.mark.parametrize("addresses", [1, 2])
def test_connecting_that_takes_too_long_raises_not_connected(monkeypatch: pytest.MonkeyPatch, addresses: int) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: look_up(*args, **options)[:1] * addresses)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _filler in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        http = Http(f"http://127.0.0.1:{full.getsockname()[1]}", timeout=0.2)
        for _attempt in range(2):
            with pytest.raises(_errors.NotConnectedError, match=r"^No complete response from 127\.0\.0\.1:\d+ within 0\.2 s\. "):
                http.send("GET", "/list")
        for filler in fillers:
            filler.close()


def test_a_host_that_is_looked_up_too_late_gets_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    look_up, is_over = socket.getaddrinfo, threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: [is_over.wait(5), look_up(*args, **options)][1])
    with Origin() as server:
        with pytest.raises(_errors.NotConnectedError, match=r"within 0\.2 s"):
            send(server, timeout=0.2)
        is_over.set()
        time.sleep(0.2)
        assert server.connections == 0


@pytest.mark.parametrize(
    "given", [b"", b"Go away\r\n\r\n", response(b"{}", "503 Busy", Content_Length="3"), b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"]
)
def test_a_response_that_breaks_off_is_a_lost_connection(given: bytes) -> None:
    server = Origin([given])
    failure = failure_of(server)
    assert failure.__class__ is _errors.ConnectionLostError
    assert str(failure) == f"The connection to {server.address} failed (no complete response). {CHECK_NETWORK}"
    assert failure.http_status == (503 if b"503" in given else None)


@pytest.mark.parametrize(("talk", "by_proxy"), [(hang_up, True), (reset, True), (reset, False)])
def test_a_closed_or_reset_connection_is_a_lost_connection(monkeypatch: pytest.MonkeyPatch, talk: t.Any, by_proxy: bool) -> None:
    server = Server(talk)
    monkeypatch.setenv("http_proxy", f"http://{server.address}" if by_proxy else "")
    failure = failure_of(server)
    assert failure.__class__ is _errors.ConnectionLostError
    assert ("Connection reset by peer" in str(failure)) == (talk is reset)


@pytest.mark.parametrize("piece", [b"", b"H", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_response_that_does_not_end_fails_at_the_timeout(piece: bytes) -> None:
    server = Origin(slowly(piece))
    failure = failure_of(server, timeout=0.2)
    assert failure.__class__ is _errors.ConnectionLostError
    assert str(failure) == f"No complete response from {server.address} within 0.2 s. Check the network and the proxy, or raise timeout."


def test_connections_are_kept_alive() -> None:
    def talk(client: socket.socket) -> None:
        while read_head(client):
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with Server(talk) as server:
        http = Http(f"http://{server.address}", timeout=1e300)
        assert [http.send("GET", "/x").body for _request in range(3)] == [b"{}"] * 3
        assert server.connections == 1


@pytest.mark.parametrize("url", [*HTTPS_URLS, *LOOPBACK_URLS])
def test_https_or_a_loopback_address_is_accepted(url: str) -> None:
    assert Http(url, timeout=1)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        *((url, NOT_A_URL) for url in ("", "ftp://x", "https://", "https:/a", "https://a@b", "https://a?b", "https://a#b", "https://a b", "https://\u00e9")),
        *((url, NOT_A_URL) for url in ("https://a:65536", "https://a:b", "https://a\\b", "http://127.0.0.1\\@example.com/", "https://[::1", "https://a\x7f")),
        *((url, CLEAR_TEXT) for url in ("http://api.smspartner.fr", "HTTP://10.0.0.1", "http://[2001:db8::1]", "http://localhost.example", "http://127.1")),
    ],
)
def test_any_other_url_is_refused(url: str, message: str) -> None:
    with pytest.raises(_errors.InputError) as failure:
        Http(url, timeout=1)
    assert str(failure.value) == message


@pytest.mark.parametrize("content", [None, "", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
@pytest.mark.parametrize("validate_certs", [True, False])
def test_a_bundle_that_cannot_be_read_is_refused(tmp_path: Path, content: str | None, validate_certs: bool) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(_errors.InputError) as failure:
        Http("https://x", timeout=1, ca_path=str(path), validate_certs=validate_certs)
    start, _bracket, reason = str(failure.value).partition(" (")
    assert start == f"ca_path: {path} cannot be read as a CA bundle"
    assert reason.startswith("No such file" if content is None else "[")
    assert reason.endswith("). Give a file of PEM certificates that exists on the host that the task runs on.")


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        ({"ca_path": "ours.pem"}, {}),
        ({"ca_path": "ours.pem"}, {"REQUESTS_CA_BUNDLE": "theirs.pem"}),
        ({"validate_certs": False}, {"REQUESTS_CA_BUNDLE": "theirs.pem"}),
        *(({}, {variable: "ours.pem"}) for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")),
    ],
)
@pytest.mark.filterwarnings("error::urllib3.exceptions.InsecureRequestWarning")
def test_a_certificate_is_trusted_because_of_the_options_or_the_environment(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any], variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with Origin([response()], tls(authority)) as server:
        assert send(server, scheme="https", **options).body == b"{}"


@pytest.mark.parametrize(
    ("ca_path", "bundle", "certificate", "reason"),
    [
        (None, "", {}, "unable to get local issuer certificate"),
        ("theirs.pem", "ours.pem", {}, "unable to get local issuer certificate"),
        ("ours.pem", "", {"not_before": NOW - 9 * DAY, "not_after": NOW - DAY}, "certificate has expired"),
        ("ours.pem", "", {"not_before": NOW + DAY, "not_after": NOW + 9 * DAY}, "certificate is not yet valid"),
        # urllib3 before 2 has words of its own.
        ("ours.pem", "", {"identity": "api.smspartner.example"}, "127.0.0.1"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_a_final_failure(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, ca_path: str | None, bundle: str, certificate: dict[str, t.Any], reason: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    server = Origin([response()], tls(authority, **certificate))
    failure = failure_of(server, scheme="https", ca_path=ca_path)
    assert failure.__class__ is _errors.NotDoneError
    start, _bracket, rest = str(failure).partition(" (")
    assert start == f"The certificate of {server.address} is not trusted"
    assert reason in rest
    assert "_ssl.c" not in rest
    ca_advice = "Check that ca_path has the CA that signed it." if ca_path else "If your own CA signed it, set ca_path."
    assert rest.endswith(f"). Check api_url, the certificate, and the clock of the host that the task runs on. {ca_advice}")
    assert (server.connections, server.received) == (1, b"")


@pytest.mark.parametrize(
    ("server_with", "reason"),
    [
        (lambda _context: Server(speak_plain_http), r"\[SSL"),
        (lambda _context: Server(hang_up), ""),
        (breaks_tls, r"\[SSL.*(bad record mac|decryption failed)"),
        (lambda context: breaks_tls(context, CUT_OFF), r"\[SSL.*(bad record mac|decryption failed)"),
        (wants_certificate, ".*certificate required"),
        (lambda context: Origin([CUT_OFF], context), ""),
    ],
    ids=["plain HTTP", "handshake broken off", "broken TLS record", "broken TLS record in the body", "client certificate wanted", "body cut off"],
)
def test_a_broken_tls_connection_is_lost_with_the_reason_of_openssl(authority: trustme.CA, server_with: t.Any, reason: str) -> None:
    server = server_with(tls(authority))
    failure = failure_of(server, scheme="https", ca_path="ours.pem")
    assert failure.__class__ is _errors.ConnectionLostError
    assert re.match(rf"The connection to {server.address} failed \({reason}", str(failure))


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_http_goes_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with Origin([response()]) as server, Proxy(credentials=PROXY_USER) as proxy:
        monkeypatch.setenv(variable, f"http://{PROXY_USER}@{proxy.address}")
        assert send(server).body == SUCCESS[-30:]
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert send(server).body == b"{}"
    (head,) = proxy.heads
    assert head.startswith(f"GET http://{server.address}/v1/list?")


@pytest.mark.parametrize("is_trusted", [True, False])
def test_the_proxy_sees_no_key_of_an_https_request(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, is_trusted: bool) -> None:
    with Origin([response()], tls(authority)) as server, Proxy(credentials=PROXY_USER) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{PROXY_USER}@{proxy.address}")
        if is_trusted:
            assert send(server, scheme="https", ca_path="ours.pem").body == b"{}"
        else:
            assert failure_of(f"https://{server.address}").__class__ is _errors.NotDoneError
            assert server.received == b""
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT {server.address} HTTP/")
    assert "apiKey" not in head


@pytest.mark.parametrize(
    ("refusal", "kind", "problem", "advice"),
    [
        # Retried, wrong credentials could lock the user's account.
        ("407 Proxy Authentication Required", _errors.NotDoneError, "The proxy refused the connection", CHECK_CREDENTIALS),
        ("503 Service Unavailable", _errors.NotConnectedError, "The connection to api.smspartner.example through the proxy 127.0.0.1 failed", CHECK_NETWORK),
    ],
)
def test_a_refused_tunnel_is_final_only_with_407(monkeypatch: pytest.MonkeyPatch, refusal: str, kind: t.Any, problem: str, advice: str) -> None:
    with Proxy(refusal=refusal) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        failure = failure_of("https://api.smspartner.example")
    assert failure.__class__ is kind
    assert str(failure) == f"{problem} (Tunnel connection failed: {refusal}). {advice}"


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "10.0.0.1:3128", "https://127.0.0.1.example", "http://[x"])
def test_a_proxy_elsewhere_gets_no_key_in_clear_text(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    message = r"^api_url: the proxy \S+ would receive the API key in clear text\. Use https, or list the host of api_url in no_proxy\."
    with pytest.raises(_errors.InputError, match=message):
        Http("HTTP://127.0.0.1:8080/v1", timeout=1)
    assert Http("https://127.0.0.1", timeout=1)


def test_a_socks_proxy_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5h://127.0.0.1:1080")
    with pytest.raises(_errors.MissingLibraryError, match="No module named 'socks'") as failure:
        Http("https://api.smspartner.example", timeout=1)
    assert failure.value.name == "PySocks"


@pytest.mark.parametrize(
    ("variable", "value"), [("https_proxy", "http://127.0.0.1:99999"), ("https_proxy", "gopher://127.0.0.1:1"), ("REQUESTS_CA_BUNDLE", "/nonexistent")]
)
def test_a_request_that_cannot_be_made_is_a_final_failure(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    failure = failure_of("https://127.0.0.1:9")
    assert failure.__class__ is _errors.NotDoneError
    assert str(failure).startswith("The request could not be made (")
    assert str(failure).endswith("). Check api_url, and the proxy and the CA bundle (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE) in the environment.")


@pytest.mark.parametrize("variable", ["NETRC", "HOME"])
def test_a_netrc_file_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    path = tmp_path / ".netrc"
    path.write_text("default login somebody password secret\n")
    monkeypatch.setenv(variable, str(path if variable == "NETRC" else tmp_path))
    with Origin([response()]) as server:
        send(server)
    assert b"Authorization" not in server.received


@pytest.mark.parametrize(("library", "named"), [("ssl", "ssl"), ("requests", "requests"), ("requests.adapters", "requests"), ("urllib3", "requests")])
def test_a_library_that_cannot_be_imported_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch, library: str, named: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    module = runpy.run_path(_http.__file__)
    with pytest.raises(_errors.MissingLibraryError) as failure:
        module["Http"]("https://x", timeout=1)
    assert failure.value.name == named
    assert failure.value.reason == f"ModuleNotFoundError: import of {library} halted; None in sys.modules"
