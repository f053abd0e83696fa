# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The faults that a test can request, and how each is produced."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import itertools
import socket
import struct
import typing as t
import zlib

from aiohttp import web
from multidict import CIMultiDict

PADDING = b"x" * 65536


@dataclasses.dataclass
class Fault:
    """One fault; its members are those of the JSON that requests it."""

    call: str = "any"  # list, add, delete, or any
    times: int = 1  # number of requests that it affects; -1 for all
    delay: float = 0.0  # seconds before the response
    never: bool = False  # no response, and the connection stays open
    drop: str = ""  # "before" or "after" the work: the connection closes without a response
    reset: bool = False  # with drop: the connection is reset
    status: int | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    code: t.Any = None  # a response with this code, of any type
    message: str = ""
    success: bool = False
    body: str | None = None  # sent unchanged
    body_base64: str | None = None
    work: bool | None = None  # whether the work is done; by default, if the response is the real one
    cut: int | None = None  # only this many bytes of the body are sent
    cut_chunked: bool = False  # the body is chunked, and the last chunk is missing
    cut_headers: bool = False  # the headers end without a blank line
    unframed: bool = False  # with cut: the response has no length, so the body ends with the connection
    drip: str = ""  # "headers" or "body": sent one byte at a time
    interval: float = 0.05  # seconds between the bytes
    endless: bool = False  # with drip: it never ends
    oversize: int = 0  # bytes of padding in an additional member
    compress: str = ""  # gzip or deflate
    redirect: str | None = None  # a Location
    echo: bool = False  # the response is a page that repeats the request

    @classmethod
    def of(cls, members: dict[str, t.Any]) -> Fault:
        """Return the fault that the JSON requests; ``{"drip": {"part": "body", "interval": 1}}`` is an abbreviation."""
        drip = members.get("drip")
        if isinstance(drip, dict):
            details = {name: value for name, value in drip.items() if name != "part"}
            members = {**members, **details, "drip": drip.get("part", "body")}
        return cls(**members)

    def affects(self, call: str) -> bool:
        return self.times != 0 and self.call in ("any", call)

    @property
    def does_work(self) -> bool:
        if self.work is not None:
            return self.work
        own_answer = (self.status, self.code, self.body, self.body_base64, self.redirect)
        return all(member is None for member in own_answer) and not (self.echo or self.never or self.drop == "before")


async def carry_out(fault: Fault, request: web.Request, body: bytes, content_type: str) -> web.StreamResponse:
    """Respond to the request as the fault says; ``body`` is the real response."""
    await asyncio.sleep(fault.delay)
    if fault.never:
        await asyncio.Event().wait()  # until the client leaves, which cancels the handler
    transport = request.transport
    if transport is None:  # the client has left
        return web.Response()
    if fault.drop:
        _drop(transport, fault.reset)
        return web.Response()
    body = _body(fault, request, body)
    status = fault.status or (200 if fault.redirect is None else 302)
    headers = _headers(fault, content_type)
    if fault.oversize or fault.compress:
        return await _streamed(fault, request, body, web.StreamResponse(status=status, headers=headers))
    if fault.cut is None and not (fault.cut_chunked or fault.cut_headers or fault.drip):
        return web.Response(body=body, status=status, headers=headers)
    await _raw(fault, transport, body, status, headers)
    return web.Response()


def _drop(transport: asyncio.Transport, reset: bool) -> None:
    if not reset:
        transport.close()
        return
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _headers(fault: Fault, content_type: str) -> CIMultiDict[str]:
    headers = CIMultiDict({"Content-Type": "text/html; charset=utf-8" if fault.echo else content_type})
    if fault.redirect is not None:
        headers["Location"] = fault.redirect
    if fault.compress:
        headers["Content-Encoding"] = fault.compress
    headers.update(fault.headers)
    return headers


def _body(fault: Fault, request: web.Request, body: bytes) -> bytes:
    if fault.body is not None:
        return fault.body.encode()
    if fault.body_base64 is not None:
        return base64.b64decode(fault.body_base64)
    if fault.echo:
        url = f"{request.scheme}://{request.host}{request.raw_path}"
        return f"<html><body>You asked for {url} with {request['body']}</body></html>".encode()
    return body


async def _streamed(fault: Fault, request: web.Request, body: bytes, response: web.StreamResponse) -> web.StreamResponse:
    """Send the body with its padding in pieces: a large one must not take memory or block other requests."""
    await response.prepare(request)
    wbits = zlib.MAX_WBITS | (16 if fault.compress == "gzip" else 0)
    packer = zlib.compressobj(wbits=wbits) if fault.compress else None
    try:
        for piece in _padded(body, fault.oversize) if fault.oversize else [body]:
            await response.write(packer.compress(piece) if packer else piece)
            await asyncio.sleep(0)
        await response.write(packer.flush() if packer else b"")
        await response.write_eof()
    except ConnectionError:  # the client closed the connection
        pass
    return response


def _padded(body: bytes, size: int) -> t.Iterator[bytes]:
    """Return the response with an additional member, in JSON or in XML."""
    before, after, end = (b"<entry>", b"</entry>", b"</result>") if body.endswith(b"</result>") else (b', "padding": "', b'"', b"}")
    count, rest = divmod(size, len(PADDING))
    yield body[: -len(end)] + before
    yield from itertools.repeat(PADDING, count)
    yield PADDING[:rest] + after + end


async def _raw(fault: Fault, transport: asyncio.Transport, body: bytes, status: int, headers: CIMultiDict[str]) -> None:
    """Send a response that no web framework would send."""
    headers["Connection"] = "close"
    if fault.cut_chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif not (fault.endless or fault.unframed):  # an endless response has no length
        headers["Content-Length"] = str(len(body))
    status_line = f"HTTP/1.1 {status} Fault\r\n".encode()
    head = status_line + "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"
    if fault.cut_chunked:
        transport.write(head + b"%x\r\n%s\r\n" % (len(body), body))
    elif fault.cut_headers:
        transport.write(head.removesuffix(b"\r\n"))
    elif fault.cut is not None:
        transport.write(head + body[: fault.cut])
    elif fault.drip == "headers":
        start = status_line + b"X-Endless: " if fault.endless else b""
        await _drip(fault, transport, start, head + body)
    else:
        await _drip(fault, transport, head, body)
    transport.close()


async def _drip(fault: Fault, transport: asyncio.Transport, start: bytes, rest: bytes) -> None:
    """Send the start at once and the rest byte by byte; if endless, send blanks instead of the rest."""
    transport.write(start)
    for byte in itertools.repeat(ord(" ")) if fault.endless else rest:
        if transport.is_closing():
            return
        transport.write(bytes([byte]))
        await asyncio.sleep(fault.interval)
