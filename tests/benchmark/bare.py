# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rivals without Ansible: the same work with ``requests`` alone and without any checks."""

from __future__ import annotations

import concurrent.futures
import sys

import requests


def remove(api_url: str, count: int, threads: int) -> None:
    session = requests.Session()

    def remove_one(stop_id: int) -> bool:
        answer = session.get(f"{api_url}/stop-sms/delete", params={"apiKey": "key", "id": str(stop_id)}, timeout=10).json()
        return bool(answer["code"] == 200)

    rows = session.get(f"{api_url}/stop-sms/list", params={"apiKey": "key"}, timeout=10).json()["data"]
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        done = sum(pool.map(remove_one, [row["id"] for row in rows[:count]]))
    print(done)


def find(api_url: str, number: str) -> None:
    rows = requests.get(f"{api_url}/stop-sms/list", params={"apiKey": "key"}, timeout=60).json()["data"]
    print([row for row in rows if row["phoneNumber"] == number])


if __name__ == "__main__":
    verb, url, *rest = sys.argv[1:]
    if verb == "remove":
        remove(url, int(rest[0]), int(rest[1]))
    else:
        find(url, rest[0])
