"""One reader over many connections, who comes back with the cursor and keeps the whole story."""
import asyncio
import random
import time
from typing import NamedTuple
from urllib.parse import quote

from .client import RELAYED, Client, Refused

# Lines that were said this long before a connection was lost without a cursor are not asked for.
LEEWAY = 5


class Item(NamedTuple):
    """What a watcher went through: a "message", a "gap", or the "open" of a connection."""

    kind: str
    at: float
    account: int = None
    id: str = None
    text: str = None


class Watcher:
    """A logical client: it connects, reads, and comes back when the connection ends."""

    def __init__(self, name, port, stream, token, delay):
        self.name, self.port, self.stream, self.token, self.delay = name, port, stream, token, delay
        self.rng = random.Random(name)
        self.up = asyncio.Event()
        self.joined = time.monotonic()      # it has to get what is said from now on
        self.items = []
        self.cursor = None
        self.cursors = {}                   # cursor -> message id
        self.holes = []                     # (from, to): times for which it had no cursor
        self.statuses = []
        self.closes = []                    # (code, reason)
        self.bad = []
        self.connects = 0
        self.client = None
        self.task = asyncio.ensure_future(self._run())

    @property
    def connected(self):
        """Whether it has a living connection."""
        return self.client is not None and self.client.alive

    def messages(self):
        """Returns the messages it got."""
        return [item for item in self.items if item.kind == "message"]

    def ids(self):
        """Returns the ids of the messages it got, each once."""
        return {item.id for item in self.items if item.kind == "message"}

    def gaps(self):
        """Returns how many gaps it was told."""
        return sum(item.kind == "gap" for item in self.items)

    def opens(self):
        """Returns when its connections were opened."""
        return [item.at for item in self.items if item.kind == "open"]

    def forget(self):
        """Forgets what it got: from here on it counts anew."""
        self.items = [item for item in self.items if item.kind != "message"]
        self.joined = time.monotonic()

    def all_bad(self):
        """Returns all that broke the contract, on all of its connections."""
        return self.bad + (self.client.bad if self.client else [])

    async def finish(self):
        """Leaves for good."""
        while not self.task.done():
            # More than once: Python 3.11's wait_for forgets a cancellation that comes together with what it waits for.
            self.task.cancel()
            await asyncio.wait([self.task], timeout=0.1)
        if self.client:
            self.client.abort()

    async def _run(self):
        lost_at = None
        while True:
            since = self.cursor
            try:
                self.client = client = await self._connect(since)
            except (Refused, OSError, asyncio.TimeoutError):
                await asyncio.sleep(0.05)
                continue
            self.connects += 1
            if not since and lost_at is not None:
                self.holes.append((lost_at - LEEWAY, time.monotonic()))
            self.up.set()
            await client.closed
            self.up.clear()
            lost_at = time.monotonic()
            self.closes.append((client.close_code, client.close_reason))
            self.bad += client.bad
            await asyncio.sleep(self.rng.uniform(*self.delay))

    async def _connect(self, since):
        path = f"/ws/{self.stream}?token={self.token}" + (f"&since={quote(since, safe='')}" if since else "")
        mark = len(self.items)
        self.items.append(Item("open", time.monotonic()))
        try:
            return await Client.connect(self.port, path, on_frame=self._take)
        except BaseException:
            del self.items[mark]
            raise

    def _take(self, message):
        type, cursor = message["type"], message.get("cursor")
        if type in RELAYED:
            id = message.get("id")
            self.items.append(Item("message", time.monotonic(), message.get("account_id"), id, message.get("text")))
            if self.cursors.setdefault(cursor, id) != id:
                self.bad.append(f"cursor {cursor} names two messages")
        elif type == "gap":
            self.items.append(Item("gap", time.monotonic()))
        elif type == "status":
            self.statuses.append(message)
        if cursor:
            self.cursor = cursor
