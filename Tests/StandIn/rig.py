"""Starts the real program against the stand-in; checks; cleans up."""
import asyncio, contextlib, json, os, random, resource, shutil, signal, socket, subprocess, sys, tempfile, time, re
import aiohttp
from standin import StandIn, CLIENT_ID, CLIENT_SECRET
from clients import Client, Watcher, Refused, account_for, same_order, FEATURES

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.environ.get("CHAT_RELAY_BIN", os.path.join(HERE, "../../.build/debug/chat-relay"))
SAMPLES = os.path.join(HERE, "../TwitchTests/Samples")
ROOT = os.environ.get("STANDIN_FOLDER", "/tmp/chat-relay-standin")


def free_port():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    p = s.getsockname()[1]
    s.close()
    return p


class Gateway:
    def __init__(self, rig, data=None, name="gw"):
        self.rig, self.name = rig, name
        self.data = data or os.path.join(rig.dir, "data")
        self.port = free_port()
        self.proc = None
        self.env_extra = {}
        self.starts = 0
        self.out = b""
        self.stderr_path = os.path.join(rig.dir, f"{name}.err")
        self.stdout_path = os.path.join(rig.dir, f"{name}.out")

    def env(self, **more):
        e = {k: v for k, v in os.environ.items() if not k.startswith(("CHAT_RELAY_", "TWITCH_"))}
        e.update(self.rig.tw.env())
        e.update({"CHAT_RELAY_DATA": self.data, "CHAT_RELAY_PORT": str(self.port), "CHAT_RELAY_HOST": "127.0.0.1", "CHAT_RELAY_LOG_LEVEL": "info"})
        e.update(self.env_extra)
        e.update(more)
        return {k: v for k, v in e.items() if v is not None}

    async def cli(self, *args, timeout=30, js=True, check=True, env=None):
        a = [BIN, *args] + (["--json"] if js else [])
        p = await asyncio.create_subprocess_exec(*a, env={**self.env(), **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=self.rig.dir)
        try:
            out, err = await asyncio.wait_for(p.communicate(), timeout)
        except asyncio.TimeoutError:
            p.kill()
            raise RuntimeError(f"{args} took over {timeout} s")
        if check and p.returncode != 0:
            raise RuntimeError(f"{args}: status {p.returncode}: {err.decode()[-500:]}")
        if js and check:
            return json.loads(out)
        return p.returncode, out.decode(), err.decode()

    async def start(self, ready=True, timeout=30, args=(), wrap=(), preexec=None, **env):
        t0 = time.monotonic()
        self.starts += 1
        self.fo = open(self.stdout_path, "ab")
        self.fe = open(self.stderr_path, "ab")
        mark = self.fo.tell()
        self.err_mark = self.fe.tell()
        wrap = wrap or (("nice", "-n", os.environ["QA_NICE"]) if os.environ.get("QA_NICE") else ())
        self.proc = await asyncio.create_subprocess_exec(*wrap, BIN, "serve", *args, env=self.env(**env), stdout=self.fo, stderr=self.fe, stdin=subprocess.DEVNULL, cwd=self.rig.dir, preexec_fn=preexec)
        self.fo.close(); self.fe.close()
        self.rig.procs.append(self.proc)
        while time.monotonic() - t0 < timeout:
            with open(self.stdout_path, "rb") as f:
                f.seek(mark)
                s = f.read()
            m = re.search(rb"https?://[^\s\"]+", s)
            if m:
                self.url_line = s.decode()
                self.serving_t = time.monotonic() - t0
                break
            if self.proc.returncode is not None:
                raise RuntimeError(f"serve ended with {self.proc.returncode}: {self.stderr()[-600:]}")
            await asyncio.sleep(0.02)
        else:
            raise RuntimeError("serve printed no address")
        if ready:
            ok = await self.wait_ready(timeout)
            self.ready_t = time.monotonic() - t0
            if not ok:
                raise RuntimeError(f"not ready within {timeout}: {self.stderr()[-800:]}")
        return self

    def stderr(self, all=False):
        with open(self.stderr_path, "rb") as f:
            f.seek(0 if all else self.err_mark)
            return f.read().decode("utf-8", "replace")

    async def get(self, path, timeout=5, **kw):
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(timeout)) as s:
            async with s.get(f"http://127.0.0.1:{self.port}{path}", **kw) as r:
                return r.status, await r.text()

    async def status_of(self, path, timeout=3):
        try:
            return (await self.get(path, timeout))[0]
        except Exception as e:
            return repr(type(e).__name__)

    async def wait_ready(self, timeout=30, want=200):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.proc.returncode is not None:
                return False
            if await self.status_of("/readyz") == want:
                return True
            await asyncio.sleep(0.05)
        return False

    async def metrics(self):
        st, t = await self.get("/metrics")
        d = {}
        for l in t.splitlines():
            if l and not l.startswith("#"):
                k, _, v = l.rpartition(" ")
                try:
                    d[k] = float(v)
                except ValueError:
                    pass
        return st, d, t

    def rss(self):
        try:
            with open(f"/proc/{self.proc.pid}/status") as f:
                for l in f:
                    if l.startswith("VmRSS"):
                        return int(l.split()[1]) / 1024
        except OSError:
            return 0

    def fds(self):
        try:
            return len(os.listdir(f"/proc/{self.proc.pid}/fd"))
        except OSError:
            return 0

    def cpu(self):
        with open(f"/proc/{self.proc.pid}/stat") as f:
            s = f.read().rsplit(")", 1)[1].split()
        return (int(s[11]) + int(s[12])) / os.sysconf("SC_CLK_TCK")

    def signal(self, s):
        if self.proc and self.proc.returncode is None:
            self.proc.send_signal(s)

    async def kill(self):
        if self.proc and self.proc.returncode is None:
            self.proc.kill()
            await self.proc.wait()

    async def stop(self, timeout=12):
        """SIGTERM; the status and the seconds it took (None when it had to be killed)."""
        t0 = time.monotonic()
        if self.proc is None or self.proc.returncode is not None:
            return (self.proc.returncode if self.proc else None), 0.0
        self.proc.terminate()
        try:
            await asyncio.wait_for(self.proc.wait(), timeout)
            return self.proc.returncode, time.monotonic() - t0
        except asyncio.TimeoutError:
            await self.kill()
            return None, time.monotonic() - t0


class Rig:
    def __init__(self, name, budget=60000, keepalive=10, seed=None):
        self.name = name
        self.dir = tempfile.mkdtemp(prefix=f"qa-{name}-", dir="/tmp")
        self.seed = seed if seed is not None else int(os.environ.get("QA_SEED", "1"))
        self.rng = random.Random(self.seed)
        self.tw = StandIn(keepalive=keepalive, budget=budget, seed=self.seed)
        self.procs, self.watchers = [], []
        self.checks = []
        self.users, self.accounts = {}, []      # name -> {"id","token"}; [{"id", "b", "login", "token"}]
        self.stream = None
        self.gw = None
        self.t0 = time.monotonic()

    def ok(self, what, cond, detail=""):
        self.checks.append((bool(cond), what, str(detail)))
        print(f"{'ok  ' if cond else 'FAIL'} {self.name}: {what}" + (f" [{detail}]" if detail != "" else ""), flush=True)
        return bool(cond)

    def info(self, what):
        print(f"     {self.name}: {what}", flush=True)

    async def __aenter__(self):
        await self.tw.start()
        self.gw = Gateway(self)
        return self

    async def __aexit__(self, *exc):
        for w in self.watchers:
            await w.finish()
        for p in self.procs:
            if p.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    p.kill()
                await p.wait()
        await self.tw.stop()
        err = ""
        if exc[0] is not None or any(not c[0] for c in self.checks) or os.environ.get("QA_KEEP"):
            keep = os.path.join(ROOT, "logs", self.name)
            shutil.rmtree(keep, ignore_errors=True)
            os.makedirs(keep, exist_ok=True)
            for f in os.listdir(self.dir):
                if f.endswith((".err", ".out")):
                    shutil.copy(os.path.join(self.dir, f), keep)
            with open(os.path.join(keep, "standin.log"), "w") as f:
                rows = [(t, "EVENT " + w) for t, w in self.tw.events] + [(t, f"HTTP {m} {p} {s} {k or ''} {n or ''}") for t, m, p, s, k, n in self.tw.log]
                for t, w in sorted(rows, key=lambda r: r[0]):
                    f.write(f"{t - self.t0:9.3f} {w}\n")
        subprocess.run(["umount", "-l", os.path.join(self.dir, "small")], stderr=subprocess.DEVNULL)
        # A gateway that was killed leaves its journal in memory.
        for root, _, files in os.walk(self.dir):
            if "history.journal" in files and os.path.islink(os.path.join(root, "history.journal")):
                with contextlib.suppress(OSError):
                    os.remove(os.readlink(os.path.join(root, "history.journal")))
        shutil.rmtree(self.dir, ignore_errors=True)

    # people
    async def setup(self, channels=1, users=("alice", "bob"), start=True, live=True, share=2, more_senders=0, **env):
        tw, gw = self.tw, self.gw
        gw.env_extra.update(env)
        if "5551001" not in tw.users:
            tw.add_user("TideWatch", "5551001")
            tw.add_user("MossyCobalt", "5551002")
        for u in users:
            j = await gw.cli("user", "add", u)
            self.users[u] = {"id": j["id"], "token": j["access_token"]}
        for i in range(channels):
            await self.add_account(users[0], f"chan{i}")
        self.channels = [a["b"] for a in self.accounts]
        j = await gw.cli("stream", "add", "--user", users[0], "--name", "Main", "--account", *[str(a["id"]) for a in self.accounts])
        self.stream = j["id"]
        self.stream_json = j
        for u in users[1:]:
            await gw.cli("stream", "share", str(self.stream), "--with", u, "--chat-level", str(share), js=False)
        if live:
            for b in self.channels:
                tw.streams[b] = {"id": "1" + b, "viewers": 7, "started_at": "2026-11-21T10:00:00Z"}
        if start:
            await gw.start()
            await self.subscribed()
        return self

    async def add_account(self, user, login, scopes=None):
        b = self.tw.add_user(login)
        t = self.tw.make_token(b, scopes)
        j = await self.gw.cli("account", "add", "--user", user, "--access-token", t.access, "--refresh-token", t.refresh)
        a = {"id": j["id"], "b": b, "login": login, "token": t, "json": j}
        self.accounts.append(a)
        return a

    CHAT = ("channel.chat.message", "channel.chat.notification", "channel.chat.message_delete", "channel.chat.clear", "channel.chat.clear_user_messages")

    def missing_subs(self, types=CHAT):
        c = self.tw.conduit()
        have = {(s.type, s.condition.get("broadcaster_user_id")) for s in self.tw.subs.values() if s.status == "enabled" and c and s.conduit_id == c.id}
        return [(t, b) for b in self.channels for t in types if (t, b) not in have]

    async def until(self, pred, timeout=10, step=0.02):
        t0 = time.monotonic()
        while time.monotonic() - t0 < timeout:
            r = pred()
            if asyncio.iscoroutine(r):
                r = await r
            if r:
                return time.monotonic() - t0
            await asyncio.sleep(step)
        return None

    async def subscribed(self, timeout=30):
        t = await self.until(lambda: not self.missing_subs(), timeout)
        if t is None:
            self.ok("every subscription is there", False, f"missing {self.missing_subs()[:5]}")
        return t

    def path(self, user, **q):
        s = f"/ws/{q.pop('stream', self.stream)}?token={self.users[user]['token']}"
        for k, v in q.items():
            s += f"&{k}={v}"
        return s

    async def client(self, user="alice", **q):
        kw = {k: q.pop(k) for k in ("auto_pong", "rcvbuf", "headers", "timeout") if k in q}
        return await Client.connect("127.0.0.1", self.gw.port, self.path(user, **q), **kw)

    async def watcher(self, user="alice", **kw):
        w = Watcher(f"{user}{len(self.watchers)}", "127.0.0.1", self.gw.port, kw.pop("stream", self.stream), self.users[user]["token"], **kw).start()
        self.watchers.append(w)
        await asyncio.wait_for(w.up.wait(), 10)
        w.joined = time.monotonic()
        return w

    def acc(self, b):
        return next(a["id"] for a in self.accounts if a["b"] == b)

    async def settle(self, watchers=None, timeout=5):
        """Until every watcher has every certain message that was journalled after it joined, or time is up."""
        ws = watchers or self.watchers
        def done():
            for w in ws:
                got = {i[3] for i in w.items if i[0] == "msg"}
                for b in self.channels:
                    for m in self.tw.journal[b]:
                        if m.certain and m.removed is None and m.t >= w.joined and m.id not in got:
                            return False
            return True
        return await self.until(done, timeout, 0.1)

    def accounts_check(self, label="every message exactly once and in order", watchers=None, allow_gap=False, end=None, strict_gap=True):
        tot = {"expected": 0, "got": 0, "lost": 0, "doubled": 0, "disorder": 0, "phantom": 0, "excused": 0, "order_told": 0, "gaplost": 0, "gap_early": 0}
        gaps = 0
        ex = []
        for w in (watchers or self.watchers):
            gaps += sum(1 for i in w.items if i[0] == "gap")
            for b in self.channels:
                r = account_for(w, self.acc(b), self.tw.journal[b], w.joined, end=end)
                for k in tot:
                    v = r[k]
                    tot[k] += v if isinstance(v, int) else len(v)
                for m in r["lost"][:3]:
                    ex.append(f"lost {w.name} ch{self.channels.index(b)} #{m.n} t+{m.t - self.t0:.2f}")
                for n, i in r["doubled"][:3]:
                    ex.append(f"doubled {w.name} #{n}")
                for a, n in r["disorder"][:3]:
                    j = self.tw.journal[b]
                    ev = [f"{e}@{t - self.t0:.2f}" for t, e in self.tw.events if -1.5 < t - j[n].t < 0.4 and ("CHAOS" in e or "shard" in e)]
                    ex.append(f"order {w.name} ch{self.channels.index(b)} #{n} (t+{j[n].t - self.t0:.3f} conn {[d[1].n for d in j[n].deliveries]}) after #{a} (t+{j[a].t - self.t0:.3f} conn {[d[1].n for d in j[a].deliveries]}) {ev[-4:] if w is (watchers or self.watchers)[0] else ''}")
                for p in r["phantom"][:2]:
                    ex.append(f"phantom {w.name} {p}")
        lats = []
        for w in (watchers or self.watchers):
            opened = [i[1] for i in w.items if i[0] == "open"]
            for it in w.items:
                if it[0] == "msg":
                    m = self.tw.by_id.get(it[3])
                    # only what came live: the connection was open when the message was written
                    if m and m.deliveries and m.t >= w.joined:
                        o = max((x for x in opened if x <= it[1]), default=0)
                        if o + 0.05 < m.t:
                            lats.append(it[1] - m.deliveries[0][0])
        bad = tot["lost"] + tot["doubled"] + tot["disorder"] + tot["phantom"]
        if not allow_gap:
            bad += tot["gaplost"] + tot["order_told"]
        d = " ".join(f"{k}={v}" for k, v in tot.items() if v or k in ("expected", "got", "lost", "doubled", "disorder")) + f" gaps={gaps}"
        if lats:
            lats.sort()
            d += f" latency p50={lats[len(lats) // 2] * 1000:.1f} p99={lats[len(lats) * 99 // 100] * 1000:.1f} max={lats[-1] * 1000:.0f} ms"
        self.ok(label, bad == 0, d + ("; " + "; ".join(ex[:8]) if ex else ""))
        so = same_order(watchers or self.watchers)
        self.ok("all clients saw one order", not so, so[:3] if so else "")
        return tot

    def strict_check(self):
        bad = []
        for w in self.watchers:
            bad += w.bad + (w.client.bad if w.client else [])
        bad = list(dict.fromkeys(bad))
        self.ok("every frame keeps the contract", not bad, bad[:4] if bad else "")
        v = list(dict.fromkeys(self.tw.violations))
        self.ok("Twitch's rules kept", not v, v[:5] if v else "")

    async def alive(self):
        return self.ok("the program is alive", self.gw.proc.returncode is None, self.gw.proc.returncode)


def frames_after(c, n):
    return [o for _, o in c.frames[n:]]


class Traffic:
    """Chatters talking in all channels at a rate."""

    def __init__(self, r, rate=40, channels=None, dups=0.0):
        self.r, self.rate, self.channels, self.dups = r, rate, channels, dups
        self.n = 0
        self.on = True

    async def run(self):
        t = time.monotonic()
        while self.on:
            t += 1 / self.rate
            d = t - time.monotonic()
            if d > 0:
                await asyncio.sleep(d)
            elif d < -1:
                t = time.monotonic()
            ch = self.r.rng.choice(self.channels or self.r.channels)
            dup = self.r.rng.choice(["same", "ids", "shards", "shards_ids"]) if self.dups and self.r.rng.random() < self.dups else None
            self.r.tw.say(ch, chatter=self.r.rng.choice(["5551001", "5551002"]), emote=self.r.rng.random() < 0.05, dup=dup)
            self.n += 1

    async def __aenter__(self):
        self.task = asyncio.ensure_future(self.run())
        return self

    async def __aexit__(self, *e):
        self.on = False
        self.task.cancel()
        try:
            await self.task
        except asyncio.CancelledError:
            pass
