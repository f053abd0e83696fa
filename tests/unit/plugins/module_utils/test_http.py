# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One try: what is sent, what comes back, and how a failure is told apart from another."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import threading
import time
import typing as t
import zlib

import pytest
import trustme
from ansible_collections.community.smspartner.plugins.module_utils import _http
from ansible_collections.community.smspartner.plugins.module_utils._errors import InputError, MissingLibrary, NoUsableAnswer, TransientFailure
from ansible_collections.community.smspartner.plugins.module_utils._http import Http, Reply, _Adapter, _causes, _checked_url, _host_of, _reason
from ansible_collections.community.smspartner.tests.unit.servers import Origin, Proxy, Server, read_head, tls

if t.TYPE_CHECKING:
    from pathlib import Path

CRLF = "\r\n"
NOT_FOLLOWED = "Redirects are never followed, since the API key would travel along: set api_url to the address that is meant."


def test_every_cause_is_found_once() -> None:
    cause, shared = ValueError("cause"), ValueError("shared")
    error = RuntimeError(shared)
    error.__cause__, error.__context__ = cause, shared
    assert sorted(map(str, _causes(error))) == ["cause", "shared", "shared"]
    assert list(_causes(error)).count(shared) == 1


def test_causes_that_lead_to_each_other_come_to_an_end() -> None:
    error, other = RuntimeError(), RuntimeError()
    error.args, other.args = (other,), (error,)
    assert list(_causes(error)) == [error, other]


def test_the_reason_is_what_the_operating_system_says() -> None:
    error = RuntimeError("https://api.smspartner.fr/v1?apiKey=secret")
    error.__cause__ = ConnectionResetError(104, "Connection reset by peer")
    assert _reason(error) == "Connection reset by peer"
    assert _reason(RuntimeError("apiKey=secret")) == "it brought no whole answer"


def test_the_host_of_a_proxy_with_and_without_a_scheme() -> None:
    assert _host_of("http://somebody:else@127.0.0.1:3128") == _host_of("127.0.0.1:3128") == "127.0.0.1"
    assert _host_of("http://[x") == _host_of("http://") == ""


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_path(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def answer(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP answer, whole unless a header says otherwise."""
    given = {"Content-Length": str(len(body)), "Connection": "close", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return f"HTTP/1.1 {status}\r\n{''.join(f'{name}: {value}' + CRLF for name, value in given.items())}\r\n".encode() + body


def send(server: Server, *, timeout: float = 5.0, limit: int | None = None, **options: t.Any) -> Reply:
    return Http(f"http://{server.address}/v1", timeout=timeout, **options).send("GET", "/list", query={"apiKey": "k/ +"}, limit=limit)


def failure_of(server: Server, **options: t.Any) -> NoUsableAnswer:
    with server, pytest.raises(NoUsableAnswer) as failure:
        send(server, **options)
    assert "apiKey" not in str(failure.value)
    return failure.value


def test_what_is_sent() -> None:
    with Origin([answer()]) as server:
        send(server)
    head, _separator, body = server.received.decode().partition(CRLF * 2)
    line, *headers = head.split(CRLF)
    assert line == "GET /v1/list?apiKey=k%2F+%2B HTTP/1.1"
    assert sorted(headers) == ["Accept-Encoding: gzip", "Accept: */*", "Connection: keep-alive", f"Host: {server.address}", "User-Agent: community.smspartner"]
    assert body == ""


def test_what_is_posted() -> None:
    with Origin([answer()]) as server:
        Http(f"http://{server.address}/v1/", timeout=5).send("POST", "/add", json={"apiKey": "k"})
    assert server.received.startswith(b"POST /v1/add HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in server.received


@pytest.mark.parametrize(
    ("given", "reply"),
    [
        (answer(b"a", "404 Not Found"), Reply(404, None, b"a")),
        (answer(b"", "503 Busy", Retry_After="7"), Reply(503, "7", b"")),
        # A redirect that leads nowhere, and a place to go to with a status that redirects nobody.
        (answer(b"a", "302 Found"), Reply(302, None, b"a")),
        (answer(b"a", "201 Created", Location="http://elsewhere.example/"), Reply(201, None, b"a")),
    ],
)
def test_what_comes_back(given: bytes, reply: Reply) -> None:
    with Origin([given]) as server:
        assert send(server) == reply


CHECK_ENVIRONMENT = r"Check api_url, and the proxy and the CA bundle in the environment\."
TEXT = b'{"code": 200}' * 20_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", TEXT),
        ("", TEXT),
        (" GZIP ", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT, mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("gzip", gzip.compress(b"".join(hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(9000)), mtime=0)),
    ],
)
def test_an_answer_is_whole_and_decompressed(encoding: str, body: bytes) -> None:
    whole = body if encoding in ("identity", "") else zlib.decompress(body, wbits=zlib.MAX_WBITS | 32)
    with Origin([answer(body, Content_Encoding=encoding)]) as server:
        assert send(server).body == whole
    with Origin([answer(body, Content_Encoding=encoding)]) as server:
        assert send(server, limit=len(whole)).body == whole
    with Origin([answer(body, "404 Not Found", Content_Encoding=encoding)]) as server:
        reply = send(server, limit=len(whole) - 1)
    assert str(reply.flaw) == f"the server sent an answer longer than {len(whole) - 1} bytes. Check that api_url leads to the SMS Partner API."
    assert (reply.status, reply.body) == (404, b"")


def test_nothing_compressed_is_nothing() -> None:
    with Origin([answer(b"", Content_Encoding="gzip")]) as server:
        assert send(server).body == b""


@pytest.mark.parametrize(
    ("encoding", "body", "flaw"),
    [
        ("br", b"x", "is compressed in a way that was not asked for"),
        ("gzip", b"x" * 99, "whose compression is broken"),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9], "whose compression is broken"),
        ("gzip", gzip.compress(b"{}", mtime=0) * 2, "whose compression is broken"),
    ],
)
def test_an_answer_that_cannot_be_read(encoding: str, body: bytes, flaw: str) -> None:
    with Origin([answer(body, "503 Busy", Content_Encoding=encoding, Retry_After="7")]) as server:
        reply = send(server)
    assert reply[:3] == (503, "7", b"")
    assert re.fullmatch(rf"the server sent an answer (that )?{flaw}\. Check the proxy in between\.", str(reply.flaw))


@pytest.mark.parametrize(
    ("given", "message", "status"),
    [
        (answer(b"", "302 Found", Location="//elsewhere.example:99/x"), f"the server redirects to elsewhere.example. {NOT_FOLLOWED}", 302),
        (answer(b"", "308 Permanent Redirect", Location="/x"), f"the server redirects to 127.0.0.1. {NOT_FOLLOWED}", 308),
        (answer(b"", "301 Moved", Location="mailto:x"), f"the server redirects to no host. {NOT_FOLLOWED}", 301),
        (answer(b"", "307 Temporary Redirect", Location="http://[x"), f"the server redirects to no readable host. {NOT_FOLLOWED}", 307),
    ],
)
def test_a_redirect_is_not_followed(given: bytes, message: str, status: int) -> None:
    failure = failure_of(Origin([given]))
    assert failure.__class__ is NoUsableAnswer
    assert str(failure) == message
    assert failure.http_status == status


@pytest.mark.parametrize(("key", "location"), [("a/b", "https://a/b.example/"), ("a@b", "//a@b.example"), ("a:b", "http://a:b.example")])
def test_no_part_of_the_key_is_told_as_a_host(key: str, location: str) -> None:
    failure = failure_of(Origin([answer(b"", "302 Found", Location=location)]), redact=lambda text: text.replace(key, "***"))
    assert failure.problem == "the server redirects to ***.example"


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"Go away\r\n\r\n",
    ],
)
def test_an_answer_that_is_cut_short_may_have_been_carried_out(given: bytes) -> None:
    server = Origin([given])
    is_lost(failure_of(server), server)


@pytest.mark.parametrize(
    "given",
    [
        answer(b"{}", "503 Busy", Content_Length="3", Retry_After="7"),
        b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}", mtime=0)[:-1],
    ],
)
def test_a_body_that_is_cut_short_leaves_the_status(given: bytes) -> None:
    with Origin([given]) as server:
        reply = send(server)
    assert reply[:3] == (503, "7", b"")
    is_lost(reply.flaw, server)


def is_lost(failure: NoUsableAnswer | None, server: Server) -> None:
    assert isinstance(failure, TransientFailure)
    assert failure.perhaps_done
    problem = f"the connection to {server.address} failed (it brought no whole answer)"
    assert str(failure) == f"{problem}. Check the network, the proxy, and that api_url is right."


@pytest.mark.parametrize(
    ("head", "until_close"),
    [("", True), ("Content-Length: 2\r\n", False), ("Content-Encoding: gzip\r\n", True)],
)
def test_a_body_may_end_with_the_connection(head: str, until_close: bool) -> None:
    body = gzip.compress(b"{}") if "gzip" in head else b"{}"
    with Origin([f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body]) as server:
        assert send(server) == Reply(200, None, b"{}", until_close=until_close)
    with Origin([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]) as server:
        assert send(server) == Reply(200, None, b"{}")


class Silent(Server):
    """Takes a request and says nothing, or a byte now and then."""

    def __init__(self, say: bytes = b"") -> None:
        super().__init__()
        self._say = say

    def talk(self, client: socket.socket) -> None:
        while not self.is_over:
            client.sendall(self._say)
            time.sleep(0.02)


@pytest.mark.parametrize("say", [b"", b"H"])
def test_an_answer_that_does_not_come_to_an_end_is_cut_off(say: bytes) -> None:
    began = time.monotonic()
    server = Silent(say)
    failure = failure_of(server, timeout=0.25)
    assert time.monotonic() - began < 2
    assert isinstance(failure, TransientFailure)
    assert failure.perhaps_done
    assert str(failure) == f"no whole answer came from {server.address} within 0.25 s. Check the network and the proxy, or raise timeout."


def test_a_connection_is_closed_once_the_time_is_up() -> None:
    class Dripping(Silent):
        is_left = threading.Event()

        def talk(self, client: socket.socket) -> None:
            try:
                super().talk(client)
            except OSError:
                self.is_left.set()

    with Dripping(b"HTTP/1.1 200 OK\r\n\r\n") as server:
        with pytest.raises(TransientFailure):
            send(server, timeout=0.1)
        assert server.is_left.wait(5)


def test_where_no_thread_can_be_started_nothing_was_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    http = Http("http://127.0.0.1:9", timeout=5)
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(NoUsableAnswer) as failure:
        http.send("GET", "/x")
    assert failure.value.__class__ is NoUsableAnswer
    assert str(failure.value) == "the system cannot start a thread for the request. Raise the target's limits of memory and processes."


def test_nothing_is_sent_once_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve, resolved = socket.getaddrinfo, threading.Event()

    def resolve_late(*args: t.Any, **kwargs: t.Any) -> t.Any:
        resolved.wait(5)
        return resolve(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_late)
    before = threading.active_count()
    with Origin([answer()]) as server:
        with pytest.raises(TransientFailure) as failure:
            send(server, timeout=0.1)
        resolved.set()
        for thread in threading.enumerate():
            if isinstance(thread, _http._Try):
                thread.join(5)
        send(server)
        assert server.connections == 2
    assert server.received.count(b"GET") == 1
    assert not failure.value.perhaps_done
    assert threading.active_count() <= before


def test_where_nothing_listens_nothing_was_carried_out() -> None:
    server = Server()
    server.server_close()
    with pytest.raises(TransientFailure) as failure:
        send(server)
    assert not failure.value.perhaps_done
    problem = f"the connection to {server.address} failed (Connection refused)"
    assert str(failure.value) == f"{problem}. Check the network, the proxy, and that api_url is right."


def test_connections_are_kept_alive_and_shared() -> None:
    class KeepsAlive(Server):
        def talk(self, client: socket.socket) -> None:
            while read_head(client):
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with KeepsAlive() as server:
        http = Http(f"http://{server.address}", timeout=5)
        for _request in range(3):
            assert http.send("GET", "/x").body == b"{}"
        assert server.connections == 1


def test_a_longer_timeout_than_any_clock_takes_is_shortened() -> None:
    with Origin([answer()]) as server:
        assert send(server, timeout=1e300).body == b"{}"


@pytest.mark.parametrize(
    "url",
    [
        "https://api.smspartner.fr/v1",
        "HTTPS://API.SMSPARTNER.FR",
        "https://host:65535/a/b-c_d.e~f/",
        f"https://a-b_c.{63 * 'a'}.example./",
        "https://[2001:db8::1]:8443/v1",
        "http://localhost:8080/v1",
        "http://LOCALHOST",
        "http://127.8.9.1/",
        "http://[::1]:80",
    ],
)
def test_a_url_over_which_a_key_may_travel(url: str) -> None:
    assert _checked_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        *(
            (url, "api_url: it is not a plain http or https URL. Give one such as https://api.smspartner.fr/v1, without credentials, query or fragment.")
            for url in (
                "",
                "ftp://x",
                "https://",
                "https://a@b",
                "https://a?b",
                "https://a#b",
                "https://a b",
                "https://a:65536",
                "https://a..b",
                "https://.a",
                f"https://{64 * 'a'}.example",
                "https://a:b",
                "https://a\\b",
                "https://[1:2:3]",
                "https://[1.2.3.4]",
            )
        ),
        *(
            (url, "api_url: http would send the API key in clear text. Use https; http is for a loopback address or localhost.")
            for url in ("http://api.smspartner.fr", "HTTP://10.0.0.1", "http://[2001:db8::1]", "http://localhost.example")
        ),
    ],
)
def test_a_url_over_which_it_may_not(url: str, message: str) -> None:
    with pytest.raises(InputError) as failure:
        Http(url, timeout=1)
    assert str(failure.value) == message


def test_without_requests_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "REQUESTS_IS_MISSING", True)
    with pytest.raises(MissingLibrary) as failure:
        Http("https://x", timeout=1)
    assert failure.value.name == "requests"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        ("", "no certificate"),
        ("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", ""),
    ],
)
@pytest.mark.parametrize("validate_certs", [True, False])
def test_a_bundle_that_cannot_be_read(tmp_path: Path, content: str | None, reason: str, validate_certs: bool) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as failure:
        Http("https://x", timeout=1, ca_path=str(path), validate_certs=validate_certs)
    message = str(failure.value)
    assert message.startswith(f"ca_path: {path} cannot be read as a CA bundle (")
    assert reason in message
    assert message.endswith("). Give a file of PEM certificates that the target can read.")


@pytest.mark.parametrize("path", ["a\0b", "a\ud800b"])
def test_a_bundle_whose_path_can_be_none(path: str) -> None:
    with pytest.raises(InputError, match=r"^ca_path: .* cannot be read as a CA bundle \(it is no path\)\."):
        Http("https://x", timeout=1, ca_path=path)


def secure(server: Server, **options: t.Any) -> Reply:
    return Http(f"https://{server.address}", timeout=5, **options).send("GET", "/x")


@pytest.mark.filterwarnings("error::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("validate_certs", [True, False])
def test_a_server_with_a_certificate_of_the_bundle_is_trusted(authority: trustme.CA, ca_path: str, validate_certs: bool) -> None:
    with Origin([answer()], tls(authority)) as server:
        assert secure(server, ca_path=ca_path, validate_certs=validate_certs).body == b"{}"


@pytest.mark.filterwarnings("error::urllib3.exceptions.InsecureRequestWarning")
def test_without_validation_any_server_is(authority: trustme.CA) -> None:
    with Origin([answer()], tls(authority)) as server:
        assert secure(server, validate_certs=False).body == b"{}"


def test_the_environment_may_name_the_bundle(authority: trustme.CA, ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_path)
    with Origin([answer()], tls(authority)) as server:
        assert secure(server).body == b"{}"


def test_any_other_server_is_not_and_gets_nothing(authority: trustme.CA, ca_path: str) -> None:
    advice = "Check api_url, the server's certificate, the target's clock, and ca_path if a CA of your own signed it."
    for identity, options, reason in (("127.0.0.1", {}, "unable to get local issuer certificate"), ("127.0.0.2", {"ca_path": ca_path}, "127.0.0.")):
        with Origin([answer()], tls(authority, identity)) as server:
            with pytest.raises(NoUsableAnswer) as failure:
                secure(server, **options)
            assert server.received == b""
        assert failure.value.__class__ is NoUsableAnswer
        assert str(failure.value).startswith(f"no trusted TLS connection to {server.address} (")
        assert reason in str(failure.value)
        assert str(failure.value).endswith(f"). {advice}")


def test_a_handshake_that_is_broken_off_is_a_lost_connection() -> None:
    class HangsUp(Server):
        def talk(self, client: socket.socket) -> None:
            client.recv(1 << 16)

    with HangsUp() as server, pytest.raises(TransientFailure) as failure:
        secure(server)
    assert not failure.value.perhaps_done
    assert f"the connection to {server.address} failed (" in str(failure.value)


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Origin([answer()]) as server, Proxy() as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
        assert send(server).body == b"{}"
    (head,) = proxy.heads
    assert head.startswith(f"GET http://{server.address}/v1/list?")


def test_a_proxy_where_nothing_listens_is_named_without_its_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy() as proxy:
        pass
    monkeypatch.setenv("https_proxy", f"http://user:password@{proxy.address}")
    with pytest.raises(TransientFailure) as failure:
        Http("https://api.smspartner.example", timeout=5).send("GET", "/x")
    problem = "the connection to api.smspartner.example through the proxy 127.0.0.1 failed (Connection refused)"
    assert str(failure.value) == f"{problem}. Check the network, the proxy, and that api_url is right."


def test_a_tunnel_knows_when_a_request_was_sent(authority: trustme.CA, ca_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Origin([], tls(authority)) as server, Proxy() as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        http = Http(f"https://{server.address}", timeout=5, ca_path=ca_path)
        for _request in range(2):
            with pytest.raises(TransientFailure) as failure:
                http.send("GET", "/x")
            assert failure.value.perhaps_done
    assert [head.split()[0] for head in proxy.heads] == ["CONNECT"] * 2


@pytest.mark.parametrize(("refusal", "kind"), [("407 Proxy Authentication Required", NoUsableAnswer), ("503 Service Unavailable", TransientFailure)])
def test_a_proxy_that_opens_no_tunnel(monkeypatch: pytest.MonkeyPatch, refusal: str, kind: type[NoUsableAnswer]) -> None:
    with Proxy(refusal=refusal) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        with pytest.raises(NoUsableAnswer) as failure:
            Http("https://api.smspartner.example", timeout=5).send("GET", "/x")
    assert failure.value.__class__ is kind
    assert str(failure.value) == f"the proxy refused the connection with HTTP {refusal[:3]}. Check the proxy in the environment, and its credentials."
    assert getattr(failure.value, "perhaps_done", False) is False


def test_a_proxy_elsewhere_gets_no_key_in_clear_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for proxy in ("http://proxy.example:3128", "10.0.0.1:3128", "http://[x"):
        monkeypatch.setenv("http_proxy", proxy)
        with pytest.raises(InputError) as failure:
            Http("HTTP://127.0.0.1:8080/v1", timeout=1)
        assert str(failure.value) == (
            "api_url: the proxy in the environment would get the API key in clear text. Use https, or put the host of api_url into no_proxy."
        )
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert Http("https://127.0.0.1", timeout=1)


def test_what_the_library_asks_of_a_proxy_is_handed_on() -> None:
    assert _Adapter().proxy_manager_for("http://127.0.0.1:3128", timeout=7).connection_pool_kw["timeout"] == 7


@pytest.mark.parametrize(
    ("variable", "value", "error"),
    [("https_proxy", "http://127.0.0.1:99999", "Invalid(Proxy)?URL"), ("REQUESTS_CA_BUNDLE", "/nonexistent", "OSError")],
)
def test_a_request_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, error: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(NoUsableAnswer) as failure:
        Http("https://api.smspartner.example", timeout=5).send("GET", "/x")
    assert re.fullmatch(rf"the request could not be made \({error}\)\. {CHECK_ENVIRONMENT}", str(failure.value))


def test_a_netrc_file_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Origin([answer()]) as server:
        send(server)
    assert b"Authorization" not in server.received


def test_a_path_keeps_its_last_letter() -> None:
    assert _checked_url("https://api.example/vX/") == "https://api.example/vX"


def test_a_try_that_hangs_does_not_hold_the_process() -> None:
    assert _http._Try(lambda: Reply(200, None, b""), "127.0.0.1").daemon
