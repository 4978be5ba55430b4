"""The EventSub WebSocket server: welcome, keepalives, pings, and planned reconnects."""
import asyncio
import socket
import time
import uuid
from urllib.parse import parse_qs, urlsplit

from . import frames
from .connection import Connection, Session

PING_INTERVAL = 5.0
# A session to which no shard is assigned is closed after this.
UNUSED_AFTER = 10
# The time that a client has for a planned reconnect.
MOVE_GRACE = 30.0


class Move:
    """A planned reconnect that was asked for."""

    def __init__(self, session, same_id):
        self.session, self.old, self.same_id = session, session.connection, same_id
        self.used = False


class EventSub:
    """Accepts EventSub clients."""

    def ask_to_move(self, connection, same_id=True, url=None):
        """Asks a client to reconnect, with its session's id or a new one; url replaces the address that works."""
        session = connection.session
        challenge = str(uuid.uuid4())
        self.moves[challenge] = Move(session, same_id)
        self.say_reconnect(connection, url or f"{self.websocket_url}?challenge={challenge}&id={session.id}")

        async def close_after_grace():
            await asyncio.sleep(MOVE_GRACE)
            connection.close(4004, "reconnect grace time expired")
        self.spawn(close_after_grace())

    def say_reconnect(self, connection, url):
        """Sends session_reconnect with an address."""
        connection.text(self._about_session("session_reconnect", connection.session, "reconnecting", reconnect_url=url))

    def refuse_connections(self, times):
        """Has so many of the next connections be reset at once."""
        self.refusals = times

    async def accept(self, reader, writer):
        """Answers a client's upgrade and serves it."""
        connection = Connection(self, reader, writer)
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            writer.close()
            return
        (_, path, _), headers = frames.parse_head(head)
        self.note(f"connect {path}")
        if self.refusals:
            self.refusals -= 1
            writer.transport.abort()
            return
        writer.write((
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {frames.accept_key(headers['sec-websocket-key'])}\r\n\r\n").encode())
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.append(connection)
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        self.spawn(self._serve(connection, query))

    async def _serve(self, connection, query):
        connection.tasks.append(asyncio.ensure_future(connection.read()))
        keepalive = self._keepalive(query)
        delay = self.welcome_delay.pop(0) if self.welcome_delay else 0
        if delay is None:
            return
        if delay:
            await asyncio.sleep(delay)
            if not connection.open:
                return
        if "challenge" in query:
            if not self._move(connection, query, keepalive):
                return
        else:
            self._begin_session(connection, keepalive)
        jobs = self._send_keepalives(connection, keepalive), self._close_unused(connection), self._ping(connection)
        connection.tasks += [asyncio.ensure_future(job) for job in jobs]

    def _keepalive(self, query):
        try:
            return min(600, max(10, int(query["keepalive_timeout_seconds"])))
        except (KeyError, ValueError):
            return 10

    def _move(self, connection, query, keepalive):
        """Carries out a planned reconnect; whether the address was good."""
        move = self.moves.get(query["challenge"])
        if move is None or move.used or not move.old.open or move.session.id != query.get("id"):
            connection.close(4007, "invalid reconnect")
            return False
        move.used = True
        if not move.same_id:
            self._begin_session(connection, keepalive)
            return True
        connection.session = move.session
        if self.around_welcome:
            self.around_welcome()
        self._welcome(connection, keepalive)
        move.session.connection = connection    # from here all goes to the new one
        if self.around_welcome:
            self.around_welcome()
        return True

    def _begin_session(self, connection, keepalive):
        connection.session = Session(connection, self.now())
        self.sessions[connection.session.id] = connection.session
        self._welcome(connection, keepalive)

    def _welcome(self, connection, keepalive):
        connection.text(self._about_session(
            "session_welcome", connection.session, "connected", keepalive_timeout_seconds=keepalive))

    def _about_session(self, type, session, status, keepalive_timeout_seconds=None, reconnect_url=None):
        return self.session_message(type, {"session": {
            "id": session.id, "status": status, "connected_at": session.connected_at,
            "keepalive_timeout_seconds": keepalive_timeout_seconds, "reconnect_url": reconnect_url,
            "recovery_url": None}})

    async def _send_keepalives(self, connection, keepalive):
        while connection.open:
            left = connection.last_out + keepalive - time.monotonic()
            if left <= 0:
                connection.text(self.session_message("session_keepalive", {}))
                left = keepalive
            await asyncio.sleep(left)

    async def _close_unused(self, connection):
        await asyncio.sleep(UNUSED_AFTER)
        if connection.open and not connection.session.bound and connection.session.connection is connection:
            self.note(f"4003 unused {connection.number}")
            connection.close(4003, "connection unused")

    async def _ping(self, connection):
        while connection.open:
            await asyncio.sleep(PING_INTERVAL)
            connection.raw(frames.frame(frames.PING, b"qa"))
            if time.monotonic() - connection.last_pong > PING_INTERVAL * 3 and not connection.blackhole:
                self.note("4002 no pong")
                self.violations.append("no pong")
                connection.close(4002, "no pong")
