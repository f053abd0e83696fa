# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""However long the response to a removal is, the module takes little memory for it, and no longer than its timeout."""

from __future__ import annotations

import itertools
import tracemalloc
import typing as t
import zlib

import pytest
from ansible_collections.community.smspartner.tests.emulator.client import Client
from ansible_collections.community.smspartner.tests.unit.conftest import Modules, Result
from ansible_collections.community.smspartner.tests.unit.servers import Origin

REMOVE = "smspartner_stop_remove"
MEBIBYTE = 1 << 20
TOO_LONG = "longer than 1048576 bytes"
STATUS = b"HTTP/1.1 200 OK\r\n"
PADDING = b" " * (1 << 16)
EMPTY_BLOCK = zlib.compressobj().flush(zlib.Z_FULL_FLUSH)
NOTHING = EMPTY_BLOCK[2:]  # without zlib's header: a block that holds no byte

# How a response can be without end: its start, what is repeated, and what the message says; without content, it fails at the timeout.
ENDLESS: dict[str, tuple[bytes, bytes, str]] = {
    "body without a length": (STATUS + b"\r\n", PADDING, TOO_LONG),
    "body of an absurd length": (STATUS + b"Content-Length: 999999999999999\r\n\r\n", PADDING, TOO_LONG),
    "body in chunks": (STATUS + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + PADDING + b"\r\n", TOO_LONG),
    "compressed body that holds nothing": (STATUS + b"Content-Encoding: deflate\r\n\r\n" + EMPTY_BLOCK, NOTHING * 10_000, ""),
    "interim responses": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, ""),
    "trailer": (STATUS + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: x\r\n" * 1000, ""),
    "header": (STATUS + b"X-Header: ", PADDING, ""),
    "headers": (STATUS, b"X-Header: x\r\n" * 1000, ""),
    "chunk size": (STATUS + b"Transfer-Encoding: chunked\r\n\r\n1;", PADDING, ""),
}


def failure_with_little_memory(run: t.Callable[[], Result]) -> str:
    tracemalloc.start()
    try:
        result = run()
        assert tracemalloc.get_traced_memory()[1] < 64 * MEBIBYTE
    finally:
        tracemalloc.stop()
    return str(result["msg"])


@pytest.mark.parametrize("compress", ["gzip", "deflate"])
def test_a_decompression_bomb_is_refused_with_little_memory(modules: Modules, emulator: Client, compress: str) -> None:
    emulator.fault(call="delete", compress=compress, oversize=200 * MEBIBYTE)
    assert TOO_LONG in failure_with_little_memory(lambda: modules.run(REMOVE, id=19, retries=3))
    assert emulator.calls == ["delete"]


@pytest.mark.parametrize(("start", "more", "problem"), ENDLESS.values(), ids=ENDLESS)
def test_an_endless_response_is_refused_with_little_memory(modules: Modules, start: bytes, more: bytes, problem: str) -> None:
    options = {"retries": 3} if problem else {"timeout": 0.5}
    with Origin(itertools.chain([start], itertools.repeat(more))) as server:
        assert problem in failure_with_little_memory(lambda: modules.run(REMOVE, id=19, api_url=f"http://{server.address}/v1", **options))
        assert server.connections == 1
