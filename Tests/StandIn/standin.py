"""An independent Twitch, written from the facts about Twitch and the samples only.

Everything is in one asyncio loop; scenarios call its methods to make faults, and read its journal.
"""
import asyncio, base64, collections, json, os, random, re, socket, string, struct, time, uuid, zlib, ssl, hmac, hashlib
from datetime import datetime, timezone
from urllib.parse import parse_qs, parse_qsl, urlsplit
from aiohttp import web
import wsframes as wf

CLIENT_ID = "qaclient0123456789abcdefghijk0"
CLIENT_SECRET = "qasecret0123456789abcdefghijk0"

STATUS_REASON = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict",
                 410: "Gone", 422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error",
                 502: "Bad Gateway", 503: "Service Unavailable"}

READ = {"channel.chat.message", "channel.chat.notification", "channel.chat.message_delete", "channel.chat.clear",
        "channel.chat.clear_user_messages", "channel.chat_settings.update"}
VERSIONS = {**{t: "1" for t in READ}, "channel.chat.user_message_hold": "1", "channel.chat.user_message_update": "1",
            "stream.online": "1", "stream.offline": "1", "channel.update": "2", "channel.shared_chat.begin": "1",
            "channel.shared_chat.update": "1", "channel.shared_chat.end": "1", "user.whisper.message": "1",
            "user.authorization.grant": "1", "user.authorization.revoke": "1", "conduit.shard.disabled": "1"}


def rnd(n, alphabet=string.ascii_lowercase + string.digits):
    return "".join(random.choices(alphabet, k=n))


def b64id(n):
    return base64.urlsafe_b64encode(os.urandom(n)).decode()


class Token:
    def __init__(self, kind, access, client_id, user_id=None, scopes=(), expires=14000, refresh=None):
        self.kind, self.access, self.client_id, self.user_id = kind, access, client_id, user_id
        self.scopes, self.refresh = list(scopes), refresh
        self.expires_at = time.monotonic() + expires

    @property
    def valid(self):
        return time.monotonic() < self.expires_at


class Msg:
    """One chat message (or other event) of a broadcaster: the journal's entry."""
    __slots__ = ("n", "t", "b", "id", "text", "kind", "chatter", "deliveries", "uncertain", "dropped", "emote", "sent_by_api", "removed", "extra", "event", "nid")

    def __init__(self, n, b, id, text, kind, chatter):
        self.n, self.b, self.id, self.text, self.kind, self.chatter = n, b, id, text, kind, chatter
        self.t = time.monotonic()
        self.deliveries = []      # (time, conn, shard id)
        self.uncertain = False    # written to a socket that was reset right after: may or may not have arrived
        self.dropped = True       # until delivered
        self.emote = False
        self.sent_by_api = False
        self.removed = None       # monotonic time of its deletion by moderation
        self.extra = None

    @property
    def certain(self):
        return bool(self.deliveries) and not self.uncertain


class Shard:
    def __init__(self, id):
        self.id, self.status, self.session, self.method = id, "enabled", None, "websocket"
        self.connected_at = self.disconnected_at = None
        self.callback = self.secret = None
        self.enabled_t = self.disabled_t = None   # monotonic

    def json(self, now):
        t = {"method": self.method}
        if self.method == "webhook":
            t["callback"] = self.callback
        else:
            t["session_id"] = self.session.id if self.session else ""
            t["connected_at"] = self.connected_at
            if self.disconnected_at:
                t["disconnected_at"] = self.disconnected_at
        return {"id": self.id, "status": self.status, "transport": t}


class Conduit:
    def __init__(self, client_id, count):
        self.id, self.client_id, self.count = str(uuid.uuid4()), client_id, count
        self.shards = {}
        self.deleted = False


class Sub:
    def __init__(self, type, version, condition, conduit_id, cost, created):
        self.id, self.status = str(uuid.uuid4()), "enabled"
        self.type, self.version, self.condition, self.conduit_id, self.cost, self.created = type, version, condition, conduit_id, cost, created

    def json(self):
        return {"id": self.id, "status": self.status, "type": self.type, "version": self.version, "condition": self.condition,
                "transport": {"method": "conduit", "conduit_id": self.conduit_id}, "created_at": self.created, "cost": self.cost}


class Subs(dict):
    """Subscriptions by id, with an index by type and broadcaster."""

    def __init__(self):
        self.tb = collections.defaultdict(dict)

    def key(self, s):
        return (s.type, s.condition.get("broadcaster_user_id"))

    def __setitem__(self, k, s):
        super().__setitem__(k, s)
        self.tb[self.key(s)][k] = s

    def pop(self, k, d=None):
        s = super().pop(k, d)
        if s is not None:
            self.tb[self.key(s)].pop(k, None)
        return s

    def clear(self):
        super().clear()
        self.tb.clear()


class Session:
    def __init__(self, srv, conn, keepalive):
        self.id = "AgoQ" + rnd(22, string.ascii_letters + string.digits + "-_") + "EgZjZWxsLWE"[:10]
        self.srv, self.conn, self.keepalive = srv, conn, keepalive
        self.connected_at = srv.now()
        self.t = time.monotonic()
        self.bound = False
        self.pending = None    # challenge of a reconnect asked for
        self.dead = False


class Conn:
    """One accepted EventSub socket."""
    count = 0

    def __init__(self, srv, reader, writer):
        Conn.count += 1
        self.n = Conn.count
        self.srv, self.reader, self.writer = srv, reader, writer
        self.session = None
        self.open = True
        self.blackhole = False     # half-open: nothing goes out, what comes is not read
        self.opened_t = time.monotonic()
        self.closed_t = None
        self.closed_by = None
        self.client_close = None
        self.last_out = time.monotonic()
        self.last_pong = time.monotonic()
        self.superseded_t = None
        self.tasks = []
        self.welcomed_t = None

    def raw(self, data):
        if self.open and not self.blackhole:
            try:
                self.writer.write(data)
            except RuntimeError:
                return False
            return True
        return False

    def text(self, obj):
        s = json.dumps(obj, ensure_ascii=False, separators=(",", ":"))
        s = s.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
        self.last_out = time.monotonic()
        return self.raw(wf.frame(wf.TEXT, s.encode()))

    def gone(self, why):
        if not self.open:
            return
        self.open = False
        self.closed_t = time.monotonic()
        self.closed_by = self.closed_by or why
        for t in self.tasks:
            t.cancel()
        self.srv.conn_gone(self, why)

    def close(self, code, reason="", why=None):
        """A close frame, then FIN: everything before it arrives."""
        if not self.open:
            return
        self.raw(wf.frame(wf.CLOSE, struct.pack("!H", code) + reason.encode() if code else b""))
        self.closed_by = f"server {code}"
        w = self.writer
        self.gone(why or f"server {code}")
        async def fin():
            try:
                await asyncio.wait_for(w.drain(), 5)
            except Exception:
                pass
            await asyncio.sleep(1.0)
            try:
                w.close()
            except Exception:
                pass
        self.srv.spawn(fin())

    def fin(self, why="websocket_network_error"):
        if not self.open:
            return
        self.closed_by = "fin"
        self.gone(why)
        self.writer.close()

    def reset(self, why="websocket_network_error"):
        """RST. What was written within the last moments may not arrive: those messages become uncertain."""
        if not self.open:
            return
        now = time.monotonic()
        for m in self.srv.recent:
            for (t, c, s) in m.deliveries:
                if c is self and now - t < 0.25:
                    m.uncertain = True
        self.closed_by = "reset"
        sock = self.writer.get_extra_info("socket")
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        self.gone(why)
        self.writer.transport.abort()


class Fault:
    """One rule about HTTP: what it matches, what it does, how often."""

    def __init__(self, method, path, times=1, **do):
        self.method, self.path, self.times, self.do = method, re.compile(path), times, do
        self.hits = 0

    def matches(self, method, path):
        return self.times > 0 and (self.method is None or self.method == method) and self.path.search(path)


class StandIn:
    def __init__(self, keepalive=10, budget=800, seed=1):
        self.rng = random.Random(seed)
        self.keepalive_default = keepalive
        self.budget = budget                # Helix points a minute
        self.send_budget = 4000
        self.buckets = {}
        self.users, self.logins, self.streams, self.mods, self.banned = {}, {}, {}, collections.defaultdict(set), set()
        self.channels = {}
        self.tokens, self.refreshes, self.devices = {}, {}, {}
        self.grants = collections.defaultdict(set)
        self.client_secrets = {CLIENT_ID: CLIENT_SECRET}
        self.conduits, self.subs = {}, Subs()
        self.sessions, self.conns = {}, []
        self.challenges = {}
        self.journal = collections.defaultdict(list)   # broadcaster -> [Msg]
        self.recent = collections.deque(maxlen=4000)
        self.by_id = {}
        self.faults = []
        self.log = []                        # (monotonic, method, path, status, token kind, note)
        self.events = []                     # (monotonic, what)
        self.sends = []                      # (monotonic, sender, broadcaster, text, status, outcome)
        self.violations = []
        self.time_offset = 0.0
        self.patch_fail = {}                 # shard id -> times
        self.welcome_delay = []              # seconds for the next connections; None = never
        self.on_connect = []                 # callables(conn, path) -> bool handled, for the next connections
        self.echo_delay = 0.02
        self.app_expires = 5_000_000
        self.user_expires = 14_000
        self.rotate_refresh = True
        self.refresh_refused = set()         # user ids
        self.shrink_bug = False
        self.duplicates_cap = 3
        self.max_conduits = 5
        self.sub_page = 100
        self.shard_page = 100
        self.routing = "hash"
        self.drop_next = []                  # drop_reason codes for the next sends
        self.emit_sub_notifications = True
        self.http_hits = collections.Counter()
        self.tasks = set()
        self.refresh_calls = collections.Counter()
        self.app_calls = 0
        self.send_hold = None                # asyncio.Event: sends wait for it after the message was accepted
        self.enforce_limits = True
        self.muted = {}                      # sender -> until
        self.ping_interval = 5.0
        self.lost_at_twitch = 0
        self.close_on_conduit_delete = None
        self.sub_latency = 0.0
        self.accept_paused = False
        self.around_welcome = None           # callable, just before and after the welcome of a planned move
        self.stamp = None                    # callable: the message_timestamp of the next notification

    # ---- life
    async def start(self):
        app = web.Application(client_max_size=1 << 24, middlewares=[])
        app.router.add_route("*", "/{tail:.*}", self.http)
        self.runner = web.AppRunner(app, access_log=None, keepalive_timeout=75)
        await self.runner.setup()
        self.site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await self.site.start()
        self.port = self.site._server.sockets[0].getsockname()[1]
        self.ws_server = await asyncio.start_server(self.accept, "127.0.0.1", 0, backlog=1000)
        self.ws_port = self.ws_server.sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"

    async def stop(self):
        for c in list(self.conns):
            if c.open:
                c.writer.transport.abort()
                c.gone("stop")
        self.ws_server.close()
        for t in list(self.tasks):
            t.cancel()
        await self.runner.cleanup()

    def env(self):
        return {"TWITCH_CLIENT_ID": CLIENT_ID, "TWITCH_CLIENT_SECRET": CLIENT_SECRET,
                "TWITCH_API_URL": self.base + "/helix", "TWITCH_AUTH_URL": self.base + "/oauth2",
                "TWITCH_EVENTSUB_URL": f"ws://127.0.0.1:{self.ws_port}/ws"}

    def spawn(self, coro):
        t = asyncio.ensure_future(coro)
        self.tasks.add(t)
        t.add_done_callback(self.tasks.discard)
        return t

    def note(self, what):
        self.events.append((time.monotonic(), what))

    def now(self):
        t = time.time() + self.time_offset
        ns = int((t % 1) * 1e9)
        s = datetime.fromtimestamp(int(t), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        frac = f"{ns:09d}".rstrip("0")
        return s + (("." + frac) if frac else "") + "Z"

    # ---- people
    def add_user(self, login, id=None, name=None):
        id = id or str(self.rng.randrange(10_000_000, 999_999_999))
        while id in self.users:
            id = str(self.rng.randrange(10_000_000, 999_999_999))
        self.users[id] = {"id": id, "login": login.lower(), "display_name": name or login, "type": "", "broadcaster_type": "",
                          "description": "", "profile_image_url": f"https://static-cdn.jtvnw.net/jtv_user_pictures/{id}-profile_image-300x300.png",
                          "offline_image_url": "", "view_count": 0, "created_at": "2018-05-02T11:20:30Z"}
        self.logins[login.lower()] = id
        self.channels[id] = {"title": f"{login}'s show", "game_id": "1469308723", "game_name": "Software and Game Development"}
        return id

    SCOPES = ["user:read:chat", "user:write:chat", "user:bot", "channel:bot"]

    def make_token(self, user_id, scopes=None, expires=None):
        scopes = self.SCOPES if scopes is None else scopes
        t = Token("user", rnd(30), CLIENT_ID, user_id, scopes, expires or self.user_expires, rnd(50))
        self.tokens[t.access] = t
        self.refreshes[t.refresh] = {"user_id": user_id, "scopes": list(scopes), "dead": False}
        self.grants[user_id] |= set(scopes)
        return t

    def live(self, b, viewers=10):
        ev = {"id": str(self.rng.randrange(10**10, 10**11)), "broadcaster_user_id": b, **self.bnames(b), "type": "live",
              "started_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}
        self.streams[b] = {"id": ev["id"], "viewers": viewers, "started_at": ev["started_at"]}
        self.emit("stream.online", b, ev)

    def offline(self, b):
        s = self.streams.pop(b, None)
        self.emit("stream.offline", b, {"id": s["id"] if s else "1", "broadcaster_user_id": b, **self.bnames(b)})

    def bnames(self, b, prefix="broadcaster_user"):
        u = self.users[b]
        return {f"{prefix}_login": u["login"], f"{prefix}_name": u["display_name"]}

    # ---- deliveries
    def find_subs(self, type, b):
        return [s for s in list(self.subs.tb[(type, b)].values()) if s.status == "enabled"]

    def alive(self, shard):
        s = shard.session
        return shard.status == "enabled" and (shard.method == "webhook" or (s is not None and not s.dead and s.conn is not None and s.conn.open))

    def route(self, conduit, key):
        """The shards to try, in order: by hash, then one other."""
        n = conduit.count
        if n == 0:
            return []
        first = zlib.crc32(key.encode()) % n
        ids = [str(first)]
        others = [str(i) for i in range(n) if i != first]
        if others:
            ids.append(self.rng.choice(others))
        return [conduit.shards.get(i) for i in ids]

    def envelope(self, sub, event, mid=None):
        return {"metadata": {"message_id": mid or b64id(32), "message_type": "notification", "message_timestamp": self.stamp() if self.stamp else self.now(),
                             "subscription_type": sub.type, "subscription_version": sub.version},
                "payload": {"subscription": sub.json(), "event": event}}

    def deliver(self, sub, event, key, mid=None, raw=None, shard_override=None):
        """Returns the connection it was written to, or None when it was dropped."""
        c = self.conduits.get(sub.conduit_id)
        if c is None or c.deleted:
            return None
        env = self.envelope(sub, event, mid)
        tries = self.route(c, key) if shard_override is None else [c.shards.get(shard_override)]
        for sh in tries:
            if sh is not None and self.alive(sh):
                if sh.method == "webhook":
                    if not hasattr(sh, "queue"):
                        sh.queue = asyncio.Queue()
                        sh.delivered = []
                        self.spawn(self.webhook_worker(sh))
                    sh.queue.put_nowait((sub, event, env))
                    return sh
                conn = sh.session.conn
                if raw is not None:
                    conn.raw(raw(env))
                    conn.last_out = time.monotonic()
                else:
                    conn.text(env)
                return conn if not conn.blackhole else None
        return None

    def emit(self, type, b, event, mid=None):
        out = None
        for s in self.find_subs(type, b):
            out = self.deliver(s, event, b, mid) or out
        return out

    def chat_event(self, b, chatter, text, mid=None, emote=False, **over):
        u = self.users.get(chatter) or {"login": "someone", "display_name": "Someone"}
        full = f"\x01ACTION {text}\x01" if emote else text
        ev = {"broadcaster_user_id": b, **self.bnames(b), "source_broadcaster_user_id": None, "source_broadcaster_user_login": None,
              "source_broadcaster_user_name": None, "chatter_user_id": chatter, "chatter_user_login": u["login"],
              "chatter_user_name": u["display_name"], "message_id": mid or str(uuid.uuid4()), "source_message_id": None, "is_source_only": None,
              "message": {"text": full, "fragments": [{"type": "text", "text": text, "cheermote": None, "emote": None, "mention": None}]},
              "color": "#1E90FF", "badges": [], "source_badges": None, "message_type": "text", "cheer": None, "reply": None,
              "channel_points_custom_reward_id": None, "channel_points_animation_id": None}
        if chatter == b:
            ev["badges"] = [{"set_id": "broadcaster", "id": "1", "info": ""}]
        ev.update(over)
        return ev

    def say(self, b, text=None, chatter="5551001", mid=None, emote=False, dup=None, api=False, event=None, **over):
        """One chat message in channel b. dup: None, 'same' (same notification twice), 'ids' (two notification ids), 'shards' (same id on two shards)."""
        n = len(self.journal[b])
        if text is None:
            text = f"m{n}"
        ev = event or self.chat_event(b, chatter, text, mid, emote, **over)
        m = Msg(n, b, ev["message_id"], text, "chat", chatter)
        m.emote, m.sent_by_api = emote, api
        self.journal[b].append(m)
        self.recent.append(m)
        self.by_id[m.id] = m
        for s in self.find_subs("channel.chat.message", b):
            nid = b64id(32)
            m.event, m.nid = ev, nid
            conn = self.deliver(s, ev, b, nid)
            if conn is not None:
                m.deliveries.append((time.monotonic(), conn, None))
                m.dropped = False
            if dup == "same":
                self.deliver(s, ev, b, nid)
            elif dup == "ids":
                self.deliver(s, ev, b, b64id(32))
            elif dup == "shards":
                c = self.conduits.get(s.conduit_id)
                for sid in list(c.shards):
                    self.deliver(s, ev, b, nid, shard_override=sid)
            elif dup == "shards_ids":
                c = self.conduits.get(s.conduit_id)
                for sid in list(c.shards):
                    self.deliver(s, ev, b, b64id(32), shard_override=sid)
        if m.dropped:
            self.lost_at_twitch += 1
        return m

    def resend(self, m, new_id=False):
        """The same message once more, as Twitch does when it is not sure: under the same notification id, or under a new one."""
        return self.emit("channel.chat.message", m.b, m.event, b64id(32) if new_id else m.nid)

    def notice(self, b, text, notice_type="announcement", mid=None, **over):
        ev = {"broadcaster_user_id": b, **self.bnames(b), "source_broadcaster_user_id": None, "source_broadcaster_user_login": None,
              "source_broadcaster_user_name": None, "chatter_user_id": "5551001", "chatter_user_login": "tidewatch", "chatter_user_name": "TideWatch",
              "chatter_is_anonymous": False, "color": "#1E90FF", "badges": [], "source_badges": None, "system_message": text,
              "message_id": mid or str(uuid.uuid4()), "source_message_id": None, "is_source_only": None, "message": {"text": "", "fragments": []},
              "notice_type": notice_type, **{k: None for k in ("sub resub sub_gift community_sub_gift gift_paid_upgrade prime_paid_upgrade pay_it_forward raid unraid announcement bits_badge_tier charity_donation").split()}}
        if notice_type == "announcement":
            ev["announcement"] = {"color": "PRIMARY"}
        ev.update(over)
        m = Msg(len(self.journal[b]), b, ev["message_id"], text, "notice", ev["chatter_user_id"])
        self.journal[b].append(m)
        self.recent.append(m)
        self.by_id[m.id] = m
        for s in self.find_subs("channel.chat.notification", b):
            conn = self.deliver(s, ev, b)
            if conn is not None:
                m.deliveries.append((time.monotonic(), conn, None))
                m.dropped = False
        return m

    def delete(self, b, message_id, user="5551001"):
        m = self.by_id.get(message_id)
        if m:
            m.removed = time.monotonic()
        return self.emit("channel.chat.message_delete", b, {"broadcaster_user_id": b, **self.bnames(b), "target_user_id": user,
                         "target_user_login": "tidewatch", "target_user_name": "TideWatch", "message_id": message_id})

    def clear(self, b, user=None):
        now = time.monotonic()
        for m in self.journal[b]:
            if m.removed is None and (user is None or m.chatter == user):
                m.removed = now
        if user is None:
            return self.emit("channel.chat.clear", b, {"broadcaster_user_id": b, **self.bnames(b)})
        return self.emit("channel.chat.clear_user_messages", b, {"broadcaster_user_id": b, **self.bnames(b), "target_user_id": user,
                         "target_user_login": "x", "target_user_name": "X"})

    async def webhook_worker(self, sh):
        while True:
            await self.webhook(sh, *(await sh.queue.get()))

    async def webhook(self, sh, sub, event, env, retry=0, secret=None, ts=None, body=None):
        import aiohttp
        body = body or json.dumps({"subscription": sub.json(), "event": event}).encode()
        mid, ts = env["metadata"]["message_id"], ts or env["metadata"]["message_timestamp"]
        sig = "sha256=" + hmac.new((secret or sh.secret).encode(), mid.encode() + ts.encode() + body, hashlib.sha256).hexdigest()
        h = {"Twitch-Eventsub-Message-Id": mid, "Twitch-Eventsub-Message-Retry": "0", "Twitch-Eventsub-Message-Type": "notification",
             "Twitch-Eventsub-Message-Signature": sig, "Twitch-Eventsub-Message-Timestamp": ts,
             "Twitch-Eventsub-Subscription-Type": sub.type, "Twitch-Eventsub-Subscription-Version": sub.version, "Content-Type": "application/json"}
        async with aiohttp.ClientSession() as s:
            try:
                async with s.post(sh.callback, data=body, headers=h) as r:
                    await r.read()
                    return r.status
            except Exception as e:
                return repr(e)

    def revoke(self, sub, reason):
        sub.status = reason
        c = self.conduits.get(sub.conduit_id)
        if c:
            env = {"metadata": {"message_id": str(uuid.uuid4()), "message_type": "revocation", "message_timestamp": self.now(),
                                "subscription_type": sub.type, "subscription_version": sub.version}, "payload": {"subscription": sub.json()}}
            for sh in self.route(c, sub.condition.get("broadcaster_user_id", "x")):
                if sh and self.alive(sh):
                    sh.session.conn.text(env)
                    return True
        return False

    # ---- conduits by hand
    def conduit(self):
        live = [c for c in self.conduits.values() if not c.deleted]
        return live[0] if live else None

    def set_status(self, conduit, shard, status, tell=True):
        shard.status = status
        if status != "enabled":
            shard.disconnected_at = self.now()
            shard.disabled_t = time.monotonic()
            self.note(f"shard {shard.id} {status}")
            if tell:
                for s in list(self.subs.values()):
                    if s.type == "conduit.shard.disabled" and s.conduit_id == conduit.id and s.status == "enabled":
                        self.deliver(s, {"conduit_id": conduit.id, "shard_id": shard.id, "status": status, "transport": shard.json(0)["transport"]}, "shard")

    def conn_gone(self, conn, why):
        if conn in self.conns:
            self.conns.remove(conn)
        s = conn.session
        if s is None or s.conn is not conn:
            return
        s.dead = True
        for c in self.conduits.values():
            for sh in c.shards.values():
                if sh.session is s and sh.status == "enabled":
                    status = why if why.startswith("websocket_") else {"server 4002": "websocket_failed_ping_pong", "server 4004": "websocket_failed_to_reconnect",
                              "server 4001": "websocket_received_inbound_traffic", "server 4000": "websocket_internal_error",
                              "server 4005": "websocket_network_timeout", "server 4006": "websocket_network_error"}.get(why, "websocket_disconnected")
                    self.set_status(c, sh, status)

    def delete_conduit(self, cid, revoke=False, close=None):
        c = self.conduits.pop(cid)
        c.deleted = True
        self.note(f"conduit deleted {cid}")
        for s in list(self.subs.values()):
            if s.conduit_id == cid:
                s.status = "conduit_deleted"
                if revoke:
                    for sh in c.shards.values():
                        if sh.session and sh.session.conn and sh.session.conn.open:
                            sh.session.conn.text({"metadata": {"message_id": str(uuid.uuid4()), "message_type": "revocation", "message_timestamp": self.now(),
                                "subscription_type": s.type, "subscription_version": s.version}, "payload": {"subscription": s.json()}})
                            break
        for sh in c.shards.values():
            if sh.session and not sh.session.dead and sh.session.conn:
                if close is not None:
                    sh.session.conn.close(close)
                else:
                    sh.session.bound = True   # stays open, silent but for keepalives
        return c

    def shard_conn(self, sid, conduit=None):
        c = conduit or self.conduit()
        sh = c.shards.get(str(sid))
        return sh.session.conn if sh and sh.session else None

    def ready(self, conduit=None):
        c = conduit or self.conduit()
        return bool(c) and len(c.shards) >= c.count and all(self.alive(c.shards[str(i)]) for i in range(c.count))

    # ---- planned reconnect
    def ask_to_move(self, conn, same_id=True, url=None, grace=30.0):
        s = conn.session
        ch = str(uuid.uuid4())
        url_real = f"ws://127.0.0.1:{self.ws_port}/ws?challenge={ch}&id={s.id}"
        self.challenges[ch] = {"session": s, "same": same_id, "used": False, "old": conn}
        conn.text({"metadata": {"message_id": str(uuid.uuid4()), "message_type": "session_reconnect", "message_timestamp": self.now()},
                   "payload": {"session": {"id": s.id, "status": "reconnecting", "connected_at": s.connected_at, "keepalive_timeout_seconds": None,
                                           "reconnect_url": url or url_real, "recovery_url": None}}})
        async def watch():
            await asyncio.sleep(grace)
            if conn.open:
                conn.close(4004, "reconnect grace time expired")
        self.spawn(watch())
        return ch

    # ---- the EventSub server
    async def accept(self, reader, writer):
        conn = Conn(self, reader, writer)
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        except Exception:
            writer.close()
            return
        lines = head.decode("latin1").split("\r\n")
        path = lines[0].split(" ")[1]
        headers = {k.strip().lower(): v.strip() for k, _, v in (l.partition(":") for l in lines[1:] if l)}
        self.note(f"connect {path}")
        if self.on_connect:
            h = self.on_connect.pop(0)
            if h is not None:
                r = h(conn, path, headers)
                if asyncio.iscoroutine(r):
                    r = await r
                if r:
                    return
        if "extensions" in headers.get("sec-websocket-extensions", ""):
            pass
        writer.write((f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      f"Sec-WebSocket-Accept: {wf.accept_key(headers['sec-websocket-key'])}\r\n\r\n").encode())
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.conns.append(conn)
        q = {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}
        self.spawn(self.serve(conn, q))

    async def serve(self, conn, q):
        rd = asyncio.ensure_future(self.read(conn))
        conn.tasks.append(rd)
        ka = self.keepalive_default
        if "keepalive_timeout_seconds" in q:
            try:
                ka = min(600, max(10, int(q["keepalive_timeout_seconds"])))
            except ValueError:
                pass
        delay = self.welcome_delay.pop(0) if self.welcome_delay else 0
        if delay is None:
            return
        if delay:
            await asyncio.sleep(delay)
            if not conn.open:
                return
        if "challenge" in q:
            ch = self.challenges.get(q["challenge"])
            if ch is None or ch["used"] or not ch["old"].open or ch["session"].id != q.get("id"):
                conn.close(4007, "invalid reconnect")
                return
            ch["used"] = True
            old = ch["old"]
            if ch["same"]:
                s = ch["session"]
                conn.session = s
                if self.around_welcome:
                    self.around_welcome("before", old)
                self.welcome(conn, s, ka)
                s.conn = conn       # from here all goes to the new one
                if self.around_welcome:
                    self.around_welcome("after", conn)
                old.superseded_t = time.monotonic()
            else:
                s = Session(self, conn, ka)
                conn.session = s
                self.sessions[s.id] = s
                self.welcome(conn, s, ka)
        else:
            s = Session(self, conn, ka)
            conn.session = s
            self.sessions[s.id] = s
            self.welcome(conn, s, ka)
        conn.tasks.append(asyncio.ensure_future(self.keepalives(conn, ka)))
        conn.tasks.append(asyncio.ensure_future(self.unused(conn)))
        conn.tasks.append(asyncio.ensure_future(self.pings(conn)))

    def welcome(self, conn, s, ka):
        conn.welcomed_t = time.monotonic()
        conn.text({"metadata": {"message_id": str(uuid.uuid4()), "message_type": "session_welcome", "message_timestamp": self.now()},
                   "payload": {"session": {"id": s.id, "status": "connected", "connected_at": s.connected_at, "keepalive_timeout_seconds": ka,
                                           "reconnect_url": None, "recovery_url": None}}})

    async def keepalives(self, conn, ka):
        while conn.open:
            left = conn.last_out + ka - time.monotonic()
            if left <= 0:
                conn.text({"metadata": {"message_id": str(uuid.uuid4()), "message_type": "session_keepalive", "message_timestamp": self.now()}, "payload": {}})
                left = ka
            await asyncio.sleep(left)

    async def unused(self, conn):
        await asyncio.sleep(10)
        if conn.open and not conn.session.bound and conn.session.conn is conn:
            self.note(f"4003 unused {conn.n}")
            conn.close(4003, "connection unused")

    async def pings(self, conn):
        while conn.open:
            await asyncio.sleep(self.ping_interval)
            conn.raw(wf.frame(wf.PING, b"qa"))
            if time.monotonic() - conn.last_pong > self.ping_interval * 3 and not conn.blackhole:
                self.note("4002 no pong")
                self.violations.append("no pong")
                conn.close(4002, "no pong")

    async def read(self, conn):
        p = wf.Parser()
        while conn.open:
            try:
                data = await conn.reader.read(65536)
            except Exception:
                data = b""
            if conn.blackhole:
                if not data:
                    conn.gone("websocket_disconnected")
                    return
                continue
            if not data:
                if conn.open:
                    conn.closed_by = "client eof"
                    conn.gone("websocket_disconnected")
                    conn.writer.close()
                return
            for fin, rsv, op, masked, payload in p.feed(data):
                if not masked:
                    self.violations.append("unmasked client frame")
                if op == wf.PONG:
                    conn.last_pong = time.monotonic()
                elif op == wf.PING:
                    self.violations.append("client pinged Twitch")
                    conn.raw(wf.frame(wf.PONG, payload))
                elif op == wf.CLOSE:
                    conn.client_close = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
                    conn.raw(wf.frame(wf.CLOSE, payload[:2]))
                    conn.closed_by = f"client {conn.client_close}"
                    conn.gone("websocket_disconnected")
                    conn.writer.close()
                    return
                else:
                    self.violations.append("client sent data: " + repr(payload[:80]))
                    conn.close(4001, "client sent inbound traffic")
                    return

    # ---- HTTP
    def fault(self, method, path, times=1, **do):
        f = Fault(method, path, times, **do)
        self.faults.append(f)
        return f

    def reply(self, status, obj=None, headers=None, body=None):
        if obj is None and body is None:
            return web.Response(status=status, headers=headers)
        b = body if body is not None else json.dumps(obj, ensure_ascii=False).encode()
        return web.Response(status=status, body=b, headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})})

    def err(self, status, message, **more):
        return self.reply(status, {"error": STATUS_REASON.get(status, ""), "status": status, "message": message, **more})

    def oerr(self, status, message):
        return self.reply(status, {"status": status, "message": message})

    async def http(self, req):
        r = await self.http_(req)
        if isinstance(r, web.Response) and not r.prepared:
            r.headers["Date"] = datetime.fromtimestamp(time.time() + self.time_offset, timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
        return r

    async def http_(self, req):
        path, method = req.path, req.method
        self.http_hits[(method, path)] += 1
        t0 = time.monotonic()
        after = None
        try:
            body = await req.read()
        except Exception:
            return web.Response(status=400)
        for f in list(self.faults):
            if f.matches(method, path):
                if f.do.get("when") and not f.do["when"](req):
                    continue
                f.times -= 1
                f.hits += 1
                d = f.do
                if "hold" in d:
                    await d["hold"].wait()
                if d.get("delay"):
                    await asyncio.sleep(d["delay"])
                if d.get("hang"):
                    await asyncio.sleep(120)
                if d.get("drop"):            # before it was carried out
                    self.abort(req)
                    self.log.append((t0, method, path, "dropped", None, None))
                    return web.Response()
                if "status" in d:
                    self.log.append((t0, method, path, d["status"], None, "fault"))
                    r = self.reply(d["status"], body=d.get("body", b""), headers=d.get("headers"))
                    self.rate_headers(r, None)
                    return r
                if d.get("lost") or d.get("after") or d.get("then_status"):
                    after = d
                break
        try:
            if path.startswith("/oauth2/"):
                r = await self.oauth(req, method, path[len("/oauth2"):], body)
            elif path.startswith("/helix/"):
                r = await self.helix(req, method, path[len("/helix"):], body)
            elif path == "/activate":
                r = web.Response(text="activate")
            else:
                r = self.err(404, "not found")
        except asyncio.CancelledError:
            raise
        except Exception as e:
            import traceback
            traceback.print_exc()
            self.violations.append(f"stand-in error {e!r} at {method} {path}")
            r = self.err(500, "")
        self.log.append((t0, method, path, r.status, None, req.query_string))
        if after:
            if after.get("after"):
                await asyncio.sleep(after["after"])
            if after.get("lost"):
                self.abort(req)
            if after.get("then_status"):      # carried out, answered as if it had failed
                return self.reply(after["then_status"], body=b"")
        return r

    def abort(self, req):
        tr = req.transport
        if tr:
            tr.abort()

    # OAuth
    async def oauth(self, req, method, path, body):
        form = dict(parse_qsl(body.decode("latin1"), keep_blank_values=True)) if body else {}
        for k, v in req.query.items():
            form.setdefault(k, v)
        if path == "/validate" and method == "GET":
            a = req.headers.get("Authorization", "")
            if not a:
                return self.oerr(401, "missing authorization token")
            t = self.tokens.get(a.split(" ", 1)[-1])
            if t is None or not t.valid:
                return self.oerr(401, "invalid access token")
            left = int(t.expires_at - time.monotonic())
            if t.kind == "app":
                return self.reply(200, {"client_id": t.client_id, "scopes": None, "expires_in": left})
            return self.reply(200, {"client_id": t.client_id, "login": self.users[t.user_id]["login"], "scopes": t.scopes or None,
                                    "user_id": t.user_id, "expires_in": left})
        cid = form.get("client_id")
        if path == "/revoke":
            if cid not in self.client_secrets:
                return self.oerr(404, "client does not exist")
            if "token" not in form:
                return self.oerr(400, "missing oauth token")
            t = self.tokens.pop(form["token"], None)
            if t is None:
                return self.oerr(400, "Invalid token")
            self.note(f"revoked a token of {t.user_id}")
            return web.Response(status=200)
        if cid not in self.client_secrets:
            return self.oerr(400, "invalid client")
        if path == "/device":
            code, user = rnd(40, string.ascii_letters + string.digits), rnd(8, string.ascii_uppercase)
            self.devices[code] = {"user_code": user, "scopes": (form.get("scopes") or form.get("scope") or "").split(), "user_id": None, "used": False}
            return self.reply(200, {"device_code": code, "expires_in": 1800, "interval": 1, "user_code": user,
                                    "verification_uri": f"https://www.twitch.tv/activate?public=true&device-code={user}"})
        if path != "/token":
            return self.oerr(404, "not found")
        grant = form.get("grant_type")
        secret_ok = form.get("client_secret") == self.client_secrets[cid]
        if grant == "client_credentials":
            if not secret_ok:
                return self.oerr(403, "invalid client secret")
            self.app_calls += 1
            t = Token("app", rnd(30), cid, expires=self.app_expires)
            self.tokens[t.access] = t
            self.note("app token")
            return self.reply(200, {"access_token": t.access, "expires_in": self.app_expires if self.app_expires > 1000 else 5_011_271, "token_type": "bearer"})
        if grant == "refresh_token":
            if "client_secret" not in form:
                return self.oerr(400, "missing client secret")
            if not secret_ok:
                return self.oerr(403, "invalid client secret")
            r = self.refreshes.get(form.get("refresh_token", ""))
            self.refresh_calls[r["user_id"] if r else "?"] += 1
            if r is None or r["dead"] or r["user_id"] in self.refresh_refused:
                return self.oerr(400, "Invalid refresh token")
            t = self.make_token(r["user_id"], r["scopes"])
            if self.rotate_refresh:
                r["dead"] = True
            else:
                del self.refreshes[t.refresh]
                t.refresh = form["refresh_token"]
            self.note(f"refreshed {r['user_id']}")
            return self.reply(200, {"access_token": t.access, "expires_in": int(self.user_expires), "refresh_token": t.refresh, "scope": t.scopes, "token_type": "bearer"})
        if grant == "urn:ietf:params:oauth:grant-type:device_code":
            d = self.devices.get(form.get("device_code", ""))
            if d is None or d["used"]:
                return self.oerr(400, "invalid device code")
            if d["user_id"] is None:
                return self.oerr(400, "authorization_pending")
            d["used"] = True
            t = self.make_token(d["user_id"], d["scopes"])
            return self.reply(200, {"access_token": t.access, "expires_in": int(self.user_expires), "refresh_token": t.refresh, "scope": t.scopes, "token_type": "bearer"})
        return self.oerr(400, "invalid grant type")

    # Helix
    def rate_headers(self, r, b):
        limit, rem, reset = (b["limit"], int(b["points"]), time.time() + self.time_offset + (b["limit"] - b["points"]) / (b["limit"] / 60)) if b else (self.budget, self.budget - 1, time.time() + self.time_offset)
        r.headers["Ratelimit-Limit"] = str(limit)
        r.headers["Ratelimit-Remaining"] = str(max(0, rem))
        r.headers["Ratelimit-Reset"] = str(int(reset) + (1 if rem < 1 else 0))

    def bucket(self, key, limit):
        b = self.buckets.get(key)
        now = time.monotonic()
        if b is None:
            b = self.buckets[key] = {"limit": limit, "points": float(limit), "t": now, "denied": 0, "taken": 0}
        b["limit"] = limit
        b["points"] = min(limit, b["points"] + (now - b["t"]) * limit / 60)
        b["t"] = now
        return b

    async def helix(self, req, method, path, body):
        a = req.headers.get("Authorization", "")
        if not a.startswith("Bearer "):
            return self.err(401, "OAuth token is missing")
        t = self.tokens.get(a[7:])
        if t is None or not t.valid:
            return self.err(401, "Invalid OAuth token")
        if req.headers.get("Client-Id") != t.client_id:
            return self.err(401, "Client ID and OAuth token do not match")
        send = method == "POST" and path == "/chat/messages"
        key = (t.client_id, t.user_id, send)
        b = self.bucket(key, self.send_budget if send else self.budget)
        if b["points"] < 1:
            b["denied"] += 1
            r = self.err(429, "Request limit exceeded")
            self.rate_headers(r, b)
            return r
        b["points"] -= 1
        b["taken"] += 1
        js = None
        if body:
            try:
                js = json.loads(body)
            except ValueError:
                return self.err(400, "malformed JSON")
            if "json" not in req.headers.get("Content-Type", ""):
                self.violations.append(f"no JSON content type at {path}")
        q = req.query
        name = {"/users": self.h_users, "/streams": self.h_streams, "/channels": self.h_channels, "/chat/messages": self.h_send,
                "/eventsub/conduits": self.h_conduits, "/eventsub/conduits/shards": self.h_shards, "/eventsub/subscriptions": self.h_subs,
                "/authorization/users": self.h_authz, "/chat/badges/global": self.h_badges, "/chat/badges": self.h_badges,
                "/chat/emotes/global": self.h_emotes, "/chat/color": self.h_color}.get(path)
        if name is None:
            r = self.err(404, "not found")
        else:
            r = name(req, method, q, js, t)
            if asyncio.iscoroutine(r):
                r = await r
        self.rate_headers(r, b)
        return r

    def h_users(self, req, method, q, js, t):
        ids, logins = q.getall("id", []), q.getall("login", [])
        if len(ids) + len(logins) > 100:
            return self.err(400, "The parameter was malformed")
        if not ids and not logins:
            if t.kind != "user":
                return self.err(400, "Must provide an ID, Login or OAuth Token.")
            ids = [t.user_id]
        found = {}
        for i in ids:
            if i in self.users:
                found[i] = self.users[i]
        for l in logins:
            i = self.logins.get(l.lower())
            if i:
                found[i] = self.users[i]
        return self.reply(200, {"data": list(found.values())})

    def h_streams(self, req, method, q, js, t):
        first = int(q.get("first", 20))
        if first > 100:
            return self.err(400, 'The parameter "first" was malformed: the value must be less than or equal to 100')
        ids, logins = q.getall("user_id", []), q.getall("user_login", [])
        if len(ids) > 100:
            return self.err(400, "too many ids")
        want = set(ids) | {self.logins.get(l.lower()) for l in logins}
        lst = [b for b in self.streams if not want or b in want]
        off = int(q.get("after", "0") or 0)
        page = lst[off:off + first]
        data = []
        for b in page:
            s, u, c = self.streams[b], self.users[b], self.channels[b]
            data.append({"id": s["id"], "user_id": b, "user_login": u["login"], "user_name": u["display_name"], "game_id": c["game_id"], "game_name": c["game_name"],
                         "type": "live", "title": c["title"], "viewer_count": s["viewers"], "started_at": s["started_at"], "language": "en",
                         "thumbnail_url": f"https://static-cdn.jtvnw.net/previews-ttv/live_user_{u['login']}-{{width}}x{{height}}.jpg", "tag_ids": [], "tags": ["English"], "is_mature": False})
        return self.reply(200, {"data": data, "pagination": {"cursor": str(off + first)} if off + first < len(lst) else {}})

    def h_channels(self, req, method, q, js, t):
        data = []
        for b in q.getall("broadcaster_id", []):
            if b in self.users:
                u, c = self.users[b], self.channels[b]
                data.append({"broadcaster_id": b, "broadcaster_login": u["login"], "broadcaster_name": u["display_name"], "broadcaster_language": "en",
                             "game_id": c["game_id"], "game_name": c["game_name"], "title": c["title"], "delay": 0, "tags": [],
                             "content_classification_labels": [], "is_branded_content": False})
        return self.reply(200, {"data": data})

    def h_authz(self, req, method, q, js, t):
        return self.reply(200, {"data": [{"user_id": u, "user_name": self.users[u]["display_name"], "user_login": self.users[u]["login"], "scopes": sorted(self.grants[u])}
                                         for u in q.getall("user_id", []) if u in self.users and self.grants[u]]})

    def h_badges(self, req, method, q, js, t):
        return self.reply(200, {"data": []})

    def h_emotes(self, req, method, q, js, t):
        return self.reply(200, {"data": [], "template": "https://static-cdn.jtvnw.net/emoticons/v2/{{id}}/{{format}}/{{theme_mode}}/{{scale}}"})

    def h_color(self, req, method, q, js, t):
        return self.reply(200, {"data": []})

    def need_app(self, t):
        return None if t.kind == "app" else self.err(401, "The request requires an app access token")

    def h_conduits(self, req, method, q, js, t):
        bad = self.need_app(t)
        if bad:
            return bad
        mine = [c for c in self.conduits.values() if c.client_id == t.client_id and not c.deleted]
        if method == "GET":
            return self.reply(200, {"data": [{"id": c.id, "shard_count": c.count} for c in mine]})
        if method == "POST":
            n = (js or {}).get("shard_count")
            if not isinstance(n, int) or not 1 <= n <= 20000:
                return self.err(400, "The shard count is invalid")
            if len(mine) >= self.max_conduits:
                return self.err(429, "conduit limit reached")
            c = Conduit(t.client_id, n)
            self.conduits[c.id] = c
            self.note(f"conduit created {c.id}")
            return self.reply(200, {"data": [{"id": c.id, "shard_count": n}]})
        if method == "PATCH":
            c = self.conduits.get((js or {}).get("id", ""))
            n = (js or {}).get("shard_count")
            if not (js or {}).get("id") or not isinstance(n, int) or not 1 <= n <= 20000:
                return self.err(400, "The shard count is invalid")
            if c is None or c.client_id != t.client_id:
                return self.err(404, "not found")
            c.count = n
            self.note(f"conduit resized {n}")
            if not self.shrink_bug:
                for sid in [s for s in c.shards if int(s) >= n]:
                    del c.shards[sid]
            return self.reply(200, {"data": [{"id": c.id, "shard_count": n}]})
        if method == "DELETE":
            c = self.conduits.get(q.get("id", ""))
            if "id" not in q:
                return self.err(400, 'Missing required parameter "id"')
            if c is None or c.client_id != t.client_id:
                return self.err(404, "not found")
            self.delete_conduit(c.id)
            return web.Response(status=204)
        return self.err(404, "not found")

    async def h_shards(self, req, method, q, js, t):
        bad = self.need_app(t)
        if bad:
            return bad
        if method == "GET":
            c = self.conduits.get(q.get("conduit_id", ""))
            if "conduit_id" not in q:
                return self.err(400, 'Missing required parameter "conduit_id"')
            if c is None or c.client_id != t.client_id:
                return self.err(404, "not found")
            lst = sorted(c.shards.values(), key=lambda s: int(s.id))
            if "status" in q:
                lst = [s for s in lst if s.status == q["status"]]
            off = int(q.get("after", "0") or 0)
            page = lst[off:off + self.shard_page]
            return self.reply(200, {"data": [s.json(0) for s in page], "pagination": {"cursor": str(off + self.shard_page)} if off + self.shard_page < len(lst) else {}})
        if method == "PATCH":
            js = js or {}
            c = self.conduits.get(js.get("conduit_id", ""))
            if not js.get("conduit_id"):
                return self.err(400, 'Missing required parameter "conduit_id"')
            if not isinstance(js.get("shards"), list) or not js["shards"]:
                return self.err(400, 'Missing required parameter "shards"')
            for s in js["shards"]:
                if not isinstance(s, dict) or "id" not in s or not isinstance(s.get("transport"), dict) or "method" not in s["transport"]:
                    return self.err(400, 'Missing required parameter ""')
            if c is None or c.client_id != t.client_id:
                return self.err(404, "not found")
            data, errors = [], []
            for s in js["shards"]:
                sid, tr = str(s["id"]), s["transport"]
                if not isinstance(s["id"], str):
                    self.violations.append("shard id is not a string")
                if self.patch_fail.get(sid, 0) > 0:
                    self.patch_fail[sid] -= 1
                    errors.append({"id": sid, "message": "The websocket session is not connected.", "code": "invalid_parameter"})
                    continue
                if not sid.isdigit() or int(sid) >= c.count:
                    errors.append({"id": sid, "message": "The shard id is outside the conduit's range", "code": "invalid_parameter"})
                    continue
                if tr["method"] == "websocket":
                    ses = self.sessions.get(tr.get("session_id", ""))
                    if ses is None or ses.dead or not ses.conn or not ses.conn.open:
                        errors.append({"id": sid, "message": "The websocket session is not connected.", "code": "invalid_parameter"})
                        continue
                    sh = c.shards.get(sid) or Shard(sid)
                    c.shards[sid] = sh
                    sh.session, sh.method, sh.status = ses, "websocket", "enabled"
                    sh.connected_at, sh.disconnected_at = ses.connected_at, None
                    sh.enabled_t = time.monotonic()
                    ses.bound = True
                    self.note(f"shard {sid} assigned conn {ses.conn.n}")
                    data.append(sh.json(0))
                elif tr["method"] == "webhook":
                    sh = c.shards.get(sid) or Shard(sid)
                    c.shards[sid] = sh
                    sh.method, sh.callback, sh.secret = "webhook", tr.get("callback"), tr.get("secret")
                    sh.status = "webhook_callback_verification_pending"
                    data.append(sh.json(0))
                    self.spawn(self.challenge(c, sh))
                else:
                    errors.append({"id": sid, "message": "The transport method is invalid", "code": "invalid_parameter"})
            return self.reply(202, {"data": data, "errors": errors})
        return self.err(404, "not found")

    async def challenge(self, c, sh):
        import aiohttp
        body = json.dumps({"challenge": rnd(30), "conduit_shard": {"conduit_id": c.id, "shard": sh.id}}).encode()
        mid, ts = str(uuid.uuid4()), self.now()
        sig = "sha256=" + hmac.new(sh.secret.encode(), mid.encode() + ts.encode() + body, hashlib.sha256).hexdigest()
        h = {"Twitch-Eventsub-Message-Id": mid, "Twitch-Eventsub-Message-Retry": "0", "Twitch-Eventsub-Message-Type": "webhook_callback_verification",
             "Twitch-Eventsub-Message-Signature": sig, "Twitch-Eventsub-Message-Timestamp": ts, "Content-Type": "application/json"}
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as s:
                async with s.post(sh.callback, data=body, headers=h) as r:
                    ok = r.status == 200 and (await r.text()) == json.loads(body)["challenge"]
        except Exception:
            ok = False
        sh.status = "enabled" if ok else "webhook_callback_verification_failed"
        self.note(f"webhook shard {sh.id} {sh.status}")

    def authorised(self, type, cond):
        """Table 7.1 with an app token."""
        b, u = cond.get("broadcaster_user_id"), cond.get("user_id")
        if type in READ:
            g = self.grants[u]
            if not {"user:read:chat", "user:bot"} <= g:
                return False
            if "channel:bot" not in self.grants[b] and u not in self.mods[b] and u != b:
                return False
            if (b, u) in self.banned:
                return False
        return True

    async def h_subs(self, req, method, q, js, t):
        if method == "POST":
            if self.sub_latency:
                await asyncio.sleep(self.sub_latency)
            js = js or {}
            tr = js.get("transport") or {}
            type, cond = js.get("type"), js.get("condition") or {}
            if tr.get("method") != "conduit":
                return self.err(400, "invalid transport and auth combination")
            if t.kind != "app":
                return self.err(400, "invalid transport and auth combination")
            if VERSIONS.get(type) != js.get("version"):
                return self.err(400, "invalid subscription type and version")
            c = self.conduits.get(tr.get("conduit_id", ""))
            if c is None or c.deleted:
                return self.err(400, "conduit does not exist")
            for k, v in cond.items():
                if not isinstance(v, str):
                    return self.err(400, "condition values must be strings")
                if k in ("broadcaster_user_id", "user_id") and v not in self.users:
                    return self.err(400, "invalid user in condition")
            need = {"broadcaster_user_id"} if "client_id" not in cond and type != "user.whisper.message" else set()
            if type in READ:
                need = {"broadcaster_user_id", "user_id"}
            if not need <= set(cond):
                return self.err(400, "missing condition")
            if not self.authorised(type, cond):
                return self.err(403, "subscription missing proper authorization")
            same = [s for s in self.subs.tb[(type, cond.get("broadcaster_user_id"))].values() if s.condition == cond and s.status == "enabled"]
            for s in same:
                if s.conduit_id == c.id:
                    return self.err(409, "subscription already exists", id=s.id)
            if len(same) >= self.duplicates_cap:
                return self.err(429, "maximum subscriptions with type and condition exceeded")
            cost = 0 if type in READ or self.grants.get(cond.get("broadcaster_user_id")) else 1
            if type in ("conduit.shard.disabled",):
                cost = 0
            s = Sub(type, js["version"], cond, c.id, cost, self.now())
            self.subs[s.id] = s
            return self.reply(202, {"data": [s.json()], "total": len(self.subs), "total_cost": sum(x.cost for x in self.subs.values()) if len(self.subs) < 2000 else 0, "max_total_cost": 10000})
        if method == "GET":
            filters = [k for k in ("status", "type", "user_id", "subscription_id", "conduit_id") if k in q]
            if len(filters) > 1:
                return self.err(400, "only one filter may be given")
            lst = list(self.subs.values())
            if not hasattr(self, "list_hits"):
                self.list_hits = 0
            self.list_hits += 1
            if filters:
                k, v = filters[0], q[filters[0]]
                lst = [s for s in lst if (s.status if k == "status" else s.type if k == "type" else s.id if k == "subscription_id" else s.conduit_id if k == "conduit_id" else None) == v
                       or (k == "user_id" and v in s.condition.values())]
            off = int(q.get("after", "0") or 0)
            page = lst[off:off + self.sub_page]
            return self.reply(200, {"total": len(lst), "data": [s.json() for s in page], "total_cost": 0, "max_total_cost": 10000,
                                    "pagination": {"cursor": str(off + self.sub_page)} if off + self.sub_page < len(lst) else {}})
        if method == "DELETE":
            if "id" not in q:
                return self.err(400, 'Missing required parameter "id"')
            s = self.subs.pop(q["id"], None)
            if s is None:
                return self.err(404, "subscription does not exist")
            return web.Response(status=204)
        return self.err(404, "not found")

    async def h_send(self, req, method, q, js, t):
        js = js or {}
        b, snd, text = js.get("broadcaster_id"), js.get("sender_id"), js.get("message")
        now = time.monotonic()
        if method != "POST" or b not in self.users or snd not in self.users or not isinstance(text, str) or not text:
            return self.err(400, "The request's input was not valid. Please see the endpoint's documentation for possible reasons.")
        if t.kind == "user":
            if t.user_id != snd:
                self.violations.append(f"WRONG ACCOUNT: token of {t.user_id} sends as {snd}")
                return self.err(401, "The ID in sender_id must match the user ID in the access token.")
            if "user:write:chat" not in t.scopes:
                return self.err(401, "Missing scope: user:write:chat")
            if js.get("for_source_only") is not None:
                return self.err(400, "for_source_only cannot be used with a user token")
        else:
            if not {"user:write:chat", "user:bot"} <= self.grants[snd]:
                return self.err(401, "The sender must have authorized the app with the user:write:chat and user:bot scopes.")
            if "channel:bot" not in self.grants[b] and snd not in self.mods[b] and snd != b:
                return self.err(401, "The broadcaster must have authorized the app with the channel:bot scope, or the sender must be a moderator.")
        if len(text) > 500:
            self.violations.append("text over 500 characters sent to Twitch")
            return self.err(400, "The request's input was not valid. Please see the endpoint's documentation for possible reasons.")
        privileged = snd == b or snd in self.mods[b]
        drop = self.drop_next.pop(0) if self.drop_next else None
        if (b, snd) in self.banned:
            return self.err(403, "The sender is not permitted to send chat messages to the broadcaster's chat room.")
        hist = [x for x in self.sends if x[1] == snd and x[5] == "ok" and now - x[0] < 30]
        if self.enforce_limits and not drop:
            limit = 100 if privileged else 20
            if len(hist) >= limit:
                self.violations.append(f"send limit broken: {len(hist) + 1} in 30 s by {snd} ({'privileged' if privileged else 'ordinary'})")
                self.muted[snd] = now + 3600
            if not privileged and any(x[2] == b and now - x[0] < 0.999 for x in hist):
                self.violations.append(f"send limit broken: 2 within 1 s by {snd} in {b}")
                self.muted[snd] = now + 3600
            if self.muted.get(snd, 0) > now and not privileged:
                drop = "msg_ratelimit"
            if not privileged and any(x[2] == b and x[3] == text for x in hist):
                drop = "msg_duplicate"
        if drop:
            self.sends.append((now, snd, b, text, 200, drop))
            return self.reply(200, {"data": [{"message_id": "", "is_sent": False, "drop_reason": {"code": drop, "message": f"dropped: {drop}"}}]})
        self.sends.append((now, snd, b, text, 200, "ok"))
        shown, emote = text, False
        m = re.match(r"^[/.]me (.*)$", text, re.S)
        if m:
            shown, emote = m.group(1), True
        elif text[0] in "/.":
            # the leading word is swallowed (§9.3); an escaped lead (". .") passes
            w = text.split(" ", 1)
            if len(w) == 1:
                self.sends[-1] = (now, snd, b, text, 200, "msg_rejected")
                return self.reply(200, {"data": [{"message_id": "", "is_sent": False, "drop_reason": {"code": "msg_rejected", "message": "rejected"}}]})
            shown = w[1]
        mid = str(uuid.uuid4())
        over = {}
        if js.get("reply_parent_message_id"):
            over["reply"] = {"parent_message_id": js["reply_parent_message_id"], "parent_message_body": "x", "parent_user_id": "5551001", "parent_user_name": "TideWatch",
                             "parent_user_login": "tidewatch", "thread_message_id": js["reply_parent_message_id"], "thread_user_id": "5551001", "thread_user_name": "TideWatch", "thread_user_login": "tidewatch"}
        def echo():
            self.say(b, shown, chatter=snd, mid=mid, emote=emote, api=True, **over)
        if self.echo_delay is None:
            pass
        elif self.echo_delay <= 0 or self.rng.random() < 0.3:
            echo()
        else:
            asyncio.get_running_loop().call_later(self.echo_delay, echo)
        if self.send_hold is not None:
            await self.send_hold.wait()
        return self.reply(200, {"data": [{"message_id": mid, "is_sent": True, "drop_reason": None}]})
