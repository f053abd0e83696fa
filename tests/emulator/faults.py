# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The faults that a test can ask for, and how each is carried out on the wire."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import socket
import struct
import typing as t
import zlib

from aiohttp import web

PADDING = b"x" * 65536


@dataclasses.dataclass
class Fault:
    """One fault; the members are those of the JSON that asks for it."""

    call: str = "any"  # list, add, delete, or any
    times: int = 1  # how often it strikes; -1 for ever
    delay: float = 0.0  # seconds before the answer
    never: bool = False  # no answer, and the connection stays
    drop: str = ""  # before or after the work: the connection closes without an answer
    reset: bool = False  # with drop: it is reset
    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    code: t.Any = None  # an answer with this code, whatever it is
    message: str = ""
    success: bool = False
    body: str | None = None  # sent as it is
    body_base64: str | None = None
    work: bool | None = None  # is the work done; by default only where the answer is the true one
    cut: int | None = None  # so many bytes of the body, of a length that promises more
    cut_chunked: bool = False  # the body in chunks, without the last
    drip: str = ""  # headers or body: a byte at a time
    interval: float = 0.05  # seconds between the bytes
    endless: bool = False  # with drip: it never ends
    oversize: int = 0  # bytes of padding in an unknown member
    compress: str = ""  # gzip or deflate
    redirect: str | None = None  # a Location
    echo: bool = False  # a page that repeats the request

    def strikes(self, call: str) -> bool:
        return self.times != 0 and self.call in ("any", call)

    @property
    def does_work(self) -> bool:
        own_answer = self.code is not None or self.body is not None or self.body_base64 is not None
        never_comes = self.never or self.drop == "before"
        by_default = not (own_answer or never_comes or self.redirect is not None or self.echo or self.status != 200)
        return by_default if self.work is None else self.work


async def carry_out(fault: Fault, request: web.Request, body: bytes) -> web.StreamResponse:
    """Answer the request, whose true answer is ``body``, as the fault has it."""
    await asyncio.sleep(fault.delay)
    if fault.never:
        await asyncio.sleep(3600)
    transport = request.transport
    if transport is None:  # the client has gone meanwhile
        return web.Response()
    if fault.drop:
        if fault.reset:
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort() if fault.reset else transport.close()
        return web.Response()
    body = _body(fault, request, body)
    headers = {"Content-Type": "application/json", **_headers(fault)}
    if fault.oversize or fault.compress:
        return await _streamed(fault, request, body, headers)
    if fault.cut is None and not fault.cut_chunked and not fault.drip:
        return web.Response(body=body, status=fault.status, headers=headers)
    await _raw(fault, transport, body, headers)
    return web.Response()


def _headers(fault: Fault) -> dict[str, str]:
    location = {} if fault.redirect is None else {"Location": fault.redirect}
    encoding = {"Content-Encoding": fault.compress} if fault.compress else {}
    return {**location, **encoding, **fault.headers}


def _body(fault: Fault, request: web.Request, body: bytes) -> bytes:
    if fault.body is not None:
        return fault.body.encode()
    if fault.body_base64 is not None:
        return base64.b64decode(fault.body_base64)
    if fault.echo:
        return f"<html><body>You asked for {request.raw_path} with {request['body']}</body></html>".encode()
    return body


async def _streamed(fault: Fault, request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """The body with its padding, in pieces, so that a bomb costs its sender nothing."""
    response = web.StreamResponse(status=fault.status, headers=headers)
    await response.prepare(request)
    wbits = zlib.MAX_WBITS | (16 if fault.compress == "gzip" else 0)
    packer = zlib.compressobj(wbits=wbits) if fault.compress else None
    pieces: t.Iterator[bytes] = iter([body])
    if fault.oversize:
        count, rest = divmod(fault.oversize, len(PADDING))
        pieces = iter([body[:-1], b', "padding": "', *[PADDING] * count, PADDING[:rest], b'"}'])
    try:
        for piece in pieces:
            await response.write(packer.compress(piece) if packer else piece)
        await response.write(packer.flush() if packer else b"")
        await response.write_eof()
    except (ConnectionError, asyncio.CancelledError):  # the client has had enough
        pass
    return response


async def _raw(fault: Fault, transport: asyncio.Transport, body: bytes, headers: dict[str, str]) -> None:
    """An answer that no web framework would send."""
    framing = {"Transfer-Encoding": "chunked"} if fault.cut_chunked else {"Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {fault.status} Fault", *(f"{name}: {value}" for name, value in {**headers, **framing}.items())]
    head = "\r\n".join([*lines, "", ""]).encode()
    if fault.cut_chunked:
        transport.write(head + b"%x\r\n%s\r\n" % (len(body), body))
    elif fault.cut is not None:
        transport.write(head + body[: fault.cut])
    elif fault.drip == "headers":
        await _drip(fault, transport, head + body, b"HTTP/1.1 200 Fault\r\nX-Endless: ")
    else:
        transport.write(head)
        await _drip(fault, transport, body, b"")
    transport.close()


async def _drip(fault: Fault, transport: asyncio.Transport, whole: bytes, before: bytes) -> None:
    if fault.endless:
        transport.write(before)
        while not transport.is_closing():
            transport.write(b" ")
            await asyncio.sleep(fault.interval)
    for position in range(len(whole)):
        if transport.is_closing():
            return
        transport.write(whole[position : position + 1])
        await asyncio.sleep(fault.interval)
