"""Strict WebSocket clients, written from docs/protocol.md and the wiki page only."""
import asyncio, base64, json, os, struct, time, collections
import wsframes as wf


class Refused(Exception):
    def __init__(self, status, headers, body):
        super().__init__(f"HTTP {status} {body[:80]!r}")
        self.status, self.headers, self.body = status, headers, body


KNOWN = {"status", "writerresult", "viewcountresult", "text", "emote", "error", "textresult", "emoteresult", "delete", "clear", "notice", "gap"}
FEATURES = {"cursor": not os.environ.get("QA_NOCURSOR")}     # cursor required on relayed messages


def is_int(x):
    return isinstance(x, int) and not isinstance(x, bool)


def check_frame(o):
    """What is wrong with this frame by the contract; a list of sentences."""
    bad = []
    def need(cond, what):
        if not cond:
            bad.append(f"{o.get('type')}: {what} in {json.dumps(o)[:300]}")
    t = o.get("type")
    if not isinstance(t, str):
        return [f"no type: {json.dumps(o)[:200]}"]
    if t == "status":
        s = o.get("status")
        need(isinstance(s, dict) and all(isinstance(s.get(k), bool) for k in ("data_incoming", "data_pushing", "data_pulling")), "status booleans")
        if isinstance(s, dict):
            need(s.get("data_pulling") is False, "data_pulling must be false")
            need(s.get("data_incoming") == s.get("data_pushing"), "incoming == pushing")
        a = o.get("accounts")
        need(isinstance(a, dict) and "0" in a, "accounts has 0")
        if isinstance(a, dict):
            for k, v in a.items():
                need(k.isdigit(), f"key {k}")
                need(isinstance(v.get("name"), str) and isinstance(v.get("network"), dict) and isinstance(v["network"].get("name"), str) and isinstance(v["network"].get("displayName"), str), f"account {k} name/network")
                need(all(isinstance(v.get(b), bool) for b in ("ready", "writable", "live")), f"account {k} booleans")
                if k == "0":
                    need(v.get("network") == {"name": "irc", "displayName": "IRC"} and v["ready"] and v["writable"] and not v["live"], "account 0")
                    need("http_url" not in v, "http_url on 0")
    elif t == "writerresult":
        need(is_int(o.get("account_id")) and is_int(o.get("cur_stream_account_id")), "ids")
    elif t == "viewcountresult":
        need(is_int(o.get("viewer_count")) and is_int(o.get("stream_id")) and is_int(o.get("account_id")), "integers")
    elif t in ("text", "emote"):
        need(is_int(o.get("account_id")), "account_id")
        need(isinstance(o.get("text"), str) and isinstance(o.get("markdown"), str), "text/markdown")
        f = o.get("from")
        need(isinstance(f, dict) and isinstance(f.get("name"), str), "from")
        need(isinstance(o.get("id"), str) and o.get("id"), "id")
        if FEATURES["cursor"]:
            need(isinstance(o.get("cursor"), str) and o.get("cursor"), "cursor")
        need("timestamp" not in o or is_int(o["timestamp"]), "timestamp")
        if o.get("account_id") == 0:
            need(o.get("network") == "irc", "network irc")
            need(isinstance(f, dict) and is_int(f.get("id")), "from.id integer")
            if "to" in o:
                need(isinstance(o["to"], dict) and is_int(o["to"].get("id")) and isinstance(o["to"].get("name"), str), "to")
        else:
            need(o.get("network") == "twitch" and is_int(o.get("stream_id")), "network/stream_id")
            need(isinstance(f, dict) and isinstance(f.get("id"), str), "from.id string")
            need(is_int(o.get("timestamp")), "timestamp")
            need("\x01" not in o.get("text", ""), "U+0001")
            if "picture" in (f or {}):
                need(isinstance(f["picture"], str), "picture")
    elif t == "error":
        need(isinstance(o.get("code"), str) and isinstance(o.get("message"), str), "code/message")
    elif t in ("textresult", "emoteresult"):
        need(isinstance(o.get("id"), str) and is_int(o.get("account_id")) and is_int(o.get("cur_stream_account_id")) and isinstance(o.get("is_sent"), bool), "keys")
        if o.get("is_sent"):
            need(isinstance(o.get("message_id"), str) and o["message_id"], "message_id")
        elif "is_sent" in o:
            d = o.get("drop_reason")
            need(isinstance(d, dict) and isinstance(d.get("code"), str) and isinstance(d.get("message"), str), "drop_reason")
    elif t == "delete":
        need(is_int(o.get("account_id")) and isinstance(o.get("message_id"), str), "keys")
    elif t == "clear":
        need(is_int(o.get("account_id")), "account_id")
        need("user_id" not in o or isinstance(o["user_id"], str), "user_id")
    elif t == "notice":
        need(is_int(o.get("account_id")) and isinstance(o.get("notice_type"), str) and isinstance(o.get("text"), str) and isinstance(o.get("id"), str), "keys")
        if FEATURES["cursor"]:
            need(isinstance(o.get("cursor"), str) and o.get("cursor"), "cursor")
    elif t == "gap":
        pass
    return bad


class Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, auto_pong=True, rcvbuf=None):
        self.loop = asyncio.get_running_loop()
        self.parser = wf.Parser()
        self.head = b""
        self.opened = self.loop.create_future()
        self.closed = self.loop.create_future()
        self.frames = []            # (t, obj)
        self.bad = []
        self.close_code = self.close_reason = None
        self.closed_t = None
        self.auto_pong = auto_pong
        self.pings = 0
        self.waiters = []
        self.on_frame = None
        self.tr = None
        self.bytes = 0
        self.alive = False
        self.frag = None
        self.close_sent = False

    # asyncio.Protocol
    def connection_made(self, tr):
        self.tr = tr

    def data_received(self, data):
        self.bytes += len(data)
        if not self.alive and not self.opened.done():
            self.head += data
            i = self.head.find(b"\r\n\r\n")
            if i < 0:
                return
            head, rest = self.head[:i], self.head[i + 4:]
            lines = head.decode("latin1").split("\r\n")
            status = int(lines[0].split(" ")[1])
            headers = {k.strip().lower(): v.strip() for k, _, v in (l.partition(":") for l in lines[1:])}
            if status != 101:
                n = int(headers.get("content-length", 0))
                if len(rest) < n:
                    return
                self.opened.set_exception(Refused(status, headers, rest))
                self.tr.close()
                return
            if headers.get("sec-websocket-accept") != wf.accept_key(self.key):
                self.bad.append("wrong Sec-WebSocket-Accept")
            if headers.get("sec-websocket-extensions"):
                self.bad.append("extensions negotiated though none were offered")
            self.headers = headers
            self.alive = True
            self.opened_t = time.monotonic()
            self.opened.set_result(self)
            data = rest
        if data:
            for f in self.parser.feed(data):
                self.got(*f)

    def got(self, fin, rsv, op, masked, payload):
        if masked:
            self.bad.append("server frame is masked")
        if rsv:
            self.bad.append("reserved bits set")
        if op == wf.PING:
            self.pings += 1
            if len(payload) > 125 or not fin:
                self.bad.append("bad ping")
            if self.auto_pong and not self.tr.is_closing():
                self.tr.write(wf.frame(wf.PONG, payload, mask=True))
            return
        if op == wf.PONG:
            return
        if self.close_code is not None:
            self.bad.append(f"data after the close frame, op {op}")
        if op == wf.CLOSE:
            self.close_code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
            try:
                self.close_reason = payload[2:].decode("utf-8")
            except UnicodeDecodeError:
                self.bad.append("close reason is no UTF-8")
                self.close_reason = repr(payload[2:])
            self.closed_t = time.monotonic()
            self.wake()
            if not self.close_sent and not self.tr.is_closing():
                self.close_sent = True
                self.tr.write(wf.frame(wf.CLOSE, payload[:2], mask=True))
            return
        if op == wf.BINARY:
            self.bad.append("binary frame")
            return
        if not fin or op == wf.CONT:
            if op == wf.TEXT:
                self.frag = payload
            elif self.frag is None:
                self.bad.append("continuation of nothing")
                return
            else:
                self.frag += payload
            if not fin:
                return
            payload, self.frag = self.frag, None
        elif op != wf.TEXT:
            self.bad.append(f"opcode {op}")
            return
        try:
            s = payload.decode("utf-8")
        except UnicodeDecodeError:
            self.bad.append(f"no UTF-8: {payload[:80]!r}")
            return
        try:
            o = json.loads(s)
        except ValueError:
            self.bad.append(f"no JSON: {s[:80]!r}")
            return
        if not isinstance(o, dict):
            self.bad.append(f"no object: {s[:80]!r}")
            return
        self.bad += check_frame(o)
        self.frames.append((time.monotonic(), o))
        if self.on_frame:
            self.on_frame(o)
        self.wake()

    def wake(self):
        for w in self.waiters:
            if not w.done():
                w.set_result(None)
        self.waiters.clear()

    def connection_lost(self, exc):
        self.alive = False
        if self.closed_t is None:
            self.closed_t = time.monotonic()
        if self.close_code is None:
            self.close_code = 1006
        if not self.opened.done():
            self.opened.set_exception(Refused(0, {}, b"connection lost"))
            self.opened.exception()
        if not self.closed.done():
            self.closed.set_result(None)
        self.wake()

    def pause_writing(self): pass
    def resume_writing(self): pass
    def eof_received(self): return False

    # use
    @classmethod
    async def connect(cls, host, port, path, headers=None, timeout=10, rcvbuf=None, **kw):
        c = cls(**kw)
        c.key = base64.b64encode(os.urandom(16)).decode()
        if rcvbuf:
            import socket
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
            s.setblocking(False)
            await c.loop.sock_connect(s, (host, port))
            await c.loop.create_connection(lambda: c, sock=s)
        else:
            await asyncio.wait_for(c.loop.create_connection(lambda: c, host, port), timeout)
        if c.tr.is_closing():
            raise Refused(0, {}, b"connection lost")
        h = {"Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": c.key, "Sec-WebSocket-Version": "13", **(headers or {})}
        c.tr.write((f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in h.items() if v is not None) + "\r\n").encode("latin1"))
        try:
            await asyncio.wait_for(asyncio.shield(c.opened), timeout)
        except BaseException:
            c.tr.abort()
            raise
        return c

    def send(self, o):
        self.tr.write(wf.frame(wf.TEXT, json.dumps(o, ensure_ascii=False).encode(), mask=True))

    def send_frame(self, op, payload, **kw):
        kw.setdefault("mask", True)
        self.tr.write(wf.frame(op, payload, **kw))

    async def wait(self, pred, timeout=5, start=0):
        """The first frame from index start for which pred holds, or None."""
        end = self.loop.time() + timeout
        i = start
        while True:
            while i < len(self.frames):
                if pred(self.frames[i][1]):
                    return self.frames[i][1]
                i += 1
            left = end - self.loop.time()
            if left <= 0 or (not self.alive and i >= len(self.frames)):
                return None
            w = self.loop.create_future()
            self.waiters.append(w)
            try:
                await asyncio.wait_for(w, left)
            except asyncio.TimeoutError:
                pass

    async def ask(self, o, pred, timeout=5):
        n = len(self.frames)
        self.send(o)
        return await self.wait(pred, timeout, n)

    async def wait_closed(self, timeout=5):
        end = self.loop.time() + timeout
        while self.close_code is None:
            left = end - self.loop.time()
            if left <= 0:
                return None
            w = self.loop.create_future()
            self.waiters.append(w)
            try:
                await asyncio.wait_for(w, left)
            except asyncio.TimeoutError:
                pass
        return self.close_code

    async def close(self, code=1000):
        if self.tr and not self.tr.is_closing():
            self.close_sent = True
            self.send_frame(wf.CLOSE, struct.pack("!H", code))
            try:
                await asyncio.wait_for(self.closed, 2)
            except asyncio.TimeoutError:
                self.tr.abort()

    def abort(self):
        if self.tr:
            self.tr.abort()

    def of(self, *types):
        return [o for _, o in self.frames if o.get("type") in types]


RELAYED = ("text", "emote", "notice")


class Watcher:
    """One logical client over many connections: comes back with its cursor and keeps the whole story."""

    def __init__(self, name, host, port, stream, token, delay=(0.05, 0.3), rng=None, use_since=True):
        import random
        self.name, self.host, self.port, self.stream, self.token = name, host, port, stream, token
        self.items = []            # ("msg", t, account, id, cursor, type, text) | ("gap", t, obj) | ("open", t, since) | ("close", t, code)
        self.cursor = None
        self.client = None
        self.bad = []
        self.stop = False
        self.delay = delay
        self.rng = rng or random.Random(hash(name) & 0xFFFF)
        self.use_since = use_since
        self.holes = []            # (from, to): times for which it had no cursor
        self.statuses = []
        self.others = []
        self.closes = []
        self.up = asyncio.Event()
        self.removed = []          # ("delete"/"clear", t, obj)
        self.refusals = []
        self.task = None
        self.cursors = {}
        self.held = None           # asyncio.Event: stays away while set to an unset event
        self.connects = 0

    def start(self):
        self.task = asyncio.ensure_future(self.run())
        return self

    def on_frame(self, o):
        t = time.monotonic()
        ty = o.get("type")
        if ty in RELAYED:
            cur = o.get("cursor")
            self.items.append(("msg", t, o.get("account_id"), o.get("id"), cur, ty, o.get("text"), o))
            if cur:
                if cur in self.cursors and self.cursors[cur] != o.get("id"):
                    self.bad.append(f"cursor {cur} names two messages")
                self.cursors[cur] = o.get("id")
                self.cursor = cur
        elif ty == "gap":
            self.items.append(("gap", t, o))
            if o.get("cursor"):
                self.cursor = o["cursor"]
        elif ty == "status":
            self.statuses.append((t, o))
        elif ty in ("delete", "clear"):
            self.removed.append((ty, t, o))
            if o.get("cursor"):
                self.cursor = o["cursor"]
        else:
            self.others.append((t, o))

    async def run(self):
        lost_t = None
        while not self.stop:
            if self.held is not None:
                await self.held.wait()
            path = f"/ws/{self.stream}?token={self.token}"
            since = self.cursor if self.use_since else None
            if since:
                from urllib.parse import quote
                path += "&since=" + quote(since, safe="")
            try:
                self.client = c = await self.make(path)
            except (Refused, OSError, asyncio.TimeoutError) as e:
                self.refusals.append((time.monotonic(), repr(e)))
                await asyncio.sleep(0.05)
                continue
            self.connects += 1
            if not since and lost_t is not None:
                self.holes.append((lost_t - 5, time.monotonic()))
            self.up.set()
            await c.closed
            self.up.clear()
            lost_t = time.monotonic()
            self.items.append(("close", lost_t, c.close_code, c.close_reason))
            self.closes.append((lost_t, c.close_code, c.close_reason))
            self.bad += c.bad
            if self.stop:
                break
            await asyncio.sleep(self.rng.uniform(*self.delay))

    async def make(self, path):
        c = Client()
        c.key = base64.b64encode(os.urandom(16)).decode()
        c.on_frame = self.on_frame
        await asyncio.wait_for(c.loop.create_connection(lambda: c, self.host, self.port), 5)
        c.tr.write((f"GET {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {c.key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        mark = len(self.items)
        self.items.append(("open", time.monotonic(), path))
        try:
            await asyncio.wait_for(asyncio.shield(c.opened), 10)
        except BaseException:
            c.tr.abort()
            del self.items[mark]
            raise
        return c

    async def finish(self):
        self.stop = True
        if self.client:
            self.bad += [b for b in self.client.bad if b not in self.bad]
            self.client.abort()
        if self.task:
            self.task.cancel()
            try:
                await self.task
            except (asyncio.CancelledError, Exception):
                pass

    def received(self, account=None):
        return [i for i in self.items if i[0] == "msg" and (account is None or i[2] == account)]


def account_for(watcher, account, journal, start, kinds=("chat", "notice"), end=None):
    """Compares what one watcher got in one channel with the journal. Returns a dict of findings."""
    ms = [m for m in journal if m.kind in kinds and m.deliveries and m.t >= start and (end is None or m.t <= end)]
    pos = {m.id: m for m in journal}
    seen, lost, doubled, disorder, phantom = {}, [], [], [], []
    lastn, told = -1, 0
    gaps = [i for i, it in enumerate(watcher.items) if it[0] == "gap"]
    seq = []   # (index in items, n)
    for idx, it in enumerate(watcher.items):
        if it[0] != "msg" or it[2] != account:
            continue
        id = it[3]
        if id not in pos:
            phantom.append(id)
            continue
        n = pos[id].n
        if id in seen:
            doubled.append((n, id))
            continue
        seen[id] = idx
        if n < lastn:
            # a gap says that the order may be broken there, too
            first = min(i for i, k in seq if k > n)
            if any(first < g < idx for g in gaps):
                told += 1
            else:
                disorder.append((lastn, n))
        lastn = max(lastn, n)
        seq.append((idx, n))
    opens = [i for i, it in enumerate(watcher.items) if it[0] == "open"]
    excused = covered_early = 0
    gaplost = []
    for m in ms:
        if m.id in seen:
            continue
        if m.uncertain or m.removed is not None:
            excused += 1
            continue
        if any(a <= m.t <= b for a, b in watcher.holes):
            excused += 1
            continue
        before = max((i for i, n in seq if n < m.n), default=-1)
        after = min((i for i, n in seq if n > m.n), default=len(watcher.items))
        if any(before < g < after for g in gaps):
            gaplost.append(m)
            continue
        # a gap told at the head of the connection that brought what follows
        op = max((i for i in opens if i < after), default=-1)
        if any(op < g < after for g in gaps):
            covered_early += 1
            gaplost.append(m)
            continue
        lost.append(m)
    return {"expected": len(ms), "got": len(seen), "lost": lost, "doubled": doubled, "disorder": disorder, "phantom": phantom,
            "excused": excused, "order_told": told, "gaplost": gaplost, "gap_early": covered_early, "gaps": len(gaps)}


def same_order(watchers):
    """All clients of a room see the same order: returns pairs that disagree."""
    bad = []
    seqs = []
    for w in watchers:
        seqs.append((w.name, [i[3] for i in w.items if i[0] == "msg"]))
    for i in range(len(seqs)):
        a = {x: k for k, x in enumerate(seqs[i][1])}
        for j in range(i + 1, len(seqs)):
            last = -1
            for x in seqs[j][1]:
                if x in a:
                    if a[x] < last:
                        bad.append((seqs[i][0], seqs[j][0], x))
                        break
                    last = max(last, a[x])
    return bad
