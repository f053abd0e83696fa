# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: may change in any release without notice.

"""Sends one HTTP request and reads the response, within a deadline and a size limit."""

from __future__ import annotations

import os
import queue
import re
import socket
import threading
import typing as t
from urllib.parse import urljoin, urlsplit

from ansible_collections.community.smspartner.plugins.module_utils._errors import (
    ConnectionLostError,
    InputError,
    MissingLibraryError,
    NotConnectedError,
    NotDoneError,
    SmsPartnerError,
    UnusableResponseError,
    import_library,
)

IMPORT_FAILURE: MissingLibraryError | None = None
try:
    import ssl
except Exception as error:  # noqa: BLE001  # a broken library raises anything
    IMPORT_FAILURE = MissingLibraryError("ssl", error)
try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter

    # urllib3 before 2 compares host names itself. Every release has this name, none declares it.
    UNTRUSTED = (ssl.SSLCertVerificationError, urllib3.connection.CertificateError)  # type: ignore[attr-defined]
except Exception as error:  # noqa: BLE001  # a broken library raises anything
    IMPORT_FAILURE = IMPORT_FAILURE or MissingLibraryError("requests", error)

HEADERS = {"User-Agent": "community.smspartner", "Accept": "*/*", "Accept-Encoding": "gzip"}
# urllib3 also decodes other and stacked encodings, but with no limit on the size.
ENCODINGS = ("", "identity", "gzip", "deflate")
REDIRECTS = (301, 302, 303, 307, 308)
CHUNK = 1 << 14  # decompresses to at most 16 MiB
# The socket's own timeout should come first: its type tells whether a connection was made.
GRACE = 0.1
CHECK_PROXIES = "Check any proxy between this host and the API."


class HttpResponse(t.NamedTuple):
    """``until_close`` tells that the body had no length of its own and ended with the connection."""

    status: int
    retry_after: str | None
    body: bytes
    until_close: bool = False


class Http:
    """Requests below one base URL, over connections that are kept alive and shared by threads."""

    def __init__(self, api_url: str, *, timeout: float, validate_certs: bool = True, ca_path: str | None = None, redact: t.Callable[[str], str] = str) -> None:
        """``timeout`` is in seconds, for one request as a whole; ``redact`` masks the key in a text.

        :raises InputError: for a URL or a proxy that would expose the key, or a CA bundle that cannot be read
        :raises MissingLibraryError: without ``requests`` or ``ssl``, or without PySocks for a SOCKS proxy
        """
        if IMPORT_FAILURE is not None:
            raise IMPORT_FAILURE
        self._base = _checked_url(api_url)
        self._timeout = min(timeout, 1_000_000.0)  # more overflows some clocks
        self._redact = redact
        self._verify = _verification(validate_certs, ca_path)
        ca_advice = "Check that ca_path has the CA that signed it." if ca_path else "If your own CA signed it, set ca_path."
        self._certificate_advice = f"Check api_url, the certificate, and the clock of the host that the task runs on. {ca_advice}"
        self._proxies = requests.utils.get_environ_proxies(self._base)
        proxy = requests.utils.select_proxy(self._base, self._proxies)
        self._host = _checked_proxy_host(self._base, proxy) if proxy else urlsplit(self._base).hostname
        self._peer = urlsplit(self._base).netloc + (f" through the proxy {self._host}" if proxy else "")  # who is called, for messages
        self._adapter = HTTPAdapter(pool_maxsize=32)
        self._local = threading.local()  # each thread that calls keeps a worker

    def send(self, method: str, path: str, *, query: t.Any = None, json: t.Any = None, limit: int | None = None) -> HttpResponse:
        """Send one request and read its response, of at most ``limit`` bytes after decompression.

        :raises NotConnectedError: when no connection could be made
        :raises NotDoneError: for an untrusted certificate, a proxy that wants other credentials, or a redirect
        :raises ConnectionLostError: when the connection failed, or the response was not complete in time
        :raises UnusableResponseError: for a body that is too long or cannot be decompressed, or two different lengths
        """

        worker, connected = self._local.__dict__.pop("worker", None) or _Worker(), self._local.__dict__.pop("connected", False)
        start = threading.Lock()  # taken to connect, or at the deadline to prevent that: without a connection, the call is not in doubt

        def exchange() -> HttpResponse:
            request = requests.Request(method, self._base + path, HEADERS, params=query, json=json).prepare()
            # urllib3 may wait for each address of the host.
            addresses = 1 if connected else len(socket.getaddrinfo(self._host, None, type=socket.SOCK_STREAM))
            if not start.acquire(blocking=False):
                raise requests.ConnectTimeout
            timeouts = (self._timeout / addresses, self._timeout)
            # A Session would read netrc files and the whole body of a redirect.
            with self._adapter.send(request, stream=True, timeout=timeouts, verify=self._verify, proxies=self._proxies) as response:
                return self._read(response, limit)

        try:
            outcome = worker.run(exchange, self._timeout + GRACE)
            self._local.worker, self._local.connected = worker, isinstance(outcome, HttpResponse)
        except queue.Empty:
            outcome = requests.ConnectTimeout() if start.acquire(blocking=False) else requests.Timeout()
        if isinstance(outcome, HttpResponse):
            return outcome
        # The text of the original error can hold the URL, and so the key.
        raise (outcome if isinstance(outcome, SmsPartnerError) else self._failure(outcome)) from None

    def _read(self, response: requests.Response, limit: int | None) -> HttpResponse:
        status, retry_after, location = response.status_code, response.headers.get("Retry-After"), response.headers.get("Location")
        if status in REDIRECTS and location is not None:
            # The location is masked before the host is taken from it: a slash in the key would make part of the key a host.
            raise _redirected(self._base, self._redact(location), status)
        known = {"http_status": status, "retry_after": retry_after}
        until_close = response.raw.length_remaining is None and not response.raw.chunked
        try:
            return HttpResponse(status, retry_after, _body(response, limit), until_close)
        except UnusableResponseError as error:
            raise error.extended(**known) from None
        except Exception as error:  # noqa: BLE001  # the response broke off, whatever the libraries call it
            raise self._connection_failure(ConnectionLostError, error, **known) from None

    def _failure(self, error: Exception) -> SmsPartnerError:
        """Return the failure for an attempt that ended with an exception of the libraries."""
        reason, causes = _reason(error), list(_causes(error))
        if "Tunnel connection failed: 407" in reason:
            return NotDoneError(f"the proxy refused the connection ({reason})", "Check the credentials of the proxy in the environment.")
        if any(isinstance(cause, UNTRUSTED) for cause in causes):
            return NotDoneError(f"the certificate of {self._peer} is not trusted ({reason})", self._certificate_advice)
        if any(isinstance(cause, urllib3.exceptions.InvalidHeader) for cause in causes):
            return UnusableResponseError("the server sent a response with two different lengths", CHECK_PROXIES)
        # Not every ProxyError: urllib3 before 2 also raises it when a connection through a proxy is lost.
        refused = (socket.gaierror, requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError)
        if any(isinstance(cause, refused) for cause in causes) or "Tunnel connection failed" in reason:
            return self._connection_failure(NotConnectedError, error)
        if isinstance(error, (requests.ConnectionError, requests.Timeout)):
            return self._connection_failure(ConnectionLostError, error)
        advice = "Check api_url, and the proxy and the CA bundle (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE) in the environment."
        return NotDoneError(f"the request could not be made ({reason or type(error).__name__})", advice)

    def _connection_failure(self, kind: type[SmsPartnerError], error: Exception, **known: t.Any) -> SmsPartnerError:
        if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError)):
            return kind(f"no complete response from {self._peer} within {self._timeout:g} s", "Check the network and the proxy, or raise timeout.", **known)
        reason = _reason(error) or "no complete response"
        advice = "Check the network, the proxy if there is one, and api_url (or SMSPARTNER_API_URL)."
        return kind(f"the connection to {self._peer} failed ({reason})", advice, **known)


class _Worker:
    """A thread for one request at a time, because DNS lookups and slow headers cannot be given a deadline."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[t.Callable[[], HttpResponse]] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[HttpResponse | Exception] = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    def run(self, job: t.Callable[[], HttpResponse], timeout: float) -> HttpResponse | Exception:
        """Return what the job returned or raised.

        :raises queue.Empty: when it is not done in time; the worker cannot be used again
        """
        self._jobs.put(job)
        return self._outcomes.get(timeout=timeout)

    def _work(self) -> None:
        while True:
            try:
                self._outcomes.put(self._jobs.get()())
            except Exception as error:  # noqa: BLE001  # the waiting thread handles it
                self._outcomes.put(error)


def _body(response: requests.Response, limit: int | None) -> bytes:
    """Return the decompressed body; it is read here because requests does not limit its size.

    :raises UnusableResponseError: for one that is longer than ``limit`` bytes or cannot be decompressed
    """
    if response.headers.get("Content-Encoding", "").lower() not in ENCODINGS:
        raise UnusableResponseError("the server sent a response with an unsupported compression", CHECK_PROXIES)
    response.raw.enforce_content_length = True  # the default only since urllib3 2
    parts: list[bytes] = []
    size = 0
    try:
        while part := response.raw.read(None if limit is None else CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if limit is not None and size > limit:
                raise UnusableResponseError(f"the server sent a response longer than {limit} bytes", "Check that api_url leads to the SMS Partner API.")
    except urllib3.exceptions.DecodeError:
        raise UnusableResponseError("the server sent a response that cannot be decompressed", CHECK_PROXIES) from None
    return b"".join(parts)


def _reason(error: BaseException) -> str:
    """Return what the operating system, OpenSSL or the proxy said, without anything of the request; empty if nothing."""
    for cause in _causes(error):
        # A proxy that refuses a tunnel is a plain OSError.
        if isinstance(cause, UNTRUSTED) or cause.__class__ is OSError:
            return getattr(cause, "verify_message", None) or str(cause)
        if isinstance(cause, OSError) and isinstance(cause.strerror, str):
            return cause.strerror
    return ""


def _causes(error: BaseException | None) -> t.Iterator[BaseException]:
    while error is not None:
        yield error
        # The context comes first: the cause that urllib3 2 sets has no cause of its own.
        error = error.__context__ or error.__cause__


def _redirected(base: str, location: str, status: int) -> NotDoneError:
    try:
        host = urlsplit(urljoin(base, location)).hostname or "no host"
    except ValueError:
        host = "an unreadable host"
    advice = "Redirects are not followed, because they would send the API key to another host. Set api_url to the right address."
    return NotDoneError(f"the server redirects to {host}", advice, http_status=status)


def _checked_url(api_url: str) -> str:
    try:
        url = urlsplit(api_url)
        is_valid = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 0) >= 0
    except ValueError:
        is_valid = False
    # Stricter than RFC 3986: no two parsers may disagree on the host that receives the key.
    if not (is_valid and api_url.isascii() and api_url.isprintable() and not set(" @?#\\") & set(api_url)):
        advice = "Give a URL such as https://api.smspartner.fr/v1, without credentials, query or fragment."
        raise InputError("api_url", "not a valid base URL", advice)
    if url.scheme == "http" and not _is_loopback(url.hostname):
        raise InputError("api_url", "http would send the API key in clear text", "Use https. http is for localhost and loopback addresses only.")
    return api_url.rstrip("/")


def _is_loopback(host: str | None) -> bool:
    # Imported here, because https does not need it and every task pays for its imports.
    from ipaddress import ip_address

    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _verification(validate_certs: bool, ca_path: str | None) -> bool | str:
    """Return what ``requests`` takes as ``verify``."""
    if ca_path is not None:
        try:
            ssl.create_default_context(cafile=ca_path)
        except (OSError, ValueError) as error:
            problem = f"{ca_path} cannot be read as a CA bundle ({getattr(error, 'strerror', None) or 'no certificate in it'})"
            raise InputError("ca_path", problem, "Give a file of PEM certificates that exists on the host that the task runs on.") from None
    if not validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        return False
    return ca_path or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _checked_proxy_host(url: str, proxy: str) -> str:
    """Return the host of the proxy, without its credentials.

    :raises InputError: if the proxy would receive the key in clear text
    :raises MissingLibraryError: for a SOCKS proxy without PySocks
    """
    if proxy.startswith("socks"):
        import_library("socks", "PySocks")  # requests does not say why it is missing
    host = re.sub(r"^.*(://|@)|(:[0-9]*)?/?$", "", proxy).strip("[]")
    if url.lower().startswith("http:") and not _is_loopback(host):
        raise InputError("api_url", f"the proxy {host} would receive the API key in clear text", "Use https, or list the host of api_url in no_proxy.")
    return host
