# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stop list of the emulated account, in memory: the response to each call, without HTTP."""

from __future__ import annotations

import json
import re
import time
import typing as t
from collections import Counter, deque
from xml.sax.saxutils import escape

Answer = dict[str, t.Any]

MESSAGES = {
    1: "API Key is required",
    2: "Phone number is required",
    3: "The ID number is required",
    4: "The ID number not found",
    9: "The phone number is invalid",
    10: "Incorrect API Key",
    15: "The number is already in the list",
    90: "The JSON is malformed",
    429: "Too many requests",
    500: "Internal server error",
}
NATIONAL = re.compile(r"0[1-9][0-9]{8}")
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
FIRST_ID = 666  # the ID in the vendor's example of a removal


def refusal(code: int, message: str = "") -> Answer:
    return {"success": False, "code": code, "message": message or MESSAGES[code]}


class Account:
    """Keys, entries and quota of one account."""

    def __init__(
        self,
        api_keys: t.Sequence[str] = ("demo-key",),
        stops: t.Sequence[dict[str, t.Any]] = (),
        quota: int | None = None,
        quota_window: float = 60.0,
        quota_kind: str = "sliding",
        already_listed_code: int = 3,
    ) -> None:
        self.api_keys = list(api_keys)
        self.stops = {str(stop["id"]): dict(stop) for stop in stops}
        self.quota = quota
        self.quota_window = quota_window
        self.quota_kind = quota_kind
        self.already_listed_code = already_listed_code
        self._entries_per_number = Counter(stop.get("phoneNumber") for stop in stops)  # scanning a long list would make each addition slow
        self._next_id = max(map(int, self.stops), default=FIRST_ID - 1) + 1
        self._arrivals: deque[float] = deque()

    def over_quota(self) -> bool:
        """Count a request, rejected ones included, and tell whether it is one too many.

        The window of the quota is the last minute ("sliding") or starts anew with every minute ("fixed").
        """
        if self.quota is None:
            return False
        now = time.monotonic()
        start = now - self.quota_window if self.quota_kind == "sliding" else now - now % self.quota_window
        while self._arrivals and self._arrivals[0] <= start:
            self._arrivals.popleft()
        self._arrivals.append(now)
        return len(self._arrivals) > self.quota

    def refuse_key(self, key: t.Any) -> Answer | None:
        if not key:
            return refusal(1)
        return None if key in self.api_keys else refusal(10)

    def list(self, parameters: dict[str, t.Any]) -> Answer:
        return {"success": True, "code": 200, "nbData": len(self.stops), "data": list(self.stops.values())}

    def add(self, parameters: dict[str, t.Any]) -> Answer:
        number = str(parameters.get("phoneNumber") or "")
        if not number:
            return refusal(2)
        number = f"+33{number[1:]}" if NATIONAL.fullmatch(number) else number
        if not INTERNATIONAL.fullmatch(number):
            return refusal(9)
        if self._entries_per_number[number]:
            return refusal(self.already_listed_code, MESSAGES[15])
        return {"success": True, "code": 200, "stopId": self.put(number)}

    def delete(self, parameters: dict[str, t.Any]) -> Answer:
        stop_id = str(parameters.get("id") or "")
        if not stop_id:
            return refusal(3)
        removed = self.stops.pop(stop_id, None)
        if removed is None:
            return refusal(4)
        self._entries_per_number[removed.get("phoneNumber")] -= 1
        return {"success": True, "code": 200}

    def put(self, number: str) -> int:
        """Add an entry and return its ID."""
        stop_id = self._next_id
        self._next_id += 1
        self._entries_per_number[number] += 1
        self.stops[str(stop_id)] = {"id": stop_id, "phoneNumber": number, "createdAt": time.strftime("%Y-%m-%d %H:%M:%S")}
        return stop_id


def encoded(answer: Answer, xml: bool) -> bytes:
    """Return the response as the API writes it; its XML is positional."""
    if not xml:
        return json.dumps(answer).encode()
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<result>{''.join(map(_entry, answer.values()))}</result>".encode()


def _entry(value: t.Any) -> str:
    if isinstance(value, dict):
        content = "".join(map(_entry, value.values()))
    elif isinstance(value, list):
        content = "".join(map(_entry, value))
    elif isinstance(value, str):
        content = "<![CDATA[{}]]>".format(value.replace("]]>", "]]]]><![CDATA[>"))
    else:
        content = escape(json.dumps(value))
    return f"<entry>{content}</entry>"
