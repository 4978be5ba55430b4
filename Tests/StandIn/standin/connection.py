"""One EventSub socket, and the session on it."""
import asyncio
import socket
import struct
import time

from . import frames
from .delivery import encode
from .identifiers import session_id

# What was written this long before a reset may not have arrived.
IN_FLIGHT = 0.25


class Session:
    """An EventSub session, which outlives its connection in a planned reconnect."""

    def __init__(self, connection, connected_at):
        self.id, self.connection, self.connected_at = session_id(), connection, connected_at
        self.bound = False      # whether a shard was ever assigned to it
        self.dead = False

    @property
    def is_open(self):
        """Whether what is sent by it can arrive."""
        return not self.dead and self.connection.open


class Connection:
    """One accepted EventSub socket."""

    count = 0

    def __init__(self, twitch, reader, writer):
        Connection.count += 1
        self.number = Connection.count
        self.twitch, self.reader, self.writer = twitch, reader, writer
        self.session = None
        self.open = True
        self.blackhole = False      # half-open: nothing goes out, what comes is not read
        self.closed_by = None
        self.last_out = self.last_pong = time.monotonic()
        self.tasks = []

    def raw(self, data):
        """Writes bytes as they are."""
        if self.open and not self.blackhole:
            try:
                self.writer.write(data)
            except RuntimeError:
                pass                # the client is gone, which was not read yet

    def text(self, message):
        """Sends a message as JSON."""
        self.last_out = time.monotonic()
        self.raw(frames.frame(frames.TEXT, encode(message)))

    def close(self, code, reason=""):
        """Sends a close frame, then FIN: everything before it arrives. Code 0 is a close frame without one."""
        if not self.open:
            return
        self.raw(frames.frame(frames.CLOSE, frames.close_payload(code, reason)))
        self.ended(f"server {code}", f"server {code}")
        self.twitch.spawn(self._drain_and_close())

    def fin(self):
        """Ends it without a close frame."""
        if self.open:
            self.ended("fin", "websocket_network_error")
            self.writer.close()

    def reset(self):
        """Sends RST. What was written within the last moments may not arrive: those messages become uncertain."""
        if not self.open:
            return
        now = time.monotonic()
        for message in self.twitch.recent:
            if any(to is self and now - at < IN_FLIGHT for at, to in message.deliveries):
                message.uncertain = True
        linger = struct.pack("ii", 1, 0)
        try:
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        except OSError:
            pass                    # it is closed already
        self.ended("reset", "websocket_network_error")
        self.writer.transport.abort()

    def ended(self, closed_by, why):
        """Takes note that it is no more, once. why is a shard's new status, or "server CODE"."""
        if not self.open:
            return
        self.open = False
        self.closed_by = self.closed_by or closed_by
        for task in self.tasks:
            task.cancel()
        self.twitch.connection_gone(self, why)

    async def read(self):
        """Reads until the end, and reports what a client must not do."""
        parser = frames.Parser()
        while self.open:
            try:
                data = await self.reader.read(65536)
            except OSError:
                data = b""
            if not data:
                self.ended("client eof", "websocket_disconnected")
                self.writer.close()
                return
            if self.blackhole:
                continue
            for _, _, opcode, masked, payload in parser.feed(data):
                if not masked:
                    self.twitch.violations.append("unmasked client frame")
                if not self._take(opcode, payload):
                    return

    def _take(self, opcode, payload):
        """Takes one frame in; whether it may go on."""
        if opcode == frames.PONG:
            self.last_pong = time.monotonic()
        elif opcode == frames.PING:
            self.twitch.violations.append("client pinged Twitch")
            self.raw(frames.frame(frames.PONG, payload))
        elif opcode == frames.CLOSE:
            self.raw(frames.frame(frames.CLOSE, payload[:2]))
            self.ended(f"client {frames.close_code(payload)}", "websocket_disconnected")
            self.writer.close()
            return False
        else:
            self.twitch.violations.append("client sent data: " + repr(payload[:80]))
            self.close(4001, "client sent inbound traffic")
            return False
        return True

    async def _drain_and_close(self):
        try:
            await asyncio.wait_for(self.writer.drain(), 5)
        except (OSError, asyncio.TimeoutError):
            pass                    # the client is gone or does not read
        await asyncio.sleep(1)
        self.writer.close()
