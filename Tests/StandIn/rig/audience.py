"""Who reads: clients and watchers, what is said to them, and how they come back."""
import asyncio
import contextlib
from urllib.parse import quote

from clients.client import Client
from clients.watcher import Watcher


class Audience:
    """Connects clients, and says lines for them to read."""

    def path(self, user, stream=None, **query):
        """Returns the path of the stream's WebSocket (or another stream's) for a user."""
        fields = {"token": self.users[user].token, **query}
        return f"/ws/{stream or self.stream}?" + "&".join(
            f"{name}={quote(str(value), safe='')}" for name, value in fields.items())

    async def client(self, user="alice", auto_pong=True, receive_buffer=None, headers=None, timeout=10, **where):
        """Connects a client; where: the stream, since, history."""
        client = await Client.connect(
            self.gateway.port, self.path(user, **where), headers, timeout, receive_buffer, auto_pong=auto_pong)
        self.clients.append(client)
        return client

    async def come_back(self, user="alice", pause=0.4, **where):
        """Connects a client and waits until nothing is replayed any more."""
        client = await self.client(user, **where)
        await client.quiet(pause)
        return client

    async def watcher(self, user="alice", stream=None, delay=(0.05, 0.3)):
        """Connects a watcher, who comes back after some delay whenever the connection ends."""
        name = f"{user}{len(self.watchers)}"
        watcher = Watcher(name, self.gateway.port, stream or self.stream, self.users[user].token, delay)
        self.watchers.append(watcher)
        await asyncio.wait_for(watcher.up.wait(), 10)
        return watcher

    async def watch(self):
        """Connects two watchers, one of them the stream's owner, and returns them."""
        return await self.watcher("alice"), await self.watcher("bob")

    async def watched(self, **setup):
        """Sets up a gateway that serves, with two watchers, and returns them."""
        await self.setup(**setup)
        return await self.watch()

    @contextlib.asynccontextmanager
    async def shaken(self, shortest, longest, aborts):
        """Ends some watcher's connection every few moments of an `async with`; aborts: the share without a goodbye."""
        async def shake():
            while True:
                await asyncio.sleep(self.rng.uniform(shortest, longest))
                watcher = self.rng.choice(self.watchers)
                if not watcher.connected:
                    continue
                if self.rng.random() < aborts:
                    watcher.client.abort()
                else:
                    self.twitch.spawn(watcher.client.close())
        task = asyncio.ensure_future(shake())
        try:
            yield
        finally:
            task.cancel()

    def say_everywhere(self, **how):
        """Says one line in each channel."""
        return [self.twitch.say(channel, **how) for channel in self.channels]

    async def say_many(self, count, pause=0.0):
        """Says lines in the channels by turns: as fast as they can be read, or with a pause after each."""
        said = []
        for number in range(count):
            said.append(self.twitch.say(self.channels[number % len(self.channels)]))
            if pause or number % 50 == 49:
                await asyncio.sleep(pause or 0.02)
        return said

    async def reader_of(self, count):
        """Connects a client that reads so many lines; the client, the lines, and the cursors by id as they came."""
        reader = await self.client("alice")
        said = await self.say_many(count)
        await reader.shows(said[-1], 10)
        return reader, said, reader.cursors()

    async def health(self, client):
        """Returns the health that a client is told, or None."""
        status = await client.status()
        return status and status.get("health", "absent")
