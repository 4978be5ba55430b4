"""The HTTP side's front door: faults on the way in, the answer, faults on the way out, the log."""
import asyncio
import json
import re
import time
import traceback
from datetime import datetime, timezone
from typing import NamedTuple

from aiohttp import web

REASONS = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 410: "Gone",
    422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
    503: "Service Unavailable"}


class Logged(NamedTuple):
    """One request that was answered, or dropped."""

    at: float
    method: str
    path: str
    status: object
    note: str


class Fault:
    """What goes wrong with the next requests to a path.

    Before a request is carried out: delay (seconds), drop (the connection), status with body (the answer instead).
    Afterwards: after (seconds until the answer), lost (the connection instead of the answer), then_status (answered as
    if it had failed).
    """

    def __init__(self, method, path, times, delay=0, drop=False, status=None, body=b"", after=0, lost=False,
                 then_status=None):
        self.method, self.path, self.times, self.hits = method, re.compile(path), times, 0
        self.delay, self.drop, self.status, self.body = delay, drop, status, body
        self.after, self.lost, self.then_status = after, lost, then_status

    def matches(self, method, path):
        """Whether a request is one of those that it is for."""
        return self.times > 0 and self.method in (None, method) and self.path.search(path)


class HTTP:
    """Answers HTTP requests, or fails to."""

    def fault(self, method, path, times=1, **what):
        """Lets the next requests of a method (None: any) to paths that match go wrong; see Fault."""
        fault = Fault(method, path, times, **what)
        self.faults.append(fault)
        return fault

    def count_status(self, status):
        """Returns how many requests were answered with a status."""
        return sum(1 for request in self.log if request.status == status)

    def reply(self, status, message):
        """Returns an answer in JSON."""
        return self.raw_reply(status, json.dumps(message, ensure_ascii=False).encode())

    def raw_reply(self, status, body):
        """Returns an answer that claims to be JSON."""
        return web.Response(status=status, body=body, headers={"Content-Type": "application/json; charset=utf-8"})

    def error(self, status, message, **more):
        """Returns an error in the shape that Helix has."""
        return self.reply(status, {"error": REASONS[status], "status": status, "message": message, **more})

    async def answer(self, request):
        """Answers one request, under Twitch's clock."""
        response = await self._answer_or_fail(request)
        if not response.prepared:
            now = datetime.fromtimestamp(time.time() + self.time_offset, timezone.utc)
            response.headers["Date"] = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return response

    async def _answer_or_fail(self, request):
        path, method, began = request.path, request.method, time.monotonic()
        self.http_hits[(method, path)] += 1

        def log(status, note):
            self.log.append(Logged(began, method, path, status, note))
        try:
            body = await request.read()
        except OSError:
            return web.Response(status=400)
        fault = next((fault for fault in self.faults if fault.matches(method, path)), None)
        if fault:
            fault.times -= 1
            fault.hits += 1
            await asyncio.sleep(fault.delay)
            if fault.drop:
                _abort(request)
                log("dropped", "fault")
                return web.Response()
            if fault.status:
                log(fault.status, "fault")
                response = self.raw_reply(fault.status, fault.body)
                self.rate_headers(response, None)
                return response
        response = await self._carry_out(request, body)
        log(response.status, request.query_string)
        if fault:
            await asyncio.sleep(fault.after)
            if fault.lost:
                _abort(request)
            if fault.then_status:
                return self.raw_reply(fault.then_status, b"")
        return response

    async def _carry_out(self, request, body):
        path, method = request.path, request.method
        try:
            if path.startswith("/oauth2/"):
                return await self.oauth(request, method, path.removeprefix("/oauth2"), body)
            if path.startswith("/helix/"):
                return await self.helix(request, method, path.removeprefix("/helix"), body)
            return self.error(404, "not found")
        except Exception as error:
            traceback.print_exc()
            self.violations.append(f"stand-in error {error!r} at {method} {path}")
            return self.error(500, "")


def _abort(request):
    if request.transport:
        request.transport.abort()
