# Copyright (c) 2026, The community.smspartner contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An emulator of the SMS Partner API, on loopback, to try playbooks against: it needs no account and sends nothing.

Under ``/v1`` it is the API. Under ``/_emulator``, tests control it: ``POST reset`` sets entries, keys and settings (by default, keys and settings are those
of the command line) and forgets everything else; ``POST faults`` adds faults (see faults.py); ``GET requests`` and ``GET stops`` return what arrived and
what is listed.
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
from state import INTERNATIONAL, Account, Answer, encoded, refusal

LARGEST_REQUEST = 1 << 30
SETTINGS = ("quota", "quota_window", "quota_kind", "already_listed_code")  # of the account, on the command line and in a reset

Parameters = dict[str, t.Any]
Handler = t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]


class Emulator:
    """One emulated account, the log of its requests, and the faults that are pending."""

    def __init__(self, account: Account, delay: float) -> None:
        self.account = account
        self._defaults = {name: getattr(account, name) for name in ("api_keys", *SETTINGS)}
        self.delay = delay
        self.requests: list[dict[str, t.Any]] = []
        self.faults: list[Fault] = []

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_post("/_emulator/reset", self.reset)
        app.router.add_post("/_emulator/faults", self.add_faults)
        app.router.add_get("/_emulator/requests", self.show_requests)
        app.router.add_get("/_emulator/stops", self.show_stops)
        app.router.add_get("/v1/stop-sms/list", self.handler("list", from_query))
        app.router.add_post("/v1/stop-sms/add", self.handler("add", from_json))
        app.router.add_get("/v1/stop-sms/delete", self.handler("delete", from_query))
        app.router.add_route("*", "/{path:(?!_emulator/).*}", self.other)
        return app

    async def reset(self, request: web.Request) -> web.Response:
        self.account = Account(**{**self._defaults, **await request.json()})
        self.requests.clear()
        self.faults.clear()
        return web.json_response({})

    async def add_faults(self, request: web.Request) -> web.Response:
        self.faults.extend(Fault.of(fault) for fault in (await request.json())["faults"])
        return web.json_response({})

    async def show_requests(self, request: web.Request) -> web.Response:
        return web.json_response({"requests": self.requests})

    async def show_stops(self, request: web.Request) -> web.Response:
        return web.json_response({"stops": list(self.account.stops.values())})

    async def record(self, call: str, request: web.Request) -> str:
        """Log the request and return its body."""
        body = (await request.read()).decode(errors="replace")
        self.requests.append(
            {
                "call": call,
                "method": request.method,
                "path": request.path,
                "query": dict(request.query),
                "headers": dict(request.headers),
                "body": body,
                "time": time.monotonic(),
            }
        )
        return body

    async def other(self, request: web.Request) -> web.Response:
        await self.record("other", request)
        return web.Response(status=404, text="Not Found")

    def handler(self, call: str, read: t.Callable[[web.Request], Parameters | None]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            request["body"] = await self.record(call, request)
            parameters = read(request)
            xml = parameters is not None and parameters.get("_format") == "xml"
            if self.account.over_quota():
                fault, answer = Fault(status=429), refusal(429)
            else:
                fault = self.next_fault(call)
                answer = self.answer(call, parameters) if fault.does_work else refusal(500)
            if fault.code is not None:
                answer = {"success": fault.success, "code": fault.code, "message": fault.message}
            await asyncio.sleep(self.delay)
            return await carry_out(fault, request, encoded(answer, xml), "text/xml" if xml else "application/json")

        return handle

    def next_fault(self, call: str) -> Fault:
        """Return the first pending fault for such a call, or one that does nothing."""
        fault = next((fault for fault in self.faults if fault.affects(call)), None)
        if fault is None:
            return Fault()
        if fault.times > 0:
            fault.times -= 1
        return fault

    def answer(self, call: str, parameters: Parameters | None) -> Answer:
        if parameters is None:
            return refusal(90)
        refused = self.account.refuse_key(parameters.get("apiKey"))
        work: t.Callable[[Parameters], Answer] = getattr(self.account, call)
        return work(parameters) if refused is None else refused


def from_query(request: web.Request) -> Parameters:
    return dict(request.query)


def from_json(request: web.Request) -> Parameters | None:
    try:
        parameters = json.loads(request["body"])
    except (ValueError, RecursionError):
        return None
    return parameters if isinstance(parameters, dict) else None


def e164(number: str) -> str:
    if not INTERNATIONAL.fullmatch(number):
        raise argparse.ArgumentTypeError(f"not an international number such as +33612345678: {number}")
    return number


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/emulator", description="An emulator of the SMS Partner API, on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 for any free port")
    parser.add_argument("--api-key", action="append", help="an accepted key (default: demo-key)")
    parser.add_argument("--stop", type=e164, action="append", default=[], metavar="NUMBER", help="a number on the list; the first one has the ID 666")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each response")
    parser.add_argument("--quota", type=int, help="requests per quota window; further ones get HTTP 429")
    parser.add_argument("--quota-kind", choices=["sliding", "fixed"], default="sliding", help="count the last 60 s (sliding) or each clock minute (fixed)")
    parser.add_argument("--quota-window", type=float, default=60.0, metavar="SECONDS", help="length of the quota window, instead of 60")
    parser.add_argument("--already-listed-code", type=int, choices=[3, 15], default=3, help="code for the addition of a listed number")
    parser.add_argument("--cert", help="a certificate (PEM) for https")
    parser.add_argument("--key", help="the certificate's private key")
    options = parser.parse_args()

    account = Account(options.api_key or ["demo-key"], **{name: getattr(options, name) for name in SETTINGS})
    for number in options.stop:
        account.put(number)
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    try:
        asyncio.run(serve(Emulator(account, options.delay).app(), options.host, options.port, context))
    except OSError as error:
        parser.error(str(error.strerror))


async def serve(app: web.Application, host: str, port: int, context: ssl.SSLContext | None) -> None:
    """Serve until a signal arrives; the first line printed is the address."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, host, port, ssl_context=context).start()
    shown_host = f"[{host}]" if ":" in host else host
    print(f"api_url={'https' if context else 'http'}://{shown_host}:{runner.addresses[0][1]}/v1", flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    main()
