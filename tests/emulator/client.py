# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts and controls the emulator from a test or a benchmark."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import typing as t
from pathlib import Path

import requests

Json = dict[str, t.Any]


class Client:
    """Controls a running emulator over HTTP."""

    def __init__(self, api_url: str) -> None:
        self.api_url = api_url
        self._control = api_url.removesuffix("v1") + "_emulator/"
        self._session = requests.Session()
        self._session.trust_env = False

    def reset(self, stops: t.Sequence[Json] = (), **settings: t.Any) -> None:
        """Set the entries and settings such as ``api_keys`` and ``quota``, and forget all requests and faults."""
        self._post("reset", {"stops": list(stops), **settings})

    def reset_numbers(self, *numbers: str, **settings: t.Any) -> None:
        """The same with these numbers, whose IDs are 1, 2 and so on."""
        created = {"createdAt": "2015-07-20 10:19:45"}
        self.reset([{"id": stop_id, "phoneNumber": number, **created} for stop_id, number in enumerate(numbers, start=1)], **settings)

    def fault(self, **fault: t.Any) -> None:
        """Add a fault; its members are those of ``faults.Fault``."""
        self._post("faults", {"faults": [fault]})

    @property
    def requests(self) -> list[Json]:
        return t.cast("list[Json]", self._get("requests"))

    @property
    def calls(self) -> list[str]:
        return [request["call"] for request in self.requests]

    @property
    def ids(self) -> list[int]:
        return [stop["id"] for stop in self._get("stops")]

    @property
    def numbers(self) -> list[str]:
        return [stop["phoneNumber"] for stop in self._get("stops")]

    def _post(self, verb: str, body: Json) -> None:
        self._session.post(self._control + verb, json=body, timeout=10).raise_for_status()

    def _get(self, verb: str) -> t.Any:
        return self._session.get(self._control + verb, timeout=10).json()[verb]


@contextlib.contextmanager
def running(*options: str) -> t.Iterator[Client]:
    """Run an emulator while the context lasts."""
    command = [sys.executable, str(Path(__file__).parent), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Client(process.stdout.readline().strip().removeprefix("api_url="))
        finally:
            process.terminate()
