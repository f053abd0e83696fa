# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it may change in any release without notice.

"""One try of a request: bytes out, status and bytes back, within a deadline and a bound; no redirects, no secrets in a failure."""

from __future__ import annotations

import contextlib
import io
import re
import socket
import ssl
import threading
import typing as t
import zlib
from http.client import HTTPResponse, IncompleteRead
from urllib.parse import urljoin, urlsplit

from ansible_collections.community.smspartner.plugins.module_utils._errors import (
    InputError,
    MissingLibrary,
    NoUsableAnswer,
    TransientFailure,
)

try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
except ImportError:
    REQUESTS_IS_MISSING = True
    HTTPAdapter = object  # type: ignore[misc,assignment]  # a stand-in that is never used
else:
    REQUESTS_IS_MISSING = False

# Stricter than a URL may be, so that no two parsers can disagree on the host that gets the key.
HOST = r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?|\[[0-9a-f:.]+\]"
URL = re.compile(rf"(https?)://({HOST})(?::([0-9]{{1,5}}))?((?:/[a-z0-9._~!$&'()*+,;=:%-]*)*)", re.IGNORECASE)
TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: ([0-9]{3})\b")
TRANSIENT_STATUSES = frozenset({429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK = 1 << 16
MAX_CONNECTIONS = 32
# Longer than any play, and short enough for every clock that the timeout is handed to.
LONGEST_TIMEOUT = 1_000_000.0


class Reply(t.NamedTuple):
    """What came back from one try. ``flaw`` is why the body could not be read, if it could not.

    ``until_close`` tells that the body ended with the connection, so that only what is in it can tell whether it is whole.
    """

    status: int
    retry_after: str | None
    body: bytes
    flaw: NoUsableAnswer | None = None
    until_close: bool = False


class Http:
    """Requests below one base URL, over connections that are kept alive and may be shared by threads."""

    def __init__(
        self,
        api_url: str,
        *,
        timeout: float,
        validate_certs: bool = True,
        ca_path: str | None = None,
        redact: t.Callable[[str], str] = str,
    ) -> None:
        """``timeout`` is in seconds, for one request as a whole; ``redact`` masks the key in a text.

        :raises InputError: for a URL over which a key must not travel, or a CA bundle that cannot be read
        :raises MissingLibrary: without ``requests``
        """
        if REQUESTS_IS_MISSING:
            raise MissingLibrary("requests")
        self._base = _checked_url(api_url)
        self._timeout = min(timeout, LONGEST_TIMEOUT)
        self._session = _session(self._base, _verification(validate_certs, ca_path))
        self._peer = _peer(self._base, self._session.proxies)
        self._redact = redact

    def send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, t.Any] | None = None,
        json: dict[str, t.Any] | None = None,
        limit: int | None = None,
    ) -> Reply:
        """Send one request and read its whole answer, of at most ``limit`` bytes after decompression.

        :raises TransientFailure: when the connection failed, or the answer was not whole in time
        :raises NoUsableAnswer: for a TLS failure or a redirect
        """

        def exchange() -> Reply:
            url = self._base + path
            with self._session.request(method, url, params=query, json=json, timeout=self._timeout, allow_redirects=False, stream=True) as response:
                location = response.headers.get("Location")
                if response.status_code in REDIRECTS and location is not None:
                    # Masked as a whole: of a key with a slash in it, the host alone would be a part.
                    raise _redirected(url, self._redact(location), response.status_code)
                return _reply(response, limit, lambda error: _typed(error, self._peer, self._timeout, sent=True))

        return _Try(exchange, self._peer).within(self._timeout)


class _Try(threading.Thread):
    """One exchange, in a thread that is left behind once its time is up: name resolution and headers that drip know no deadline."""

    def __init__(self, exchange: t.Callable[[], Reply], peer: str) -> None:
        """``peer`` names who is called, as a failure tells it."""
        super().__init__(daemon=True)
        self._exchange = exchange
        self._peer = peer
        self._reply: Reply | None = None
        self._error: Exception | None = None
        self._lock = threading.Lock()
        self._is_over = False
        self._socket: socket.socket | None = None

    def begin_to_send(self, over: socket.socket) -> None:
        """Note that the request leaves, unless nobody waits for its answer any more: the next try may be under way.

        :raises ConnectionAbortedError: when the time is up
        """
        with self._lock:
            if self._is_over:
                raise ConnectionAbortedError
            self._socket = over

    def run(self) -> None:
        try:
            self._reply = self._exchange()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is for the thread that waits
            self._error = error

    def within(self, timeout: float) -> Reply:
        try:
            self.start()
        except RuntimeError:
            raise NoUsableAnswer("the system cannot start a thread for the request", "Raise the target's limits of memory and processes.") from None
        self.join(timeout)
        with self._lock:
            self._is_over = True
            error = self._error
        if self._reply is not None:
            return self._reply
        if error is None and self._socket is not None:
            # A server that drips would keep the connection beside those of the next tries.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        # The error's own text may hold the URL, and so the key: it goes no further than this.
        raise _typed(error, self._peer, timeout, sent=self._socket is not None) from None


def _typed(error: Exception | None, peer: str, timeout: float, sent: bool) -> NoUsableAnswer:
    """The failure that stands for what a try ended with; ``None`` where it did not end."""
    if isinstance(error, NoUsableAnswer):
        return error
    if error is None or isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        problem = f"no whole answer came from {peer} within {timeout:g} s"
        return TransientFailure(problem, "Check the network and the proxy, or raise timeout.", perhaps_done=sent)
    status = _tunnel_status(error)
    if status is not None:
        problem, advice = f"the proxy refused the connection with HTTP {status}", "Check the proxy in the environment, and its credentials."
        return TransientFailure(problem, advice, perhaps_done=sent) if status in TRANSIENT_STATUSES else NoUsableAnswer(problem, advice)
    hung_up = any(isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) for cause in _causes(error))
    if isinstance(error, (requests.exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError)) and not hung_up:
        advice = "Check api_url, the server's certificate, the target's clock, and ca_path if a CA of your own signed it."
        return NoUsableAnswer(f"no trusted TLS connection to {peer} ({_reason(error)})", advice)
    lost = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, urllib3.exceptions.ProtocolError, ConnectionError)
    # Once a request has left, whatever breaks is its answer: one that is no HTTP, say.
    if sent or isinstance(error, lost):
        problem = f"the connection to {peer} failed ({_reason(error)})"
        return TransientFailure(problem, "Check the network, the proxy, and that api_url is right.", perhaps_done=sent)
    # A proxy or a REQUESTS_CA_BUNDLE that cannot be used, most often.
    advice = "Check api_url, and the proxy and the CA bundle in the environment."
    return NoUsableAnswer(f"the request could not be made ({type(error).__name__})", advice)


def _tunnel_status(error: BaseException) -> int | None:
    """The HTTP status with which a proxy refused to open a tunnel, if that is what happened; it is told in a text only."""
    refusals = (TUNNEL_REFUSED.match(str(cause)) for cause in _causes(error) if isinstance(cause, OSError))
    return next((int(refusal.group(1)) for refusal in refusals if refusal), None)


def _reason(error: BaseException) -> str:
    """What the operating system or the TLS library says at the root of the error: words that hold nothing of the request."""
    for cause in _causes(error):
        # urllib3 before 2 compares the names itself, with an error of its own.
        if isinstance(cause, (ssl.SSLCertVerificationError, urllib3.connection.CertificateError)):  # type: ignore[attr-defined]
            return getattr(cause, "verify_message", None) or str(cause)
        if isinstance(cause, OSError) and isinstance(cause.strerror, str):
            return cause.strerror
    return "it brought no whole answer"


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """The error and all that led to it, wherever the libraries keep it."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        error = waiting.pop()
        if error in seen:
            continue
        seen.append(error)
        yield error
        related = (error.__cause__, error.__context__, *error.args)
        waiting.extend(other for other in related if isinstance(other, BaseException))


def _reply(response: requests.Response, limit: int | None, typed: t.Callable[[Exception], NoUsableAnswer]) -> Reply:
    """What came, with the status and its headers even where the body breaks off."""
    status, retry_after = response.status_code, response.headers.get("Retry-After")
    until_close = response.raw.length_remaining is None and not response.raw.chunked
    try:
        return Reply(status, retry_after, _body(response, limit, until_close), until_close=until_close)
    except Exception as error:  # noqa: BLE001  # whatever broke, it is of the answer
        return Reply(status, retry_after, b"", typed(error))


def _body(response: requests.Response, limit: int | None, until_close: bool) -> bytes:
    """The decoded body. It is read here and not by requests, which does not bound a decompression.

    :raises ProtocolError: for one that breaks off
    :raises NoUsableAnswer: for one that is over the limit, or compressed in a way that cannot be read
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate", ""):
        raise NoUsableAnswer("the server sent an answer that is compressed in a way that was not asked for", "Check the proxy in between.")
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32) if encoding not in ("identity", "") else None
    response.raw.enforce_content_length = True  # the default only since urllib3 2
    parts: list[bytes] = []
    size = 0
    while chunk := response.raw.read(CHUNK, decode_content=False):
        part = chunk if inflater is None else _inflate(inflater, chunk, 0 if limit is None else limit + 1 - size)
        size += len(part)
        if limit is not None and size > limit:
            raise NoUsableAnswer(f"the server sent an answer longer than {limit} bytes", "Check that api_url leads to the SMS Partner API.")
        parts.append(part)
    if inflater is not None and parts and (not inflater.eof or inflater.unused_data):
        raise urllib3.exceptions.ProtocolError if until_close and not inflater.eof else _broken_compression()
    return b"".join(parts)


def _inflate(inflater: t.Any, chunk: bytes, most: int) -> bytes:
    """At most ``most`` bytes (0: all) of what the chunk decompresses to."""
    try:
        return t.cast(bytes, inflater.decompress(chunk, most))
    except zlib.error:
        raise _broken_compression() from None


def _broken_compression() -> NoUsableAnswer:
    return NoUsableAnswer("the server sent an answer whose compression is broken", "Check the proxy in between.")


def _redirected(url: str, location: str, status: int) -> NoUsableAnswer:
    try:
        host = urlsplit(urljoin(url, location)).hostname or "no host"
    except ValueError:
        host = "no readable host"
    advice = "Redirects are never followed, since the API key would travel along: set api_url to the address that is meant."
    return NoUsableAnswer(f"the server redirects to {host}", advice, http_status=status)


def _checked_url(api_url: str) -> str:
    match = URL.fullmatch(api_url)
    if match is None or int(match.group(3) or 0) > 65535 or not _is_host(match.group(2)):
        raise InputError(
            "api_url", "it is not a plain http or https URL", "Give one such as https://api.smspartner.fr/v1, without credentials, query or fragment."
        )
    if match.group(1).lower() == "http" and not _is_loopback(match.group(2)):
        raise InputError("api_url", "http would send the API key in clear text", "Use https; http is for a loopback address or localhost.")
    return api_url.rstrip("/")


def _is_host(host: str) -> bool:
    """Whether brackets, if there are any, hold an address that belongs there."""
    return not host.startswith("[") or getattr(_address(host), "version", None) == 6


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> t.Any:
    """The IP address that the host is, or None where it is a name."""
    from ipaddress import ip_address

    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _verification(validate_certs: bool, ca_path: str | None) -> bool | str:
    """What ``requests`` takes as ``verify``."""
    if ca_path is not None:
        try:
            ssl.create_default_context(cafile=ca_path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", "it is no path") or "no certificate in it"
            problem = f"{ca_path} cannot be read as a CA bundle ({reason})"
            raise InputError("ca_path", problem, "Give a file of PEM certificates that the target can read.") from None
    if not validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        return False
    return ca_path or True


def _session(url: str, verify: bool | str) -> requests.Session:
    session = requests.Session()
    # The environment is read once, for its proxy and CA bundle; after that it is out, and a netrc file with it.
    settings = session.merge_environment_settings(url, {}, None, verify, None)
    session.trust_env = False
    session.proxies = settings["proxies"]
    # requests before 2.28 takes an empty CURL_CA_BUNDLE for a wish not to check.
    session.verify = settings["verify"] or verify
    proxy = requests.utils.select_proxy(url, session.proxies)
    if proxy and url.lower().startswith("http:") and not _is_loopback(_host_of(proxy)):
        problem = "the proxy in the environment would get the API key in clear text"
        raise InputError("api_url", problem, "Use https, or put the host of api_url into no_proxy.")
    # Even where redirects are not followed, requests works the next one out, and reads the whole body for it.
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]  # noqa: ARG005
    session.headers["User-Agent"] = "community.smspartner"
    session.headers["Accept-Encoding"] = "gzip"
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(pool_maxsize=MAX_CONNECTIONS))
    return session


def _peer(url: str, proxies: t.Any) -> str:
    """Who is called at the URL, and through which proxy; not with what credentials."""
    host = urlsplit(url).netloc
    proxy = requests.utils.select_proxy(url, proxies)
    return f"{host} through the proxy {_host_of(proxy)}" if proxy else host


def _host_of(proxy: str) -> str:
    try:
        return urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or ""
    except ValueError:
        return ""


class _Adapter(HTTPAdapter):
    """Has every connection tell its try when a request begins to leave: before that, nothing can have been carried out."""

    def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _noting(self.poolmanager.pool_classes_by_scheme)

    def proxy_manager_for(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _noting(manager.pool_classes_by_scheme)
        return manager


class _Lines(io.BufferedReader):
    """A file that remembers the last line that was read."""

    last = b""

    def readline(self, size: int | None = -1) -> bytes:
        self.last = super().readline(size)
        return self.last


class _Response(HTTPResponse):
    """Takes headers that end with the connection for cut off: to Python, that end is as good as the blank line."""

    def begin(self) -> None:
        self.fp = lines = _Lines(self.fp.detach())
        super().begin()
        if not lines.last:
            raise IncompleteRead(b"")


class _Noting:
    """Mixed into urllib3's connections: tells the try that a request begins to leave, right before its first byte."""

    sock: t.Any
    connect: t.Callable[[], None]
    response_class = _Response

    def endheaders(self, *args: t.Any, **kwargs: t.Any) -> None:
        if self.sock is None:
            self.connect()
        t.cast(_Try, threading.current_thread()).begin_to_send(self.sock)
        super().endheaders(*args, **kwargs)  # type: ignore[misc]  # of http.client.HTTPConnection


def _noting(pools: dict[str, t.Any]) -> dict[str, t.Any]:
    """The pool classes, each with connections that note; a proxy's manager is asked for at every request, and comes with them already."""
    return {scheme: pool if issubclass(pool.ConnectionCls, _Noting) else _noting_pool(pool) for scheme, pool in pools.items()}


def _noting_pool(pool: t.Any) -> t.Any:
    connection = type("Connection", (_Noting, pool.ConnectionCls), {})
    return type("Pool", (pool,), {"ConnectionCls": connection})
