"""A long run with many random faults and eight strict clients that come and go."""
import asyncio, os, time
from scenarios import scenario
from rig import Rig, Client, Refused, Traffic
from s_faults import two, reassigned, health


async def chaos(r, secs, rate, kills=True, shards="3", hush=False):
    await r.setup(channels=5, users=("alice", "bob", "carol"), CHAT_RELAY_SHARDS=shards)
    ws = [await r.watcher(u, delay=(0.0, 0.6)) for u in ("alice", "bob", "carol", "alice", "bob", "carol", "alice", "bob")]
    for ch in r.channels:
        r.tw.say(ch)
    await r.settle()
    tw, rng = r.tw, r.rng
    done = []
    async def clients():
        while True:
            await asyncio.sleep(rng.uniform(0.1, 0.8))
            w = rng.choice(ws)
            if w.client and w.client.alive:
                if rng.random() < 0.6:
                    w.client.abort()
                else:
                    asyncio.ensure_future(w.client.close())
    def conns():
        c = tw.conduit()
        return [(s, sh.session.conn) for s, sh in (c.shards.items() if c else []) if tw.alive(sh)]
    async def one():
        k = rng.choice(["reset", "reset", "fin", "code", "move", "move", "movenew", "moveall", "black", "disabled", "partial", "500", "slow", "401", "nowelcome", "dup", "garbage", "moddel", "send", "twice", "url", "lostpatch", "deny"] + (["kill", "term", "kill"] if kills else []) + (["delconduit"] if rng.random() < 0.3 else []))
        cs = conns()
        done.append(k)
        tw.note("CHAOS " + k)
        if k in ("reset", "fin", "code", "move", "movenew", "black", "disabled", "url") and not cs:
            return
        if k == "reset":
            rng.choice(cs)[1].reset()
        elif k == "fin":
            rng.choice(cs)[1].fin()
        elif k == "code":
            rng.choice(cs)[1].close(rng.choice([4000, 4002, 4003, 4005, 4006, 1001, 1012, 4321]))
        elif k == "twice":
            for s, c in cs[:2]:
                c.reset()
        elif k == "move":
            tw.ask_to_move(rng.choice(cs)[1])
        elif k == "movenew":
            tw.ask_to_move(rng.choice(cs)[1], same_id=False)
        elif k == "moveall":
            for s, c in cs:
                tw.ask_to_move(c)
        elif k == "url":
            tw.ask_to_move(rng.choice(cs)[1], url=f"ws://127.0.0.1:1/ws?challenge=a&id=b")
        elif k == "black":
            rng.choice(cs)[1].blackhole = True
        elif k == "disabled":
            c = tw.conduit()
            tw.set_status(c, c.shards[rng.choice(cs)[0]], "websocket_network_error")
        elif k == "partial":
            tw.patch_fail = {str(rng.randrange(3)): 1}
            if cs:
                rng.choice(cs)[1].reset()
        elif k == "500":
            tw.fault(None, "^/helix/", times=3, status=500)
        elif k == "slow":
            tw.fault(None, "^/helix/", times=2, delay=3)
        elif k == "401":
            for t in tw.tokens.values():
                if t.kind == "app":
                    t.expires_at = 0
        elif k == "nowelcome":
            tw.welcome_delay = [None]
            if cs:
                rng.choice(cs)[1].reset()
        elif k == "lostpatch":
            tw.fault("PATCH", "/shards$", times=1, lost=True)
            if cs:
                rng.choice(cs)[1].reset()
        elif k == "deny":
            tw.on_connect = [lambda conn, path, h: (conn.writer.transport.abort(), True)[1]] * 3
            if cs:
                rng.choice(cs)[1].reset()
        elif k == "dup":
            for ch in r.channels:
                for d in ("same", "ids", "shards", "shards_ids"):
                    tw.say(ch, dup=d)
        elif k == "garbage":
            import wsframes as wf
            for s, c in cs:
                c.raw(wf.frame(wf.TEXT, b"{\xff"))
                c.raw(wf.frame(wf.TEXT, b"[]"))
        elif k == "moddel":
            ch = rng.choice(r.channels)
            ms = [m for m in tw.journal[ch][-30:] if m.removed is None and m.deliveries]
            if ms:
                tw.delete(ch, rng.choice(ms).id)
        elif k == "send":
            w = rng.choice([w for w in ws if w.name.startswith("alice")])
            if w.client and w.client.alive:
                X = rng.choice(r.accounts)["id"]
                w.client.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": f"sent {len(done)}", "id": f"s{len(done)}"})
        elif k == "kill":
            await r.gw.kill()
            if rng.random() < 0.5:
                await asyncio.sleep(rng.uniform(0, 1))
            await r.gw.start(ready=False)
        elif k == "term":
            st, took = await r.gw.stop()
            if st != 0:
                r.ok("SIGTERM ends with 0 in chaos", False, (st, took))
            await r.gw.start(ready=False)
        elif k == "delconduit":
            c = tw.conduit()
            if c:
                tw.delete_conduit(c.id, close=4000)
    t = asyncio.ensure_future(clients())
    end = time.monotonic() + secs
    async with Traffic(r, rate, dups=0.05):
        while time.monotonic() < end:
            await asyncio.sleep(rng.uniform(0.2, 2.5))
            try:
                await one()
            except RuntimeError as e:
                r.ok("survives", False, f"{done[-1]}: {e}"[:300])
                break
            if r.gw.proc.returncode is not None:
                r.ok("survives", False, f"died with {r.gw.proc.returncode} after {done[-5:]}")
                break
        # peace: everything must heal
        for f in tw.faults:
            f.times = 0
        tw.on_connect, tw.welcome_delay, tw.patch_fail = [], [], {}
        t1 = await r.until(lambda: tw.conduit() and tw.ready() and not r.missing_subs(), 45)
        r.ok("heals by itself within 35 s of peace", t1 is not None and t1 <= 35, f"{t1 and round(t1, 1)} s")
        t.cancel()
        await asyncio.sleep(2)
    await r.settle(timeout=8)
    import collections
    r.info(f"{len(done)} faults: {dict(collections.Counter(done))}; connects {[w.connects for w in ws]}; dropped at Twitch {tw.lost_at_twitch}")
    tt = r.accounts_check("0 lost, 0 doubled, 0 out of order, unless a gap was told", allow_gap=True)
    r.info(f"gaps told: {tt['gaplost']} messages covered, {tt['gap_early']} by a gap that came early")
    if not kills:
        r.ok("no message needed a gap (the program never stopped)", tt["gaplost"] == 0, tt["gaplost"])
    r.strict_check()
    await r.alive()
    r.info(f"memory {r.gw.rss():.0f} MB, descriptors {r.gw.fds()}")


@scenario(limit=200)
async def chaos_short(r):
    """100 s of random faults without kills, eight clients"""
    await chaos(r, 100, 60, kills=False)


@scenario(limit=240)
async def chaos_kill(r):
    """120 s of random faults with kill -9 and SIGTERM, eight clients"""
    await chaos(r, 120, 60)


@scenario(limit=1100, slow=True)
async def chaos_long(r):
    """15 minutes of everything"""
    await chaos(r, int(os.environ.get("QA_CHAOS", "900")), 60)
