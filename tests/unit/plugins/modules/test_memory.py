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
PEAK = 64 * MEBIBYTE

STATUS = b"HTTP/1.1 200 OK\r\n"
PADDING = b" " * (1 << 16)
EMPTY_BLOCK = zlib.compressobj().flush(zlib.Z_FULL_FLUSH)
NOTHING = EMPTY_BLOCK[2:]  # without zlib's header: a block that holds no byte

# How a response can be without end: its start, and what is repeated.
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "body without a length": (STATUS + b"\r\n", PADDING),
    "body of an absurd length": (STATUS + b"Content-Length: 999999999999999\r\n\r\n", PADDING),
    "body in chunks": (STATUS + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + PADDING + b"\r\n"),
}
ENDLESS_AND_VOID: dict[str, tuple[bytes, bytes]] = {
    "compressed body that holds nothing": (STATUS + b"Content-Encoding: deflate\r\n\r\n" + EMPTY_BLOCK, NOTHING * 10_000),
    "interim responses": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "trailer": (STATUS + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: x\r\n" * 1000),
    "header": (STATUS + b"X-Header: ", PADDING),
    "headers": (STATUS, b"X-Header: x\r\n" * 1000),
    "chunk size": (STATUS + b"Transfer-Encoding: chunked\r\n\r\n1;", PADDING),
}


def peak_of(run: t.Callable[[], Result]) -> tuple[Result, int]:
    """The result, and the most memory that it took at a time."""
    tracemalloc.start()
    try:
        return run(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("compress", ["gzip", "deflate"])
def test_a_decompression_bomb_is_refused_with_little_memory(modules: Modules, emulator: Client, compress: str) -> None:
    emulator.fault(call="delete", compress=compress, oversize=200 * MEBIBYTE)
    result, peak = peak_of(lambda: modules.run(REMOVE, id=19, retries=3))
    assert result["failed"]
    assert "longer than 1048576 bytes" in result["msg"]
    assert peak < PEAK
    assert emulator.calls == ["delete"]


@pytest.mark.parametrize(("start", "more"), ENDLESS.values(), ids=ENDLESS)
def test_an_endless_response_is_refused(modules: Modules, start: bytes, more: bytes) -> None:
    with Origin(itertools.chain([start], itertools.repeat(more))) as server:
        result, peak = peak_of(lambda: modules.run(REMOVE, id=19, api_url=f"http://{server.address}/v1", retries=3))
        assert server.connections == 1
    assert result["failed"]
    assert "longer than 1048576 bytes" in result["msg"]
    assert peak < PEAK


@pytest.mark.parametrize(("start", "more"), ENDLESS_AND_VOID.values(), ids=ENDLESS_AND_VOID)
def test_an_endless_response_without_content_fails_at_the_timeout(modules: Modules, start: bytes, more: bytes) -> None:
    with Origin(itertools.chain([start], itertools.repeat(more))) as server:
        result, peak = peak_of(lambda: modules.run(REMOVE, id=19, api_url=f"http://{server.address}/v1", retries=0, timeout=0.5))
    assert result["failed"]
    assert peak < PEAK
