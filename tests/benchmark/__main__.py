# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Speed as ratios against rivals, in one run: ``python tests/benchmark [a b c d e f]``.

Responses come from nginx, which costs next to nothing, except in (c) and (f), where the emulator enforces the quota. Each figure is the median
of runs that alternate. The seconds of a task are those that the play sees, the start of the module included.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ansible_collections.community.smspartner.tests.emulator.client import running
from defusedxml import ElementTree

HERE = Path(__file__).parent
ANSIBLE = {
    "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit",
    "JUNIT_HIDE_TASK_ARGUMENTS": "true",
    "ANSIBLE_LIBRARY": str(HERE / "library"),
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
    "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    "SMSPARTNER_API_KEY": "demo-key",
}
NGINX = """\
daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
  uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi; keepalive_requests 1000000; tcp_nodelay on;
  server {{
    listen 127.0.0.1:{port}; default_type application/json;
    location = /v1/stop-sms/list {{ alias {place}/list.json; }}
    location = /v1/stop-sms/delete {{ return 200 '{{"success": true, "code": 200}}'; }}
  }}
}}
"""
MODULE = "community.smspartner."

Seconds = dict[str, float]
Tasks = list[dict[str, t.Any]]


class Cost(t.NamedTuple):
    """What a process and its children took: seconds, and the MiB of the one that held most."""

    seconds: float
    peak: float


def run(command: list[str], **environment: str) -> Cost:
    started = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    output = process.stdout.read().decode()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} failed:\n{output}")
    return Cost(time.monotonic() - started, usage.ru_maxrss / 1024)


def play(tasks: Tasks, api_url: str) -> tuple[Seconds, Cost]:
    """Run the tasks; the seconds of each by its name, and what the whole run took."""
    with tempfile.TemporaryDirectory() as name:
        playbook = Path(name, "playbook.json")
        playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
        cost = run(["ansible-playbook", str(playbook)], **ANSIBLE, JUNIT_OUTPUT_DIR=name, SMSPARTNER_API_URL=api_url)
        (report,) = Path(name).glob("*.xml")
        return {case.attrib["name"].rpartition(": ")[2]: float(case.attrib["time"]) for case in ElementTree.parse(report).iter("testcase")}, cost


def uri(api_url: str, stop_id: str) -> dict[str, t.Any]:
    """A removal as one writes it without the collection."""
    return {
        "ansible.builtin.uri": {"url": f"{api_url}/stop-sms/delete?apiKey={{{{ lookup('env', 'SMSPARTNER_API_KEY') }}}}&id={stop_id}", "return_content": True},
        "register": "answer",
        "changed_when": "answer.json.code == 200",
        "failed_when": "answer.json.code not in [4, 200]",
    }


def one_removal(runs: int = 25) -> None:
    """(a) One removal, against ``uri`` and against the floor: a module that only imports ``requests``."""
    with nginx(rows=0) as api_url:
        tasks: Tasks = []
        for number in range(runs):
            tasks += [
                {"name": f"ours {number}", f"{MODULE}smspartner_stop_remove": {"id": 666}},
                {"name": f"uri {number}", **uri(api_url, "666")},
                {"name": f"floor {number}", "floor": {"id": 666}},
            ]
        seconds, _cost = play(tasks, api_url)
    ours, theirs, floor = (statistics.median(seconds[f"{name} {number}"] for number in range(runs)) for name in ("ours", "uri", "floor"))
    print(f"(a) one removal, median of {runs}: {ours / theirs:.3f} of the time of uri (target: at most 0.94),")
    print(f"    {ours / floor:.3f} of a module that only imports requests (target: at most 1.06)")
    print(f"    {ours * 1000:.0f} ms; uri {theirs * 1000:.0f} ms; floor {floor * 1000:.0f} ms")


def many_removals(count: int = 1000, looped: int = 20, runs: int = 5) -> None:
    """(b) Many removals in one task, against a loop over ``uri`` and against a bare script."""
    ours, loop, bare = [], [], []
    with nginx(rows=count) as api_url:
        removal = {"state": "absent", "ids": list(range(1, count + 1)), "requests_per_minute": 10_000_000}
        tasks: Tasks = [
            {"name": "ours", f"{MODULE}smspartner_stops": removal},
            {"name": "loop", **uri(api_url, "{{ item }}"), "loop": list(range(1, looped + 1))},
        ]
        for _run in range(runs):
            seconds, _cost = play(tasks, api_url)
            ours.append(seconds["ours"])
            loop.append(seconds["loop"] * count / looped)
            bare.append(run([sys.executable, str(HERE / "bare.py"), "remove", api_url, str(count), "8"]).seconds)
    mine, theirs, limit = map(statistics.median, (ours, loop, bare))
    print(f"(b) {count} removals, median of {runs}: {theirs / mine:.0f} times as fast as a loop over uri (measured on {looped}, scaled; target: at least 200),")
    print(f"    {mine / limit:.2f} of the time of a bare script with as many threads (target: at most 1.6)")
    print(f"    {mine:.2f} s; loop {theirs:.0f} s; bare {limit:.2f} s")


def within_the_quota(count: int = 2500, quota: int = 2000) -> None:
    """(c) With 60 ms of latency and the quota enforced, against the quota's own time."""
    numbers = [f"+336{number:08d}" for number in range(count)]
    stops = [option for number in numbers for option in ("--stop", number)]
    removal = {"state": "absent", "ids": list(range(666, 666 + count)), "retries": 0}  # as the emulator numbers them
    with running("--delay", "0.06", "--quota", str(quota), *stops) as emulator:
        seconds, _cost = play([{"name": "ours", f"{MODULE}smspartner_stops": removal}], emulator.api_url)
    limit = count / quota * 60
    print(f"(c) {count} removals, 60 ms of latency, {quota} requests a minute:")
    print(f"    {seconds['ours'] / limit:.3f} of the least time that the quota allows (target: at most 1.05), no HTTP 429")
    print(f"    {seconds['ours']:.1f} s; quota {limit:.1f} s")


def a_long_list(rows: int = 1_000_000, runs: int = 5) -> None:
    """(d) One number looked up in a long list, against a bare script: seconds and peak memory."""
    number = f"+336{rows // 2:08d}"
    ours, bare = [], []
    with nginx(rows) as api_url:
        for _run in range(runs):
            options = {"phone_numbers": [number], "timeout": 120}
            seconds, cost = play([{"name": "ours", f"{MODULE}smspartner_stop_info": options}], api_url)
            ours.append(Cost(seconds["ours"], cost.peak))
            bare.append(run([sys.executable, str(HERE / "bare.py"), "find", api_url, number]))
    (mine, memory), (theirs, limit) = (
        (statistics.median(cost.seconds for cost in costs), statistics.median(cost.peak for cost in costs)) for costs in (ours, bare)
    )
    print(f"(d) one number among {rows:,}, median of {runs}, against a bare script:")
    print(f"    {mine / theirs:.2f} of its time, {memory / limit:.2f} of its memory (target: at most 1.4 and 1.05)")
    print(f"    {mine:.2f} s, {memory:.0f} MiB; bare {theirs:.2f} s, {limit:.0f} MiB")


def growth(counts: tuple[int, ...] = (1_000, 10_000, 100_000)) -> None:
    """(e) How time and memory grow with the numbers asked for."""
    with nginx(rows=max(counts)) as api_url:
        for count in counts:
            numbers = [f"+336{number:08d}" for number in range(1, count + 1)]
            removal = {"phone_numbers": numbers, "state": "absent", "requests_per_minute": 10_000_000}
            seconds, cost = play([{"name": "ours", f"{MODULE}smspartner_stops": removal}], api_url)
            print(f"(e) {count:,} removals: {seconds['ours']:.2f} s, {seconds['ours'] / count * 1000:.2f} ms each, peak memory {cost.peak:.0f} MiB")


def shared_quota(jobs: int = 3, count: int = 400, quota: int = 300, window: int = 15) -> None:
    """(f) Several jobs at once on one quota, each at its full rate, against the time that the quota needs for all requests."""
    needed = jobs * (count + 1)
    ideal = needed / quota * window
    for kind in ("sliding", "fixed"):
        with running("--delay", "0.06", "--quota", str(quota), "--quota-window", str(window), "--quota-kind", kind) as emulator:
            emulator.reset([{"id": stop_id, "phoneNumber": f"+336{stop_id:08d}"} for stop_id in range(1, jobs * count + 1)])
            shares = [list(range(first, jobs * count + 1, jobs)) for first in range(1, jobs + 1)]
            removals: Tasks = [{"state": "absent", "ids": ids, "requests_per_minute": quota * 60 // window} for ids in shares]
            with ThreadPoolExecutor(jobs) as pool:
                plays = pool.map(lambda removal: play([{"name": "ours", f"{MODULE}smspartner_stops": removal}], emulator.api_url), removals)
                seconds = [durations["ours"] for durations, _cost in plays]
            sent, left = len(emulator.requests), len(emulator.ids)
        print(f"(f) {jobs} jobs of {count} removals, {quota} requests in {window} s, {kind}:")
        print(f"    {max(seconds) / ideal:.2f} of the least time that the quota allows (target: at most 1.3),")
        print(f"    {(sent - needed) / sent:.1%} rejected (target: at most 10%),")
        print(f"    slowest job {max(seconds) / min(seconds):.2f} of the fastest (target: at most 2), {left} left")


@contextlib.contextmanager
def nginx(rows: int) -> t.Iterator[str]:
    """Serve a list of so many rows, and a response to any removal."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        with (place / "list.json").open("w", encoding="utf-8") as file:
            file.write(f'{{"success": true, "code": 200, "nbData": {rows}, "data": [')
            for number in range(1, rows + 1):
                separator = ", " if number < rows else ""
                file.write(f'{{"id": {number}, "phoneNumber": "+336{number:08d}", "createdAt": "2015-07-20 10:19:45"}}{separator}')
            file.write("]}")
        place.chmod(0o755)
        port = free_port()
        (place / "nginx.conf").write_text(NGINX.format(place=place, port=port), encoding="utf-8")
        with subprocess.Popen([program("nginx"), "-c", str(place / "nginx.conf"), "-e", str(place / "error.log")]) as process:
            try:
                wait_for(port)
                yield f"http://127.0.0.1:{port}/v1"
            finally:
                process.terminate()


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    return found or sys.exit(f"The benchmark needs {name}; Debian has it in the package nginx-light.")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(port: int) -> None:
    for _try in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    sys.exit("nginx does not respond")


BENCHMARKS: dict[str, t.Callable[[], None]] = {"a": one_removal, "b": many_removals, "c": within_the_quota, "d": a_long_list, "e": growth, "f": shared_quota}

if __name__ == "__main__":
    for letter in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[letter]()
