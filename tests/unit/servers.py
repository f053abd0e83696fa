# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers on loopback for what the emulator cannot do: bad TLS, endless responses, and a forward proxy."""

from __future__ import annotations

import base64
import select
import socket
import socketserver
import ssl
import threading
import time
import typing as t

import trustme

# Seconds after which even an endless response ends: a client that waits for its end must fail its test.
LONGEST = 10.0

Running = t.TypeVar("Running", bound="Server")
SUCCESS = b'HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\n{"success": true, "code": 200}'


class Server(socketserver.ThreadingTCPServer):
    """Calls ``talk`` with each connection, in threads of this process, while its context lasts, and counts its connections."""

    daemon_threads = True

    def __init__(self, talk: t.Callable[[socket.socket], object]) -> None:
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self._talk = talk
        self.connections = 0
        self.is_over = False

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def __enter__(self: Running) -> Running:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.is_over = True
        self.shutdown()
        self.server_close()

    def finish_request(self, request: t.Any, client_address: t.Any) -> None:
        self.connections += 1
        self._talk(request)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Print nothing: in most tests, the client leaves early."""


class Origin(Server):
    """Sends the same response to every request, over TLS if it has a context."""

    def __init__(self, response: t.Iterable[bytes] = (SUCCESS,), context: ssl.SSLContext | None = None) -> None:
        super().__init__(self._respond)
        self._response = response
        self._context = context
        self.received = b""

    def _respond(self, client: socket.socket) -> None:
        with self._context.wrap_socket(client, server_side=True) if self._context else client as connection:
            self.received += read_head(connection)
            end = time.monotonic() + LONGEST
            for piece in self._response:
                if self.is_over or time.monotonic() > end:
                    return
                connection.sendall(piece)


class Proxy(Server):
    """A proxy that keeps the head of each request. It serves CONNECT, other methods get SUCCESS, and all get ``refusal``, a status line, if there is one."""

    def __init__(self, credentials: str = "", refusal: str = "") -> None:
        super().__init__(self._forward)
        self.heads: list[str] = []
        self._authorization = f"Proxy-Authorization: Basic {base64.b64encode(credentials.encode()).decode()}\r\n" if credentials else ""
        self._refusal = refusal

    def _forward(self, client: socket.socket) -> None:
        head = read_head(client).decode("latin-1")
        self.heads.append(head)
        refusal = self._refusal or ("" if self._authorization in head else "407 Proxy Authentication Required")
        if refusal:
            client.sendall(f"HTTP/1.1 {refusal}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        method, target, _version = head.split(maxsplit=2)
        if method != "CONNECT":
            client.sendall(SUCCESS)
            return
        host, _colon, port = target.partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as upstream:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            relay(client, upstream)


def breaks_tls(context: ssl.SSLContext, response: bytes = b"") -> Server:
    """Return a server that reads a request over TLS, and sends what is no TLS record after ``response``."""

    def talk(client: socket.socket) -> None:
        with client.dup() as plain, context.wrap_socket(client, server_side=True) as connection:
            read_head(connection)
            connection.sendall(response)
            plain.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)

    return Server(talk)


def read_head(connection: socket.socket) -> bytes:
    """Return what arrives up to the blank line after the headers of a request."""
    head = b""
    while b"\r\n\r\n" not in head and (piece := connection.recv(1 << 16)):
        head += piece
    return head


def relay(one: socket.socket, other: socket.socket) -> None:
    """Forward data in both directions until one side closes."""
    partners = {one: other, other: one}
    while True:
        for speaker in select.select(list(partners), [], [])[0]:
            if not (piece := speaker.recv(1 << 16)):
                return
            partners[speaker].sendall(piece)


def tls(authority: trustme.CA, identity: str = "127.0.0.1", **validity: t.Any) -> ssl.SSLContext:
    """Return a TLS context for a server, with a certificate for ``identity``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(identity, **validity).configure_cert(context)
    return context
