# Copyright (c) 2026, The community.smspartner contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the SMS Partner API, on loopback, to try playbooks against: it needs no account and sends nothing.

Under ``/v1`` it is the API. Under ``/_emulator`` tests steer it: ``POST reset`` sets keys, entries and quota, and
forgets all else; ``POST faults`` adds faults (see faults.py); ``GET requests`` and ``GET stops`` show what came and what is there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import ssl
import time
import typing as t

from aiohttp import web
from faults import Fault, carry_out
from state import Account, encoded, refusal

LARGEST_REQUEST = 1 << 30


class Emulator:
    """One emulated account, with the log of its requests and the faults that are waiting."""

    def __init__(self, account: Account, delay: float) -> None:
        self.account = account
        self.delay = delay
        self.requests: list[dict[str, t.Any]] = []
        self.faults: list[Fault] = []

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_post("/_emulator/reset", self.reset)
        app.router.add_post("/_emulator/faults", self.add_faults)
        app.router.add_get("/_emulator/requests", self.show_requests)
        app.router.add_get("/_emulator/stops", self.show_stops)
        app.router.add_get("/v1/stop-sms/list", self.handler("list", self.query))
        app.router.add_post("/v1/stop-sms/add", self.handler("add", self.json))
        app.router.add_get("/v1/stop-sms/delete", self.handler("delete", self.query))
        return app

    async def reset(self, request: web.Request) -> web.Response:
        self.account = Account(**await request.json())
        self.requests.clear()
        self.faults.clear()
        return web.json_response({})

    async def add_faults(self, request: web.Request) -> web.Response:
        self.faults.extend(Fault(**fault) for fault in (await request.json())["faults"])
        return web.json_response({})

    async def show_requests(self, request: web.Request) -> web.Response:
        return web.json_response({"requests": self.requests})

    async def show_stops(self, request: web.Request) -> web.Response:
        return web.json_response({"stops": list(self.account.stops.values())})

    def handler(self, call: str, read: t.Callable[[web.Request], dict[str, t.Any] | None]) -> t.Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            request["body"] = await request.text()
            self.requests.append(
                {
                    "call": call,
                    "method": request.method,
                    "path": request.path,
                    "query": dict(request.query),
                    "headers": dict(request.headers),
                    "body": request["body"],
                    "time": time.monotonic(),
                }
            )
            fault = next((fault for fault in self.faults if fault.strikes(call)), Fault(delay=self.delay))
            fault.times -= 1 if fault.times > 0 else 0
            parameters = read(request)
            if self.account.over_quota():
                return web.json_response(refusal(429), status=429)
            xml = (parameters or {}).get("_format") == "xml"
            answer = self.answer(call, parameters) if fault.does_work else refusal(500)
            if fault.code is not None:
                answer = {"success": fault.success, "code": fault.code, "message": fault.message}
            return await carry_out(fault, request, encoded(answer, xml))

        return handle

    def answer(self, call: str, parameters: dict[str, t.Any] | None) -> dict[str, t.Any]:
        if parameters is None:
            return refusal(90)
        refused = self.account.refuse_key(parameters.get("apiKey"))
        work: t.Callable[[dict[str, t.Any]], dict[str, t.Any]] = getattr(self.account, call)
        return work(parameters) if refused is None else refused

    @staticmethod
    def query(request: web.Request) -> dict[str, t.Any] | None:
        return dict(request.query)

    @staticmethod
    def json(request: web.Request) -> dict[str, t.Any] | None:
        try:
            parameters = json.loads(request["body"])
        except ValueError:
            return None
        return parameters if isinstance(parameters, dict) else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/emulator", description="A stand-in for the SMS Partner API, on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 for any that is free")
    parser.add_argument("--api-key", action="append", help="a key that is accepted (demo-key if none is given)")
    parser.add_argument("--stop", action="append", default=[], metavar="NUMBER", help="a number that is on the list from the start")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--quota", type=int, help="requests a minute, beyond which HTTP 429 is answered")
    parser.add_argument("--cert", help="a certificate (PEM), to serve https")
    parser.add_argument("--key", help="the certificate's private key")
    options = parser.parse_args()

    account = Account(options.api_key or ["demo-key"], quota=options.quota)
    for number in options.stop:
        account.put(number)
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    asyncio.run(serve(Emulator(account, options.delay).app(), options.host, options.port, context))


async def serve(app: web.Application, host: str, port: int, context: ssl.SSLContext | None) -> None:
    """Serve until a signal asks to stop; the first line printed is the address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, port, ssl_context=context).start()
    address = runner.addresses[0]
    print(f"api_url={'https' if context else 'http'}://{address[0]}:{address[1]}/v1", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    main()
