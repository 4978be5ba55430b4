"""The fault list of issue 3, point 2: Twitch's side."""
import asyncio, json, os, re, ssl, struct, subprocess, time, uuid, socket
from scenarios import scenario
from rig import Rig, Client, Refused, Traffic, Gateway, free_port, SAMPLES
import wsframes as wf
from standin import b64id, Conduit, Sub, Shard


async def reassigned(r, sid="0", old=None, timeout=40):
    """Seconds until the shard has a living session on another connection than old."""
    c = r.tw.conduit()
    def p():
        sh = (r.tw.conduit() or c).shards.get(sid)
        return sh and r.tw.alive(sh) and sh.session.conn is not old
    return await r.until(p, timeout, 0.01)


async def health(r, cl):
    s = await cl.ask({"type": "status"}, lambda o: o["type"] == "status", 5)
    return s.get("health", "absent") if s else None


async def two(r):
    return await r.watcher("alice"), await r.watcher("bob")


def logged(r, *words, all=False):
    return [l for l in r.gw.stderr(all).splitlines() if any(w in l.lower() for w in words)]


@scenario(limit=90)
async def shard_reset(r):
    """RST, FIN and close on one shard of two under load: assigned again <= 2 s, nothing lost"""
    await r.setup(channels=4)
    await two(r)
    async with Traffic(r, 40):
        await asyncio.sleep(1)
        for i, how in enumerate(("reset", "fin", "reset", "fin", "reset", "fin")):
            sid = str(i % 2)
            old = r.tw.shard_conn(sid)
            t0 = time.monotonic()
            (old.reset if how == "reset" else old.fin)()
            t = await reassigned(r, sid, old)
            r.ok(f"{how} of shard {sid}: assigned again within 2 s", t is not None and t <= 2, f"{t and round(t, 3)} s")
            await asyncio.sleep(2.5)
    await r.settle()
    r.accounts_check()
    r.strict_check()
    r.info(f"dropped at the stand-in: {r.tw.lost_at_twitch}")
    await r.alive()


@scenario(limit=60)
async def both_reset(r):
    """both shards reset at once, five times: assigned again <= 2 s"""
    await r.setup(channels=4)
    await two(r)
    async with Traffic(r, 40):
        await asyncio.sleep(1)
        for i in range(5):
            olds = [r.tw.shard_conn(s) for s in "01"]
            for o in olds:
                o.reset()
            ts = [await reassigned(r, s, o) for s, o in zip("01", olds)]
            r.ok("both assigned again within 2 s", all(t is not None for t in ts) and sum(ts) <= 2, [round(t, 3) for t in ts if t is not None])
            await asyncio.sleep(2)
    await r.settle()
    r.accounts_check()
    r.strict_check()


@scenario(limit=90)
async def half_open(r):
    """a shard goes silent, socket open: noticed <= 12 s"""
    await r.setup(channels=4)
    a, b = await two(r)
    c = await r.client("alice")
    h0 = await health(r, c)
    old = r.tw.shard_conn("0")
    async with Traffic(r, 20):
        await asyncio.sleep(1)
        last = time.monotonic()
        old.blackhole = True
        t = await reassigned(r, "0", old, 30)
        t = t and time.monotonic() - last
        r.ok("half-open noticed and assigned again within 12 s", t is not None and t <= 12.5, f"{t and round(t, 2)} s")
        await asyncio.sleep(2)
    await r.settle()
    r.accounts_check()
    r.strict_check()
    r.info(f"health before {h0}; statuses pushed: {[s.get('health') for _, s in a.statuses]}")


@scenario(limit=120)
async def half_open_idle(r):
    """a silent shard with no traffic at all: noticed <= 12 s after its last frame"""
    await r.setup(channels=2)
    await two(r)
    old = r.tw.shard_conn("1")
    await asyncio.sleep(3)
    last = old.last_out
    old.blackhole = True
    t = await reassigned(r, "1", old, 30)
    t = t and time.monotonic() - last
    r.ok("noticed within 12 s of its last frame", t is not None and t <= 12.5, f"{t and round(t, 2)} s")
    for ch in r.channels:
        r.tw.say(ch)
    await r.settle()
    r.accounts_check()


@scenario(limit=90)
async def no_welcome(r):
    """after a reset the next connection is accepted and never welcomed"""
    await r.setup(channels=4)
    await two(r)
    async with Traffic(r, 20):
        await asyncio.sleep(0.5)
        old = r.tw.shard_conn("0")
        r.tw.welcome_delay = [None]
        old.reset()
        t = await reassigned(r, "0", old, 40)
        r.ok("a connection without a welcome is given up (<= 15 s)", t is not None and t <= 15, f"{t and round(t, 2)} s")
        await asyncio.sleep(2)
    await r.settle()
    r.accounts_check()
    r.strict_check()


@scenario(limit=90)
async def late_welcome(r):
    """the welcome comes after 11 s"""
    await r.setup(channels=4)
    await two(r)
    async with Traffic(r, 20):
        await asyncio.sleep(0.5)
        old = r.tw.shard_conn("0")
        r.tw.welcome_delay = [11]
        old.reset()
        t = await reassigned(r, "0", old, 40)
        r.ok("assigned again (<= 15 s)", t is not None and t <= 15, f"{t and round(t, 2)} s")
        await asyncio.sleep(14)
        r.ok("both shards live afterwards", r.tw.ready(), "")
    await r.settle()
    r.accounts_check()
    r.strict_check()
    r.info(f"4003 closings: {[e for _, e in r.tw.events if '4003' in e]}")


async def moves(r, same, n=6, rate=60):
    async with Traffic(r, rate):
        await asyncio.sleep(1)
        for i in range(n):
            sid = str(i % 2)
            old = r.tw.shard_conn(sid)
            r.tw.ask_to_move(old, same_id=same)
            t0 = time.monotonic()
            t = await reassigned(r, sid, old, 20)
            r.ok(f"shard {sid} moved", t is not None and t <= 5, f"{t and round(t, 3)} s")
            t = await r.until(lambda: not old.open, 31)
            r.ok("the old socket was closed by us after the new welcome", t is not None and str(old.closed_by).startswith("client"), f"{old.closed_by} after {time.monotonic() - t0:.2f} s")
            await asyncio.sleep(0.7)
    await r.settle()
    r.accounts_check()
    r.strict_check()


@scenario(limit=120)
async def move_same(r):
    """planned reconnect, same session id, under load: nothing lost, order kept, no 4004/4007"""
    await r.setup(channels=4)
    await two(r)
    n = sum(r.tw.http_hits[("PATCH", "/helix/eventsub/conduits/shards")] for _ in [0])
    await moves(r, True)
    bad = [e for _, e in r.tw.events if "4004" in e or "4007" in e or "disabled" in e or "websocket_" in e]
    r.ok("no shard was disabled meanwhile", not bad, bad[:4])
    r.info(f"PATCHes for six moves: {r.tw.http_hits[('PATCH', '/helix/eventsub/conduits/shards')] - n}")
    r.ok("nothing dropped at Twitch", r.tw.lost_at_twitch == 0, r.tw.lost_at_twitch)


@scenario(limit=120)
async def move_new(r):
    """planned reconnect with a new session id, under load"""
    await r.setup(channels=4)
    await two(r)
    await moves(r, False)
    r.ok("nothing dropped at Twitch", r.tw.lost_at_twitch == 0, r.tw.lost_at_twitch)


@scenario(limit=60)
async def move_all(r):
    """all four shards asked to move at once, under load, three times"""
    await r.setup(channels=6, CHAT_RELAY_SHARDS="4")
    await two(r)
    async with Traffic(r, 60):
        await asyncio.sleep(1)
        for k in range(3):
            olds = [r.tw.shard_conn(str(i)) for i in range(4)]
            t0 = time.monotonic()
            for o in olds:
                r.tw.ask_to_move(o, same_id=k != 1)
            for i, o in enumerate(olds):
                t = await reassigned(r, str(i), o, 20)
                r.ok(f"shard {i} moved", t is not None, f"{time.monotonic() - t0:.2f} s")
            await r.until(lambda: not any(o.open for o in olds), 10)
            r.ok("the old ones were closed by us", all(str(o.closed_by).startswith("client") for o in olds), [o.closed_by for o in olds])
            await asyncio.sleep(1)
    await r.settle()
    r.accounts_check()
    r.ok("nothing dropped at Twitch", r.tw.lost_at_twitch == 0, r.tw.lost_at_twitch)
    r.strict_check()


@scenario(limit=200)
async def move_dead_url(r):
    """the reconnect URL is dead: refused, silent, 404, not a URL, 4007; the old socket keeps delivering"""
    await r.setup(channels=4)
    await two(r)
    async def mute(a, b):
        try:
            await a.read(100000); await asyncio.sleep(100)
        except asyncio.CancelledError:
            pass
    silent = await asyncio.start_server(mute, "127.0.0.1", 0)
    sp = silent.sockets[0].getsockname()[1]
    async def nf(rd, w):
        await rd.read(1000)
        w.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        w.close()
    n404 = await asyncio.start_server(nf, "127.0.0.1", 0)
    np = n404.sockets[0].getsockname()[1]
    urls = {"refused": f"ws://127.0.0.1:{free_port()}/ws?challenge=x&id=y", "silent": f"ws://127.0.0.1:{sp}/ws?challenge=x&id=y",
            "404": f"ws://127.0.0.1:{np}/ws?challenge=x&id=y", "nonsense": "::::not a url", "4007": f"ws://127.0.0.1:{r.tw.ws_port}/ws?challenge=unknown&id=nope", "null": None}
    async with Traffic(r, 30):
        await asyncio.sleep(1)
        for i, (k, u) in enumerate(urls.items()):
            sid = str(i % 2)
            old = r.tw.shard_conn(sid)
            if u is None:
                old.text({"metadata": {"message_id": str(uuid.uuid4()), "message_type": "session_reconnect", "message_timestamp": r.tw.now()},
                          "payload": {"session": {"id": old.session.id, "status": "reconnecting", "connected_at": old.session.connected_at, "keepalive_timeout_seconds": None, "reconnect_url": None, "recovery_url": None}}})
                await asyncio.sleep(5)
                old.close(4004)
                t = await reassigned(r, sid, old, 32)
                t = t + 5 if t is not None else None
            else:
                r.tw.ask_to_move(old, url=u)
                t = await reassigned(r, sid, old, 36)
            r.ok(f"{k}: assigned to a new socket within the 30 s", t is not None and t <= 30, f"{t and round(t, 2)} s, old {old.closed_by}")
            await asyncio.sleep(1)
    await r.settle()
    r.accounts_check()
    r.ok("nothing dropped at Twitch", r.tw.lost_at_twitch == 0, r.tw.lost_at_twitch)
    r.strict_check()
    silent.close(); n404.close()


@scenario(limit=60)
async def move_old_dies(r):
    """the old socket dies right after session_reconnect, before the new one is welcomed"""
    await r.setup(channels=4)
    await two(r)
    async with Traffic(r, 30):
        await asyncio.sleep(1)
        for i in range(4):
            sid = str(i % 2)
            old = r.tw.shard_conn(sid)
            r.tw.welcome_delay = [0.5]
            r.tw.ask_to_move(old)
            await asyncio.sleep(0.1 * i)
            old.reset() if i % 2 else old.close(4000)
            t = await reassigned(r, sid, old, 20)
            r.ok("assigned again <= 3 s", t is not None and t <= 3, f"{t and round(t, 2)} s")
            r.tw.welcome_delay = []
            await asyncio.sleep(2)
    await r.settle()
    r.accounts_check()
    r.strict_check()


@scenario(limit=150)
async def close_codes(r):
    """every close code 4000-4007, 1000, 1001, 1006, 1011, 1012, 1013, 3000, 4999, none: assigned again"""
    await r.setup(channels=4)
    await two(r)
    slow = []
    async with Traffic(r, 30):
        await asyncio.sleep(1)
        for i, code in enumerate([4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 1000, 1001, 1011, 1012, 1013, 3000, 4999, 0]):
            sid = str(i % 2)
            old = r.tw.shard_conn(sid)
            old.close(code)
            t = await reassigned(r, sid, old, 40)
            if t is None or t > 2:
                slow.append((code, t))
            r.ok(f"close {code}: assigned again <= 2 s", t is not None and t <= 2, f"{t and round(t, 3)} s")
            await asyncio.sleep(1.2)
    await r.settle()
    r.accounts_check()
    r.strict_check()
    r.info(f"dropped at Twitch {r.tw.lost_at_twitch}")


@scenario(limit=90)
async def refused_for_a_while(r):
    """EventSub refuses connections for 12 s after both shards were lost; told, and back quickly"""
    await r.setup(channels=4)
    a, b = await two(r)
    c = await r.client("alice")
    h0 = await health(r, c)
    async with Traffic(r, 20):
        await asyncio.sleep(1)
        no = lambda conn, path, h: (conn.writer.transport.abort(), True)[1]
        r.tw.on_connect = [no] * 10000
        for s in "01":
            r.tw.shard_conn(s).reset()
        mark = len(a.statuses)
        await asyncio.sleep(4)
        h1 = await health(r, c)
        r.ok("told in status while both shards are gone (health)", h1 not in (None, "absent") and h1 != h0, f"{h0} -> {h1}")
        st = await r.gw.status_of("/readyz")
        r.ok("readyz fails meanwhile", st == 503, st)
        st = await r.gw.status_of("/healthz")
        r.ok("healthz does not", st == 200, st)
        await asyncio.sleep(8)
        n = sum(1 for _, e in r.tw.events if e.startswith("connect"))
        r.tw.on_connect = []
        t = await r.until(r.tw.ready, 40)
        r.ok("both assigned again after it ended (<= 30 s back-off)", t is not None and t <= 31, f"{t and round(t, 2)} s, {n} attempts in 12 s")
        await asyncio.sleep(1)
    h2 = await health(r, c)
    r.ok("health is well again", h2 == h0, h2)
    lines = logged(r, "shard", "eventsub", "connect")
    r.info(f"log lines about it: {len(lines)}: {lines[:4]}")
    await r.settle()
    r.accounts_check(allow_gap=True)
    r.strict_check()


@scenario(limit=60)
async def disabled_told(r):
    """a shard is disabled while its socket looks alive; conduit.shard.disabled comes by the other shard"""
    await r.setup(channels=4)
    await two(r)
    async with Traffic(r, 30):
        await asyncio.sleep(1)
        for sid in "01":
            c = r.tw.conduit()
            sh = c.shards[sid]
            ok = any(s.type == "conduit.shard.disabled" and s.status == "enabled" for s in r.tw.subs.values())
            r.ok("it subscribed to conduit.shard.disabled", ok, "")
            r.tw.set_status(c, sh, "websocket_network_error")
            t = await r.until(lambda: r.tw.alive(sh), 40)
            r.ok("enabled again within 5 s", t is not None and t <= 5, f"{t and round(t, 2)} s")
            await asyncio.sleep(1)
    await r.settle()
    r.accounts_check()
    r.strict_check()


@scenario(limit=200, slow=True)
async def disabled_untold(r):
    """the same, but nobody tells: found by looking at the shard list"""
    await r.setup(channels=4)
    await two(r)
    async with Traffic(r, 10):
        await asyncio.sleep(1)
        sh = r.tw.conduit().shards["0"]
        r.tw.set_status(r.tw.conduit(), sh, "websocket_network_error", tell=False)
        t = await r.until(lambda: r.tw.alive(sh), 150)
        r.ok("enabled again within the 120 s look", t is not None and t <= 130, f"{t and round(t, 1)} s")
    await r.settle()
    r.accounts_check()


@scenario(limit=60)
async def partial_patch(r):
    """a PATCH that succeeds for some shards only: at the start and after a reset"""
    await r.setup(channels=4, start=False)
    r.tw.patch_fail = {"1": 2}
    t0 = time.monotonic()
    await r.gw.start(ready=False)
    t = await r.until(r.tw.ready, 20)
    r.ok("both shards ready though shard 1 was refused twice", t is not None and t <= 10, f"{t and round(t, 2)} s")
    await r.subscribed()
    await r.gw.wait_ready(10)
    await two(r)
    async with Traffic(r, 30):
        await asyncio.sleep(0.5)
        for s in "01":
            old = r.tw.shard_conn(s)
            r.tw.patch_fail = {s: 1}
            old.reset()
            t = await reassigned(r, s, old, 20)
            r.ok(f"shard {s} after one refusal: assigned again", t is not None and t <= 5, f"{t and round(t, 2)} s")
            await asyncio.sleep(1)
    await r.settle()
    r.accounts_check()
    r.strict_check()


@scenario(limit=60)
async def malformed_400(r):
    """PATCH shards answers 400 'Missing required parameter ""'"""
    await r.setup(channels=4)
    await two(r)
    body = open(os.path.join(SAMPLES, "helix_conduit_shards_patch_400_malformed.json"), "rb").read()
    async with Traffic(r, 30):
        await asyncio.sleep(0.5)
        f = r.tw.fault("PATCH", "/eventsub/conduits/shards$", times=2, status=400, body=body)
        olds = {s: r.tw.shard_conn(s) for s in "01"}
        for o in olds.values():
            o.reset()
        for s, o in olds.items():
            t = await reassigned(r, s, o, 30)
            r.ok(f"shard {s} assigned after two 400s (<= 10 s)", t is not None and t <= 10, f"{t and round(t, 2)} s, faults hit {f.hits}")
        await asyncio.sleep(1)
    await r.settle()
    r.accounts_check()
    r.strict_check()


async def deleted(r, **kw):
    await r.setup(channels=6)
    a, b = await two(r)
    old = r.tw.conduit().id
    async with Traffic(r, 20):
        await asyncio.sleep(2)
        t0 = time.monotonic()
        r.tw.delete_conduit(old, **kw)
        t = await r.until(lambda: r.tw.conduit() and r.tw.conduit().id != old and r.tw.ready() and not r.missing_subs(), 100 if kw == {} else 60)
        r.ok("rebuilt with all subscriptions within 10 s", t is not None and t <= 10, f"{t and round(t, 2)} s")
        await asyncio.sleep(1)
    r.info(f"conduits made: {[e for _, e in r.tw.events if 'conduit created' in e]}")
    r.ok("one new conduit", len(r.tw.conduits) == 1, len(r.tw.conduits))
    await r.settle()
    r.accounts_check(allow_gap=True)
    r.strict_check()


@scenario(limit=150)
async def deleted_closed(r):
    """conduit deleted under us, sockets closed 4000"""
    await deleted(r, close=4000)


@scenario(limit=150)
async def deleted_revoked(r):
    """conduit deleted under us, revocations conduit_deleted sent, sockets live on"""
    await deleted(r, revoke=True)


@scenario(limit=200)
async def deleted_silent(r):
    """conduit deleted under us, nothing told, sockets live on with keepalives"""
    await deleted(r)


@scenario(limit=90)
async def conduit_limit(r):
    """five conduits of others exist: told, keeps trying, recovers when one goes"""
    await r.setup(channels=2, start=False)
    from standin import CLIENT_ID
    for i in range(5):
        c = Conduit(CLIENT_ID, 1)
        r.tw.conduits[c.id] = c
    try:
        await r.gw.start(ready=False)
    except RuntimeError as e:
        r.ok("it serves though no conduit can be made", False, e)
        return
    await asyncio.sleep(3)
    await r.alive()
    r.ok("healthz 200, readyz 503", (await r.gw.status_of("/healthz"), await r.gw.status_of("/readyz")) == (200, 503), "")
    r.ok("no foreign conduit was touched", len(r.tw.conduits) == 5 and all(not c.shards for c in r.tw.conduits.values()), "")
    lines = [l for l in r.gw.stderr().splitlines() if "conduit" in l.lower()]
    r.ok("told in the log, not in a storm", 1 <= len(lines) <= 5, f"{len(lines)}: {lines[:2]}")
    c = await r.client("alice")
    r.info(f"health: {await health(r, c)}")
    del r.tw.conduits[next(iter(r.tw.conduits))]
    t = await r.until(lambda: any(r.tw.ready(c) for c in r.tw.conduits.values()), 60)
    r.ok("recovers by itself (<= 35 s)", t is not None and t <= 35, f"{t and round(t, 2)} s")


@scenario(limit=60)
async def several_conduits(r):
    """several conduits exist: ours by its stored id is adopted, others are left alone, also after a restart"""
    await r.setup(channels=2)
    own = r.tw.conduit().id
    from standin import CLIENT_ID
    await r.gw.stop()
    old = dict(r.tw.conduits)
    r.tw.conduits.clear()
    for i in range(3):
        c = Conduit(CLIENT_ID, 2)
        r.tw.conduits[c.id] = c
    r.tw.conduits.update(old)
    n = r.tw.http_hits[("POST", "/helix/eventsub/subscriptions")]
    await r.gw.start()
    r.ok("adopts its own", r.tw.ready(r.tw.conduits[own]), "")
    r.ok("leaves the others alone", all(not c.shards for i, c in r.tw.conduits.items() if i != own) and len(r.tw.conduits) == 4, "")
    await asyncio.sleep(1)
    r.ok("a restart changes no subscription", r.tw.http_hits[("POST", "/helix/eventsub/subscriptions")] == n and r.tw.http_hits[("DELETE", "/helix/eventsub/subscriptions")] == 0,
         (r.tw.http_hits[("POST", "/helix/eventsub/subscriptions")] - n))


@scenario(limit=120)
async def shrink(r):
    """four shards to two over a restart, with Twitch's bug (surplus stay); and a foreign resize while running"""
    await r.setup(channels=6, CHAT_RELAY_SHARDS="4")
    r.tw.shrink_bug = True
    r.ok("four shards", r.tw.conduit().count == 4 and r.tw.ready(), "")
    await r.gw.stop()
    r.gw.env_extra["CHAT_RELAY_SHARDS"] = "2"
    await r.gw.start()
    r.ok("shrunk to two", r.tw.conduit().count == 2, r.tw.conduit().count)
    r.ok("ready though surplus shards stay listed", r.tw.ready() and len(r.tw.conduit().shards) == 4, "")
    await two(r)
    async with Traffic(r, 40):
        await asyncio.sleep(2)
    await r.settle()
    r.accounts_check("nothing lost after shrinking")
    # somebody resizes it while running
    async with Traffic(r, 20):
        await r.gw.cli("conduit", "resize", r.tw.conduit().id, "--shards", "5")
        t = await r.until(lambda: r.tw.conduit().count == 2 or (r.tw.ready()), 60)
        r.ok("a foreign resize to 5 is made good (<= 35 s)", t is not None and t <= 35, f"{t and round(t, 1)} s, count {r.tw.conduit().count}")
        await asyncio.sleep(1)
    await r.settle()
    r.accounts_check("afterwards")
    await r.alive()


@scenario(limit=60)
async def gone_72h(r):
    """all shards gone for 72 h: the conduit and its subscriptions are gone at the next start"""
    await r.setup(channels=5)
    a, b = await two(r)
    r.tw.say(r.channels[0]); await r.settle()
    await r.gw.stop()
    old = r.tw.conduit().id
    r.tw.delete_conduit(old)
    r.tw.subs.clear()
    t0 = time.monotonic()
    await r.gw.start()
    t = await r.until(lambda: r.tw.conduit() and r.tw.ready() and not r.missing_subs(), 30)
    r.ok("rebuilt with all subscriptions within 10 s", t is not None and time.monotonic() - t0 <= 10, f"{time.monotonic() - t0:.2f} s")
    async with Traffic(r, 30):
        await asyncio.sleep(1)
    await r.settle()
    r.accounts_check(allow_gap=True)


@scenario(limit=120)
async def deleted_while_down(r):
    """the running gateway loses all sockets, cannot come back, and meanwhile the conduit goes (72 h)"""
    await r.setup(channels=3)
    await two(r)
    r.tw.on_connect = [lambda conn, path, h: (conn.writer.transport.abort(), True)[1]] * 10000
    for s in "01":
        r.tw.shard_conn(s).reset()
    await asyncio.sleep(3)
    r.tw.delete_conduit(r.tw.conduit().id)
    r.tw.subs.clear()
    await asyncio.sleep(2)
    r.tw.on_connect = []
    t = await r.until(lambda: r.tw.conduit() and r.tw.ready() and not r.missing_subs(), 60)
    r.ok("rebuilt with all subscriptions", t is not None and t <= 30, f"{t and round(t, 2)} s")
    async with Traffic(r, 30):
        await asyncio.sleep(1)
    await r.settle()
    r.accounts_check(allow_gap=True)


@scenario(limit=90)
async def conflicts(r):
    """409 on every create (the list hides them), and threefold subscriptions: each message once"""
    await r.setup(channels=3)
    await r.gw.stop()
    # the list pretends to be empty twice: everything is created again and answers 409
    empty = json.dumps({"total": 0, "data": [], "total_cost": 0, "max_total_cost": 10000, "pagination": {}}).encode()
    f = r.tw.fault("GET", "/eventsub/subscriptions$", times=1, status=200, body=empty)
    await r.gw.start()
    await asyncio.sleep(2)
    n409 = sum(1 for l in r.tw.log if l[3] == 409)
    r.info(f"409s: {n409}, hits {f.hits}")
    r.ok("409s are adopted, not hammered", n409 <= 40, n409)
    await two(r)
    async with Traffic(r, 40):
        await asyncio.sleep(1)
    await r.settle()
    r.accounts_check("after 409s")
    # threefold in the same conduit: the same event under three notification ids
    for s in list(r.tw.subs.values()):
        if s.type.startswith("channel.chat"):
            for _ in range(2):
                x = Sub(s.type, s.version, s.condition, s.conduit_id, 0, r.tw.now())
                r.tw.subs[x.id] = x
    async with Traffic(r, 40):
        for ch in r.channels:
            r.tw.notice(ch, "an announcement")
        await asyncio.sleep(1)
    await r.settle()
    r.accounts_check("with threefold subscriptions")
    await r.gw.stop()
    await r.gw.start()
    t = await r.until(lambda: len([s for s in r.tw.subs.values() if s.type == "channel.chat.message"]) == 3, 20)
    r.ok("surplus subscriptions are removed", t is not None, len([s for s in r.tw.subs.values() if s.type == "channel.chat.message"]))
    r.ok("none is missing", not r.missing_subs(), "")


@scenario(limit=60)
async def cap_429(r):
    """429 'maximum subscriptions with type and condition exceeded' by orphans elsewhere"""
    await r.setup(channels=2, start=False)
    from standin import CLIENT_ID
    for b in r.channels:
        for _ in range(3):
            x = Sub("channel.chat.message", "1", {"broadcaster_user_id": b, "user_id": b}, "11111111-1111-4111-8111-111111111111", 0, r.tw.now())
            r.tw.subs[x.id] = x
    await r.gw.start(ready=False)
    await asyncio.sleep(6)
    n = r.tw.http_hits[("POST", "/helix/eventsub/subscriptions")]
    r.info(f"POSTs in 6 s: {n}; 429: {sum(1 for l in r.tw.log if l[3] == 429)}")
    t = await r.until(lambda: not r.missing_subs(), 20)
    if t is None:
        r.ok("does not hammer", n < 60, n)
        r.info("orphans are not removed (alarm, back off for minutes)")
    else:
        r.ok("orphans of a dead conduit were removed and it subscribed", True, f"{t:.1f} s")
    await r.alive()


@scenario(limit=60)
async def app_token_expires(r):
    """the app token expires in the middle of a burst: one new one"""
    await r.setup(channels=6, start=False)
    n0 = r.tw.app_calls
    r.tw.sub_latency = 0.05
    await r.gw.start(ready=False)
    await r.until(lambda: len(r.tw.subs) >= 6, 10, 0.005)
    n1 = r.tw.app_calls
    for t in r.tw.tokens.values():
        if t.kind == "app":
            t.expires_at = 0
    t = await r.until(lambda: not r.missing_subs() and r.tw.ready(), 30)
    r.ok("everything subscribed in spite of it", t is not None, f"{t and round(t, 2)} s")
    r.ok("one refresh", r.tw.app_calls - n1 == 1, f"{n1} before, {r.tw.app_calls - n1} more; 401s {sum(1 for l in r.tw.log if l[3] == 401)}")
    # and during a burst of everything
    await two(r)
    n2 = r.tw.app_calls
    for t in r.tw.tokens.values():
        if t.kind == "app":
            t.expires_at = 0
    async with Traffic(r, 30):
        olds = {s: r.tw.shard_conn(s) for s in "01"}
        for o in olds.values():
            o.reset()
        for s, o in olds.items():
            t = await reassigned(r, s, o, 20)
            r.ok(f"shard {s} assigned with a new token", t is not None and t <= 3, f"{t and round(t, 2)} s")
        await asyncio.sleep(1)
    r.ok("one refresh again", r.tw.app_calls - n2 == 1, r.tw.app_calls - n2)
    await r.settle()
    r.accounts_check()


@scenario(limit=90)
async def user_token_expires(r):
    """a user token expires during a burst of sends: one refresh, all sent, stored before use"""
    await r.setup(channels=1)
    a = await r.client("alice")
    X, b = r.accounts[0]["id"], r.channels[0]
    for t in r.tw.tokens.values():
        if t.kind == "user":
            t.expires_at = 0
    n0 = r.tw.refresh_calls[b]
    for i in range(8):
        a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": f"burst {i}", "id": f"b{i}"})
    for i in range(8):
        o = await a.wait(lambda o: o["type"] in ("textresult", "error") and (o.get("id") == f"b{i}" or o.get("request", {}).get("id") == f"b{i}"), 10)
        r.ok(f"line {i} sent", o and o.get("is_sent"), o)
    r.ok("one refresh", r.tw.refresh_calls[b] - n0 <= 1, r.tw.refresh_calls[b] - n0)
    r.info("(0 refreshes: it sends with the app token)" if r.tw.refresh_calls[b] == n0 else "")
    await r.gw.kill()
    await r.gw.start()
    a = await r.client("alice")
    o = await a.ask({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "after a kill", "id": "k"}, lambda o: o["type"] in ("textresult", "error"), 10)
    r.ok("after kill -9 the stored pair still works", o and o.get("is_sent"), o)


@scenario(limit=120)
async def user_revoked(r):
    """the user revoked the app: refresh refused; told once, sends refused, others unharmed, relinking heals"""
    await r.setup(channels=2)
    a, b = await two(r)
    c = await r.client("alice")
    x, y = r.channels
    X, Y = (str(z["id"]) for z in r.accounts)
    for t in list(r.tw.tokens.values()):
        if t.kind == "user" and t.user_id == x:
            del r.tw.tokens[t.access]
    r.tw.refresh_refused.add(x)
    r.tw.grants[x].clear()
    n = len(c.frames)
    t0 = time.monotonic()
    for s in list(r.tw.subs.values()):
        if s.condition.get("user_id") == x:
            r.tw.revoke(s, "authorization_revoked")
    s = await c.wait(lambda o: o["type"] == "status" and not o["accounts"].get(X, {}).get("writable", True), 15, n)
    r.ok("status tells that the account cannot be written to", s is not None, f"{time.monotonic() - t0:.2f} s")
    o = await c.ask({"type": "text", "account_id": int(X), "cur_stream_account_id": int(X), "text": "x", "id": "u1"}, lambda o: o["type"] in ("error", "textresult"))
    r.ok("a send is refused with an error", o and o["type"] == "error", o)
    await asyncio.sleep(3)
    st = [f for _, f in c.frames[n:] if f["type"] == "status"]
    r.ok("told once", len(st) <= 2, len(st))
    r.ok("one refused refresh", r.tw.refresh_calls[x] <= 2, r.tw.refresh_calls[x])
    async with Traffic(r, 20, [y]):
        await asyncio.sleep(1)
    await r.settle()
    r.accounts_check("the other channel is unharmed")
    r.tw.refresh_refused.discard(x)
    tk = r.tw.make_token(x)
    n = len(c.frames)
    j = await r.gw.cli("account", "add", "--user", "alice", "--access-token", tk.access, "--refresh-token", tk.refresh)
    r.ok("relinking keeps the account's id", j["id"] == int(X), j)
    t = await r.until(lambda: not r.missing_subs(), 75)
    r.ok("subscriptions come back after relinking (<= 10 s)", t is not None and t <= 10, f"{t and round(t, 2)} s")
    s = await c.ask({"type": "status"}, lambda o: o["type"] == "status")
    r.ok("writable again", s and s["accounts"].get(X, {}).get("writable"), s and s["accounts"].get(X))


@scenario(limit=240, slow=True)
async def banned(r):
    """banned from a channel: revocation chat_user_banned, 403 on trying again; no hammering; back after the ban"""
    await r.setup(channels=2)
    a, b = await two(r)
    c = await r.client("alice")
    x, y = r.channels
    r.tw.banned.add((x, x))
    n0 = len(r.tw.log)
    for s in list(r.tw.subs.values()):
        if s.condition.get("user_id") == x:
            r.tw.revoke(s, "chat_user_banned")
    async with Traffic(r, 10, [y]):
        await asyncio.sleep(45)
    n403 = sum(1 for l in r.tw.log[n0:] if l[3] == 403)
    r.ok("does not hammer: few 403s in 45 s", n403 <= 12, n403)
    await r.settle()
    r.accounts_check("the other channel is unharmed")
    r.info(f"health {await health(r, c)}")
    r.tw.banned.clear()
    t = await r.until(lambda: not r.missing_subs(), 130)
    r.ok("subscribed again after the ban ended (1 min steps)", t is not None, f"{t and round(t, 1)} s")


@scenario(limit=60)
async def duplicates(r):
    """the same notification twice; same id on two shards; one message under two notification ids; both at once"""
    await r.setup(channels=4)
    await two(r)
    for i in range(60):
        for ch in r.channels:
            r.tw.say(ch, dup=[None, "same", "ids", "shards", "shards_ids"][i % 5])
        await asyncio.sleep(0.01)
    await r.settle()
    r.accounts_check()
    # a late replay of old notifications
    for ch in r.channels:
        for m in r.tw.journal[ch][:20]:
            for s in r.tw.find_subs("channel.chat.message", ch):
                r.tw.deliver(s, r.tw.chat_event(ch, m.chatter, m.text, m.id), ch)
    await asyncio.sleep(1)
    r.accounts_check("a late replay under new ids is recognised")
    await r.gw.stop()
    await r.gw.start()
    await asyncio.sleep(1)
    for ch in r.channels:
        for m in r.tw.journal[ch][-20:]:
            for s in r.tw.find_subs("channel.chat.message", ch):
                r.tw.deliver(s, r.tw.chat_event(ch, m.chatter, m.text, m.id), ch)
        r.tw.say(ch, "after the restart")
    await r.settle()
    r.accounts_check("across a restart as well", allow_gap=True)
    r.strict_check()


@scenario(limit=120)
async def clock(r):
    """Twitch's clock an hour ahead, an hour behind: relayed, nothing stalls, rate limits read sensibly"""
    await r.setup(channels=3)
    await two(r)
    for off in (3600, -3600):
        r.tw.time_offset = off
        async with Traffic(r, 40, dups=0.2):
            await asyncio.sleep(2)
            old = r.tw.shard_conn("0")
            old.reset()
            t = await reassigned(r, "0", old, 10)
            r.ok(f"offset {off}: assigned again <= 2 s", t is not None and t <= 2, f"{t and round(t, 2)} s")
            await asyncio.sleep(1)
    await r.settle()
    r.accounts_check()
    # an empty bucket whose Reset is an hour away by our clock: waiting must be bounded
    r.tw.time_offset = 3600
    a = await r.client("alice")
    body = json.dumps({"error": "Too Many Requests", "status": 429, "message": "Request limit exceeded"}).encode()
    f = r.tw.fault("PATCH", "/eventsub/conduits/shards$", times=1, status=429, body=body, headers={})
    old = r.tw.shard_conn("1")
    real = r.tw.rate_headers
    def empty(resp, b):
        real(resp, b)
        if resp.status == 429:
            resp.headers["Ratelimit-Remaining"] = "0"
            resp.headers["Ratelimit-Reset"] = str(int(time.time() + 3600 + 5))
    r.tw.rate_headers = empty
    old.reset()
    t = await reassigned(r, "1", old, 75)
    r.ok("a Reset an hour ahead by our clock does not stop it for an hour (<= 65 s)", t is not None and t <= 65, f"{t and round(t, 1)} s")
    r.strict_check()


@scenario(limit=90)
async def faketime(r):
    """our own clock wrong by an hour (libfaketime)"""
    lib = next((p for p in ("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1") if os.path.exists(p)), None)
    if not lib:
        r.info("libfaketime is not installed: skipped")
        return
    await r.setup(channels=3, start=False)
    for off in ("+1h", "-1h"):
        await r.gw.start(wrap=("env", f"LD_PRELOAD={lib}", f"FAKETIME={off}", "DONT_FAKE_MONOTONIC=1", "nice", "-n", "0"))
        await r.subscribed()
        for w in r.watchers:
            await w.finish()
        r.watchers.clear()
        await two(r)
        async with Traffic(r, 40, dups=0.2):
            await asyncio.sleep(1)
            old = r.tw.shard_conn("0")
            old.reset()
            t = await reassigned(r, "0", old, 10)
            r.ok(f"clock {off}: assigned again <= 2 s", t is not None and t <= 2, f"{t and round(t, 2)} s")
            await asyncio.sleep(3)
        await r.settle()
        r.accounts_check(f"clock {off}")
        c = await r.client("alice")
        o = await c.ask({"type": "text", "account_id": r.accounts[0]["id"], "cur_stream_account_id": r.accounts[0]["id"], "text": f"clock {off}", "id": "1"}, lambda o: o["type"] in ("textresult", "error"), 10)
        r.ok(f"clock {off}: sends", o and o.get("is_sent"), o)
        await r.gw.stop()


@scenario(limit=60)
async def oddities(r):
    """unknown message types, notice types, enum values, null arrays, missing keys; 1 MB frame; broken UTF-8 and JSON; the socket stays"""
    await r.setup(channels=2)
    await two(r)
    x, y = r.channels
    tw = r.tw
    conns = {s: tw.shard_conn(s) for s in "01"}
    def env(ty, payload, **md):
        return {"metadata": {"message_id": b64id(32), "message_type": ty, "message_timestamp": tw.now(), **md}, "payload": payload}
    n = 0
    def some():
        for ch in r.channels:
            tw.say(ch)
    for c in conns.values():
        some()
        c.text(env("session_party", {"cake": True}))
        c.text(env("notification", {"subscription": {"id": "x", "type": "channel.brand.new", "version": "9", "status": "odd", "condition": {}, "transport": {"method": "conduit"}, "cost": 0, "created_at": "x"}, "event": {}}, subscription_type="channel.brand.new", subscription_version="9"))
        c.text({"metadata": None, "payload": None})
        c.text({})
        c.text(env("notification", None))
        c.text(env("notification", {"subscription": None, "event": None}))
        c.text(env("revocation", {"subscription": {"id": "nope", "status": "brand_new_reason", "type": "channel.chat.message", "version": "1", "condition": {}, "transport": {}, "created_at": "", "cost": 0}}))
        c.text([1, 2, 3])
        c.raw(wf.frame(wf.TEXT, b"null"))
        c.raw(wf.frame(wf.TEXT, b"{"))
        c.raw(wf.frame(wf.TEXT, b""))
        c.raw(wf.frame(wf.TEXT, b'{"metadata":{"message_id":"\xff\xfe","message_type":"notification"}}'))
        c.raw(wf.frame(wf.TEXT, b"\xc3\x28 broken"))
        c.raw(wf.frame(wf.TEXT, b"[" * 20000))
        c.raw(wf.frame(wf.BINARY, b"\x00\x01\x02"))
        some()
        c.raw(wf.frame(wf.TEXT, json.dumps(env("notification", {"x": "y" * 1_000_000})).encode()))
        some()
        c.raw(wf.frame(wf.TEXT, json.dumps(env("session_keepalive", {}), indent=1).encode(), fin=False))
        c.raw(wf.frame(wf.CONT, b" "))
        await asyncio.sleep(0.3)
        some()
    # a real chat message that is one megabyte, and odd ones
    def odd(b, **ev):
        base = tw.chat_event(b, "5551001", "odd")
        base.update(ev)
        return tw.say(b, event=base, text=base["message"]["text"] if isinstance(base.get("message"), dict) else "")
    odd(x, message={"text": "null fragments", "fragments": None})
    odd(x, badges=None, color=None)
    odd(x, message={"text": "new kind", "fragments": [{"type": "hologram", "text": "new kind", "cheermote": None, "emote": None, "mention": None, "hologram": {"id": 1}}]})
    odd(x, message_type="brand_new_type")
    odd(y, source_badges=[], is_source_only=False, reply=None, cheer=None)
    ev = tw.chat_event(y, "5551001", "older capture")
    for k in ("source_broadcaster_user_id", "source_broadcaster_user_login", "source_broadcaster_user_name", "source_message_id", "is_source_only", "source_badges", "channel_points_animation_id", "channel_points_custom_reward_id", "reply", "cheer", "color", "badges", "message_type"):
        ev.pop(k)
    tw.say(y, event=ev, text="older capture")
    odd(y, badges=[{"set_id": "x", "id": "1", "info": None}])
    odd(y, cheer={"bits": 100}, message={"text": "Cheer100", "fragments": [{"type": "cheermote", "text": "Cheer100", "cheermote": {"prefix": "Cheer", "bits": 100, "tier": 100}, "emote": None, "mention": None}]})
    odd(y, message={"text": "emote without format", "fragments": [{"type": "emote", "text": "emote without format", "cheermote": None, "emote": {"id": "25", "emote_set_id": "0", "owner_id": "0", "format": None}, "mention": None}]})
    odd(y, message={"text": "nul \x00 and ‮ override", "fragments": [{"type": "text", "text": "nul \x00 and ‮ override"}]})
    tw.notice(x, "a new notice", notice_type="brand_new_notice")
    tw.notice(x, "null message", message=None)
    tw.notice(x, "null fragments", message={"text": "hi", "fragments": None}, badges=None)
    tw.notice(x, "anonymous", chatter_user_id=None, chatter_user_login=None, chatter_user_name=None, chatter_is_anonymous=True)
    big = "B" * 1_000_000
    odd(x, message={"text": big, "fragments": [{"type": "text", "text": big, "cheermote": None, "emote": None, "mention": None}]})
    for i in range(20):
        some()
        await asyncio.sleep(0.01)
    t = await r.settle(timeout=8)
    r.accounts_check("every message that can be read arrives, the 1 MB one included")
    r.info(f"closings of the watchers: {[(len(w.closes), w.closes[:2], w.closes[-1:]) for w in r.watchers]}, connects {[w.connects for w in r.watchers]}, exit {r.gw.proc.returncode}")
    same = all(tw.shard_conn(s) is c for s, c in conns.items())
    r.ok("the sockets stayed open throughout", same, [c.closed_by for c in conns.values()])
    r.strict_check()
    await r.alive()


@scenario(limit=60)
async def dns_tls(r):
    """EventSub's name does not resolve; its certificate is wrong: told, healthz 200, no storm, SIGTERM works"""
    await r.setup(channels=1, start=False)
    # certificate
    crt, key = os.path.join(r.dir, "c.pem"), os.path.join(r.dir, "k.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-days", "2", "-subj", "/CN=wrong.example"], check=True, stderr=subprocess.DEVNULL)
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(crt, key)
    hits = []
    async def h(rd, w):
        hits.append(1)
        data = await rd.read(100)
        hits.append(data)
        w.close()
    srv = await asyncio.start_server(h, "127.0.0.1", 0, ssl=ctx)
    p = srv.sockets[0].getsockname()[1]
    for what, env in (("DNS of EventSub", {"TWITCH_EVENTSUB_URL": "ws://nosuch.invalid/ws"}), ("TLS of EventSub", {"TWITCH_EVENTSUB_URL": f"wss://127.0.0.1:{p}/ws"}),
                      ("DNS of Helix", {"TWITCH_API_URL": "http://nosuch.invalid/helix"}), ("TLS of Helix", {"TWITCH_API_URL": f"https://127.0.0.1:{p}/helix"}),
                      ("DNS of OAuth", {"TWITCH_AUTH_URL": "http://nosuch.invalid/oauth2"})):
        try:
            await r.gw.start(ready=False, **env)
        except RuntimeError as e:
            r.info(f"{what}: serve ended: {str(e)[:200]}")
            r.ok(f"{what}: serves all the same", False, str(e)[:200])
            continue
        await asyncio.sleep(3)
        r.ok(f"{what}: healthz 200, readyz 503", (await r.gw.status_of("/healthz"), await r.gw.status_of("/readyz")) == (200, 503), "")
        lines = r.gw.stderr().splitlines()
        r.ok(f"{what}: told in the log, no storm", 1 <= len(lines) <= 25, f"{len(lines)}: {lines[-1][:160] if lines else ''}")
        c = await r.client("alice")
        r.info(f"health {await health(r, c)}")
        st, took = await r.gw.stop()
        r.ok(f"{what}: SIGTERM ends it", st == 0 and took < 10, f"{st} {took:.1f} s")
    r.ok("no request was sent over the untrusted TLS", not any(isinstance(x, bytes) and x for x in hits), hits[:4])
    srv.close()


@scenario(limit=120)
async def helix_bad(r):
    """Helix slow by 10 s, then 5xx, while shards are reset: made good"""
    await r.setup(channels=3)
    await two(r)
    async with Traffic(r, 20):
        await asyncio.sleep(0.5)
        for what, do, bound in (("500 empty x3", dict(status=500, times=3), 6), ("503 HTML x3", dict(status=503, body=b"<html>busy</html>", times=3), 6), ("dropped connections x3", dict(drop=True, times=3), 6), ("slow by 10 s, once", dict(delay=10, times=1), 22),
                                ("answer lost once", dict(lost=True, times=1), 6), ("200 with garbage once", dict(status=202, body=b"not json", times=1), 6)):
            old = r.tw.shard_conn("0")
            times = do.pop("times")
            f = r.tw.fault("PATCH", "/eventsub/conduits/shards$", times=times, **do)
            old.reset()
            t = await reassigned(r, "0", old, 45)
            r.ok(f"{what}: assigned again <= {bound} s", t is not None and t <= bound, f"{t and round(t, 2)} s")
            f.times = 0
            await asyncio.sleep(2)
            tt = await r.until(r.tw.ready, 30)
            r.ok("both shards ready", tt is not None, "")
    await r.settle()
    r.accounts_check()
    r.strict_check()


@scenario(limit=120)
async def oauth_bad(r):
    """OAuth down at the start: serves, tries again, becomes ready by itself"""
    await r.setup(channels=2, start=False)
    f = r.tw.fault(None, "^/oauth2/", times=6, status=503, body=b"")
    try:
        await r.gw.start(ready=False)
    except RuntimeError as e:
        r.ok("serves though OAuth answers 503", False, str(e)[:300])
        return
    t = await r.until(lambda: r.tw.ready() if r.tw.conduit() else False, 60)
    r.ok("ready by itself (<= 30 s)", t is not None and t <= 30, f"{t and round(t, 1)} s, hits {f.hits}")


@scenario(limit=60)
async def order_race(r):
    """one message on the old socket, the next at once on another: closed by FIN or code, moved same and new id; order kept"""
    await r.setup(channels=6)
    await two(r)
    tw = r.tw
    for k in range(6):
        for sid in "01":
            # close: the first on the dying socket, the next on the other
            for ch in r.channels:
                tw.say(ch)
            old = tw.shard_conn(sid)
            old.close(4000) if k % 2 else old.fin()
            for ch in r.channels:
                tw.say(ch)
            t = await reassigned(r, sid, old, 10)
            for ch in r.channels:
                tw.say(ch)
            await asyncio.sleep(0.3)
    await r.settle()
    r.accounts_check("order over a loss with the retry on the other shard")
    def around(when, conn):
        for _ in range(3):
            for ch in r.channels:
                tw.say(ch)
    tw.around_welcome = around
    for k in range(6):
        for sid in "01":
            old = tw.shard_conn(sid)
            tw.ask_to_move(old, same_id=True)
            t = await reassigned(r, sid, old, 10)
            await asyncio.sleep(0.4)
    await r.settle()
    r.accounts_check("order around the welcome of a planned move")
    r.strict_check()


@scenario(limit=60)
async def stamps(r):
    """Twitch's clock jumps, stands still, runs backwards; stamps out of order or broken: relayed at once, in the order they came"""
    await r.setup(channels=3)
    await two(r)
    tw, rng = r.tw, r.rng
    async with Traffic(r, 60):
        for off in (0, -3600, 3600, -30, 30, 0):
            tw.time_offset = off
            await asyncio.sleep(0.7)
        tw.stamp = lambda: "2026-11-21T12:00:00Z"
        await asyncio.sleep(0.7)
        real = tw.now
        def jitter():
            tw.time_offset = rng.uniform(-5, 5)
            s = real()
            tw.time_offset = 0
            return s
        tw.stamp = jitter
        await asyncio.sleep(1.5)
        it = iter(["", "yesterday", "2026-13-45T99:99:99Z", None, 17, "2026-11-21T12:00:00.1234567891234Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-11-21T12:00:00+02:00"] * 12)
        tw.stamp = lambda: next(it, real())
        await asyncio.sleep(2.5)
        tw.stamp = None
        old = tw.shard_conn("0")
        old.fin()
        await asyncio.sleep(1.5)
    await r.settle()
    r.accounts_check()
    lat = [i[1] - tw.by_id[i[3]].t for w in r.watchers for i in w.items if i[0] == "msg" and i[3] in tw.by_id]
    r.ok("relayed at once (< 0.7 s, a lost shard included)", max(lat) < 0.7, f"{max(lat):.3f} s")
    r.strict_check()


@scenario(limit=60)
async def webhooks(r):
    """one shard is a webhook: challenge, HMAC, retries with the same id, replay window; mixed with a WebSocket shard"""
    p = r.gw.port
    await r.setup(channels=4, start=False, CHAT_RELAY_SHARDS="1", CHAT_RELAY_WEBHOOK_SHARDS="1", CHAT_RELAY_PUBLIC_URL=f"http://127.0.0.1:{p}")
    await r.gw.start(ready=False)
    t = await r.until(lambda: r.tw.conduit() and r.tw.ready(), 15)
    r.ok("both kinds of shards are enabled", t is not None, f"{[(s.id, s.method, s.status) for s in r.tw.conduit().shards.values()] if r.tw.conduit() else None}")
    await r.subscribed()
    await two(r)
    async with Traffic(r, 40):
        await asyncio.sleep(3)
    await r.settle()
    r.accounts_check()
    sh = next(s for s in r.tw.conduit().shards.values() if s.method == "webhook")
    ch = r.channels[0]
    sub = r.tw.find_subs("channel.chat.message", ch)[0]
    def env(text):
        ev = r.tw.chat_event(ch, "5551001", text)
        return ev, r.tw.envelope(sub, ev)
    a = r.watchers[0]
    ev, e = env("forged")
    st = await r.tw.webhook(sh, sub, ev, e, secret="wrong secret!")
    r.ok("a wrong signature gets 4xx", isinstance(st, int) and 400 <= st < 500, st)
    ev, e = env("old")
    import datetime as dt
    old = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=11)).strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
    st = await r.tw.webhook(sh, sub, ev, e, ts=old)
    r.info(f"eleven minutes old: answered {st}")
    ev, e = env("thrice")
    sts = [await r.tw.webhook(sh, sub, ev, e) for _ in range(3)]
    r.ok("a resend with the same id is answered 2xx", all(200 <= s < 300 for s in sts), sts)
    st = await r.tw.webhook(sh, sub, ev, r.tw.envelope(sub, ev), body=b"not json")
    r.info(f"not JSON, signed well: {st}")
    await asyncio.sleep(0.5)
    t = [i[6] for i in a.items if i[0] == "msg"]
    r.ok("relayed once; forged and old ones never", t.count("thrice") == 1 and "forged" not in t and "old" not in t, (t.count("thrice"), t.count("forged"), t.count("old")))
    # the WebSocket shard is lost: traffic goes by the webhook
    ws = next(s.id for s in r.tw.conduit().shards.values() if s.method == "websocket")
    async with Traffic(r, 40):
        await asyncio.sleep(0.5)
        o = r.tw.shard_conn(ws)
        o.fin()
        t = await reassigned(r, ws, o, 10)
        r.ok("the socket is back within 2 s", t is not None and t <= 2, f"{t and round(t, 2)} s")
        await asyncio.sleep(1)
    # thrice came outside of the journal
    for w in r.watchers:
        w.items = [i for i in w.items if not (i[0] == "msg" and i[6] == "thrice")]
    await r.settle()
    r.accounts_check()


@scenario(limit=60)
async def stamps_moves(r):
    """stamps that jitter by 20 ms, that stand still, and that are an hour off, while shards are lost and disabled: the order written is kept"""
    await r.setup(channels=4)
    await two(r)
    tw, rng = r.tw, r.rng
    real = tw.now
    def jitter():
        tw.time_offset = rng.uniform(-0.02, 0.02)
        s = real()
        tw.time_offset = 0
        return s
    for name, st in (("jitter", jitter), ("still", lambda: "2026-11-21T12:00:00Z"), ("none", lambda: "")):
        for w in r.watchers:
            w.items = [i for i in w.items if i[0] != "msg"]
            w.joined = time.monotonic()
        tw.stamp = st
        async with Traffic(r, 80):
            for k in range(4):
                await asyncio.sleep(0.7)
                sid = str(k % 2)
                if k < 2:
                    old = tw.shard_conn(sid)
                    old.fin()
                    await reassigned(r, sid, old, 10)
                else:
                    sh = tw.conduit().shards[sid]
                    tw.set_status(tw.conduit(), sh, "websocket_network_error")
                    await r.until(lambda: tw.alive(sh), 10)
            await asyncio.sleep(0.8)
        await r.settle()
        r.accounts_check(f"stamps: {name}")
        await asyncio.sleep(0.3)
