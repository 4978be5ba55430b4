"""One WebSocket connection to the gateway: strict about every byte, and with words for what a browser does."""
import asyncio
import base64
import json
import os
import socket
import time

from standin import frames

from .contract import problems

# The account of the internal chat.
INTERNAL = 0

# The frames that are part of a room's history.
RELAYED = ("text", "emote", "notice")


class Refused(Exception):
    """The gateway did not let a client in."""

    def __init__(self, status, body):
        super().__init__(f"HTTP {status} {body[:80]!r}")
        self.status, self.body = status, body


class Client(asyncio.Protocol):
    """One connection, from its handshake to its end."""

    def __init__(self, auto_pong=True, on_frame=None):
        self.loop = asyncio.get_running_loop()
        self.key = base64.b64encode(os.urandom(16)).decode()
        self.parser, self.head, self.fragments = frames.Parser(), b"", None
        self.opened, self.closed = self.loop.create_future(), self.loop.create_future()
        self.transport = None
        self.alive, self.close_sent = False, False
        self.close_code = self.close_reason = None
        self.frames = []            # (time, message)
        self.bad = []               # what broke the contract
        self.bytes = self.pings = 0
        self.auto_pong, self.on_frame = auto_pong, on_frame
        self.waiters = []

    # Connecting

    @classmethod
    async def connect(cls, port, path, headers=None, timeout=10, receive_buffer=None, **options):
        """Connects and upgrades, or raises Refused."""
        client = cls(**options)
        endpoint = socket.socket()
        if receive_buffer:
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        endpoint.setblocking(False)
        try:
            await asyncio.wait_for(client.loop.sock_connect(endpoint, ("127.0.0.1", port)), timeout)
            await client.loop.create_connection(lambda: client, sock=endpoint)
        except BaseException:
            endpoint.close()
            raise
        if client.transport.is_closing():
            raise Refused(0, b"connection lost")
        fields = {
            "Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Key": client.key, "Sec-WebSocket-Version": "13", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        client.transport.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode("latin1"))
        try:
            await asyncio.wait_for(asyncio.shield(client.opened), timeout)
        except BaseException:
            client.abort()
            raise
        return client

    async def close(self):
        """Says goodbye and waits for the end."""
        if not self.transport.is_closing():
            self.close_sent = True
            self.send_frame(frames.CLOSE, frames.close_payload(1000))
            try:
                await asyncio.wait_for(asyncio.shield(self.closed), 2)
            except asyncio.TimeoutError:
                self.abort()

    def abort(self):
        """Ends without a goodbye."""
        self.transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport):
        """Takes the transport."""
        self.transport = transport

    def data_received(self, data):
        """Takes bytes in: first the answer to the upgrade, then frames."""
        self.bytes += len(data)
        if not self.alive and not self.opened.done():
            self.head += data
            data = self._take_head()
        if self.alive and data:
            for frame in self.parser.feed(data):
                self._take_frame(*frame)

    def connection_lost(self, error):
        """Takes the end in."""
        self.alive = False
        if self.close_code is None:
            self.close_code = 1006
        if not self.opened.done():
            self.opened.set_exception(Refused(0, b"connection lost"))
            self.opened.exception()
        if not self.closed.done():
            self.closed.set_result(None)
        self._wake()

    def _take_head(self):
        """Reads the answer to the upgrade when it is all there; the bytes after it."""
        head, end, rest = self.head.partition(b"\r\n\r\n")
        if not end:
            return b""
        (_, status, *_), headers = frames.parse_head(head)
        if status != "101":
            if len(rest) >= int(headers.get("content-length", 0)):
                self.opened.set_exception(Refused(int(status), rest))
                self.transport.close()
            return b""
        if headers.get("sec-websocket-accept") != frames.accept_key(self.key):
            self.bad.append("wrong Sec-WebSocket-Accept")
        if headers.get("sec-websocket-extensions"):
            self.bad.append("extensions negotiated though none were offered")
        self.alive = True
        self.opened.set_result(self)
        return rest

    def _take_frame(self, fin, reserved, opcode, masked, payload):
        if masked:
            self.bad.append("server frame is masked")
        if reserved:
            self.bad.append("reserved bits set")
        if opcode == frames.PING:
            self._take_ping(fin, payload)
        elif opcode == frames.PONG:
            pass
        elif self.close_code is not None:
            self.bad.append(f"data after the close frame, op {opcode}")
        elif opcode == frames.CLOSE:
            self._take_close(payload)
        elif opcode in (frames.TEXT, frames.CONTINUATION):
            self._take_fragment(fin, opcode, payload)
        else:
            self.bad.append(f"opcode {opcode}")

    def _take_ping(self, fin, payload):
        self.pings += 1
        if len(payload) > 125 or not fin:
            self.bad.append("bad ping")
        if self.auto_pong and not self.transport.is_closing():
            self.send_frame(frames.PONG, payload)

    def _take_close(self, payload):
        self.close_code = frames.close_code(payload)
        try:
            self.close_reason = payload[2:].decode()
        except UnicodeDecodeError:
            self.bad.append("close reason is no UTF-8")
            self.close_reason = repr(payload[2:])
        self._wake()
        if not self.close_sent and not self.transport.is_closing():
            self.close_sent = True
            self.send_frame(frames.CLOSE, payload[:2])

    def _take_fragment(self, fin, opcode, payload):
        if opcode == frames.CONTINUATION:
            if self.fragments is None:
                self.bad.append("continuation of nothing")
                return
            payload = self.fragments + payload
        elif self.fragments is not None:
            self.bad.append("a message within a message")
        self.fragments = None if fin else payload
        if fin:
            self._take_text(payload)

    def _take_text(self, payload):
        try:
            message = json.loads(payload.decode())
        except ValueError as error:
            self.bad.append(f"no JSON in UTF-8: {error} in {payload[:80]!r}")
            return
        if not isinstance(message, dict):
            self.bad.append(f"no object: {payload[:80]!r}")
            return
        self.bad += problems(message)
        self.frames.append((time.monotonic(), message))
        if self.on_frame:
            self.on_frame(message)
        self._wake()

    def _wake(self):
        for waiter in self.waiters:
            if not waiter.done():
                waiter.set_result(None)
        self.waiters.clear()

    # Sending

    def send(self, request):
        """Sends a request as JSON."""
        self.send_frame(frames.TEXT, json.dumps(request, ensure_ascii=False).encode())

    def send_frame(self, opcode, payload, fin=True):
        """Sends one frame."""
        self.transport.write(frames.frame(opcode, payload, mask=True, fin=fin))

    def send_line(self, account, text, id=None, room=None, type="text"):
        """Sends a line as an account, to the room of a stream account (the same one)."""
        self.send(line(account, text, id, room, type))

    async def post(self, account, text, id, room=None, type="text", timeout=10):
        """Sends a line and returns what became of it, or None."""
        self.send_line(account, text, id, room, type)
        return await self.outcome(id, timeout)

    async def ask(self, request, *types, timeout=5):
        """Sends a request and returns the next frame of one of the types, or None."""
        mark = self.mark()
        self.send(request)
        return await self.wait(lambda frame: frame["type"] in types, timeout, mark)

    async def status(self):
        """Asks for the status and returns it, or None."""
        return await self.ask({"type": "status"}, "status")

    # Waiting

    def mark(self):
        """Returns where the next frame will be."""
        return len(self.frames)

    async def wait(self, is_it, timeout=5, start=0):
        """Returns the first frame from a mark on for which is_it holds, or None."""
        end = self.loop.time() + timeout
        while True:
            while start < len(self.frames):
                if is_it(self.frames[start][1]):
                    return self.frames[start][1]
                start += 1
            if not self.alive or not await self._news(end):
                return None

    async def shows(self, message, timeout=5):
        """Waits until a message of the journal was relayed, and returns the frame, or None."""
        return await self.wait(lambda frame: frame.get("id") == message.id, timeout)

    async def outcome(self, id, timeout=10):
        """Waits until it is told what became of a line, and returns the frame, or None."""
        return await self.wait(lambda frame: is_outcome(frame, id), timeout)

    async def wait_closed(self, timeout=5):
        """Waits until the gateway closed, and returns the code, or None."""
        end = self.loop.time() + timeout
        while self.close_code is None:
            if not await self._news(end):
                return None
        return self.close_code

    async def quiet(self, pause=0.4, limit=10):
        """Waits until nothing comes any more."""
        end, mark = self.loop.time() + limit, -1
        while self.loop.time() < end and mark != self.mark():
            mark = self.mark()
            await asyncio.sleep(pause)

    async def _news(self, end):
        """Waits until something happens; whether it did before the time was up."""
        waiter = self.loop.create_future()
        self.waiters.append(waiter)
        try:
            await asyncio.wait_for(waiter, end - self.loop.time())
        except asyncio.TimeoutError:
            return False
        return True

    # What came

    def all_bad(self):
        """Returns all that broke the contract."""
        return self.bad

    def of(self, *types):
        """Returns the frames of some types."""
        return [frame for _, frame in self.frames if frame.get("type") in types]

    def since(self, mark, *types):
        """Returns the frames from a mark on, those of some types when given."""
        return [frame for _, frame in self.frames[mark:] if not types or frame["type"] in types]

    def ids(self):
        """Returns the ids of what was relayed, in order."""
        return [frame["id"] for frame in self.of(*RELAYED)]

    def cursors(self):
        """Returns the cursors of what was relayed, by id, in order."""
        return {frame["id"]: frame["cursor"] for frame in self.of(*RELAYED)}

    def story(self):
        """Returns the ids of what was relayed, with "GAP" where one was told."""
        return ["GAP" if frame["type"] == "gap" else frame["id"] for frame in self.of("gap", *RELAYED)]

    def outcomes(self, id):
        """Returns all that was told about a line."""
        return [frame for _, frame in self.frames if is_outcome(frame, id)]

    def internal(self):
        """Returns the texts of the internal chat that came."""
        return [frame["text"] for frame in self.of("text") if frame["account_id"] == INTERNAL]


def line(account, text, id=None, room=None, type="text"):
    """Returns the request that sends a line as an account, to the room of a stream account (the same one)."""
    room = account if room is None else room
    request = {"type": type, "account_id": account, "cur_stream_account_id": room, "text": text}
    return request if id is None else {**request, "id": id}


def is_outcome(frame, id):
    """Whether a frame tells what became of the line with an id."""
    if frame["type"] == "error":
        return frame.get("request", {}).get("id") == id
    return frame["type"] in ("textresult", "emoteresult") and frame.get("id") == id


def without_gaps(story):
    """Returns a story's ids."""
    return [id for id in story if id != "GAP"]
