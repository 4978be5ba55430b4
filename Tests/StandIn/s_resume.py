"""Resumption: since, history, gap, restarts, kill -9, moderation, private messages, erasure, retention."""
import asyncio, glob, json, os, random, re, signal, sqlite3, time
from urllib.parse import quote
from scenarios import scenario
from rig import Rig, Client, Refused, Traffic, Watcher
from s_faults import two, reassigned, health, logged

RELAYED = ("text", "emote", "notice")


def ids(cl, n=0):
    return [o["id"] for _, o in cl.frames[n:] if o["type"] in RELAYED]


def curs(cl):
    return [(o["id"], o.get("cursor")) for _, o in cl.frames if o["type"] in RELAYED]


async def quiet(cl, secs=0.4, limit=10):
    end = time.monotonic() + limit
    n = -1
    while time.monotonic() < end and n != len(cl.frames):
        n = len(cl.frames)
        await asyncio.sleep(secs)


async def back(r, user="alice", wait=0.4, **q):
    if "since" in q:
        q["since"] = quote(q["since"], safe="")
    c = await r.client(user, **q)
    await quiet(c, wait)
    return c


async def say_many(r, n, ch=None, pause=0):
    out = []
    for i in range(n):
        out.append(r.tw.say(ch or r.channels[i % len(r.channels)]))
        if pause or i % 50 == 49:
            await asyncio.sleep(pause or 0.02)
    return out


def mixed(r, cl, n=0):
    """Frames as words, in order: message ids and GAP."""
    return ["GAP" if o["type"] == "gap" else o["id"] for _, o in cl.frames[n:] if o["type"] in RELAYED + ("gap",)]


@scenario(limit=60)
async def since(r):
    """since=CURSOR: what was missed, in order, each once, then live; from every cursor"""
    await r.setup(channels=2)
    a = await r.client("alice")
    ms = await say_many(r, 60)
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    cs = curs(a)
    r.ok("every relayed message has a cursor, all different", len(cs) == 60 and all(c for _, c in cs) and len({c for _, c in cs}) == 60, cs[:2])
    if not all(c for _, c in cs):
        return
    await a.close()
    order = [i for i, _ in cs]
    ms2 = await say_many(r, 40)
    await asyncio.sleep(0.3)
    for k in (59, 58, 30, 0):
        c = await back(r, since=cs[k][1])
        want = order[k + 1:]
        got = mixed(r, c)
        r.ok(f"since the {k}th: exactly what was missed, no gap", got[:len(want)] == want and len(got) == len(want) + 40 and "GAP" not in got, f"{len(got)} of {len(want) + 40}, gap {'GAP' in got}")
        x = r.tw.say(r.channels[0])
        await c.wait(lambda o: o.get("id") == x.id, 3)
        r.ok("then live", ids(c)[-1] == x.id and ids(c).count(x.id) == 1, "")
        ms2.append(x)
        r.ok("strict", not c.bad, c.bad[:2])
        # the same cursors again
        mine = dict(curs(c))
        r.ok("a replayed message has the cursor it had", all(mine[i] == cu for i, cu in cs if i in mine), "")
        await c.close()
        order.append(x.id)
        # keep expectation simple: live ones come after the forty
        break
    c = await back(r, user="bob", since=cs[10][1])
    r.ok("another reader of the room may use it as well", ids(c)[:49] == [i for i, _ in cs][11:], len(ids(c)))
    await c.close()
    c = await back(r)
    r.ok("without since or history nothing is replayed", not c.frames, c.frames[:1])
    await c.close()
    last = list(cs)[-1]
    c = await back(r, since=dict(curs(await back(r, history=1))).popitem()[1])
    r.ok("since the newest: nothing, no gap", not mixed(r, c), mixed(r, c)[:3])


@scenario(limit=60)
async def history(r):
    """history=N sends the last N, at most 200; odd values"""
    await r.setup(channels=2)
    a = await r.client("alice")
    ms = await say_many(r, 260)
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    order = ids(a)
    for n in (1, 50, 200):
        c = await back(r, history=n)
        r.ok(f"history={n}: the last {n} in order", mixed(r, c) == order[-n:], len(ids(c)))
        await c.close()
    for n in ("201", "1000", "0", "-1", "abc", "", "99999999999999999999"):
        try:
            c = await back(r, history=n)
            g = mixed(r, c)
            r.ok(f"history={n}: at most 200, or refused", len(g) <= 200 and (g == order[-len(g):] if g else True), len(g))
            await c.close()
        except Refused as e:
            r.ok(f"history={n}: at most 200, or refused", e.status in (400, 403), e.status)
    c = await back(r, since=dict(curs(a))[order[-5]], history=50)
    r.info(f"since and history=50 together: {len(mixed(r, c))} frames ({mixed(r, c)[:1]})")
    r.ok("since and history together: no message twice, in order", len(set(ids(c))) == len(ids(c)) and ids(c) == order[-len(ids(c)):], len(ids(c)))
    # the first N of a room with less
    await r.gw.cli("stream", "add", "--user", "alice", "--name", "Other", "--account", str(r.accounts[0]["id"]))
    await asyncio.sleep(2.5)
    c = await back(r, stream=2, history=100)
    r.ok("an empty room: nothing, no gap", not mixed(r, c), mixed(r, c)[:2])


@scenario(limit=60)
async def bad_since(r):
    """unknown, foreign, broken, future cursors: gap first, then live; never refused, never a crash"""
    await r.setup(channels=1)
    j = await r.gw.cli("stream", "add", "--user", "alice", "--name", "Other", "--account", str(r.accounts[0]["id"]))
    await asyncio.sleep(2.5)
    a = await r.client("alice")
    o = await r.client("alice", stream=j["id"])
    ms = await say_many(r, 30)
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    await o.wait(lambda o: o.get("id") == ms[-1].id, 5)
    ca, co = dict(curs(a)), dict(curs(o))
    cur = ca[ms[10].id]
    r.info(f"a cursor looks like {cur!r}, in the other room {co[ms[10].id]!r}")
    digits = re.search(r"\d+", cur)
    cases = {"garbage": "garbage", "zero": "0", "empty": "", "long": "x" * 3000, "unicode": "päckchen☃", "negative": "-1", "nul": "\x00", "huge number": "9" * 40,
             "other room's": co[ms[10].id], "future": cur[:digits.start()] + str(int(digits.group()) + 10**6) + cur[digits.end():] if digits else cur + "z", "cut": cur[:-1], "longer": cur + "1", "SQL": "1' OR '1'='1"}
    for k, v in cases.items():
        try:
            c = await back(r, since=v, wait=0.25)
        except Refused as e:
            r.ok(f"{k}: not refused", k == "long" and e.status in (400, 403, 414, 431, 0), f"{e.status}")
            continue
        g = mixed(r, c)
        x = r.tw.say(r.channels[0])
        live = await c.wait(lambda o: o.get("id") == x.id, 3)
        if k == "other room's" and v == cur:
            r.info("cursors are the same in both rooms")
        if k == "empty":
            r.info(f"empty since: {g[:2]}")
        else:
            r.ok(f"{k}: gap first or everything after it, then live", live is not None and bool(g) and (g[0] == "GAP" or k in ("other room's", "cut", "longer", "zero", "negative")), f"{len(g)} frames, first {g[:1]}")
            if g and g[0] != "GAP":
                r.info(f"   {k} was taken as a cursor: {len(g)} messages, no gap")
        r.ok("each once", len(set(ids(c))) == len(ids(c)), "")
        r.ok("strict", not c.bad, c.bad[:2])
        await c.close()
    await r.alive()


@scenario(limit=120)
async def capacity(r):
    """5,000 messages within a minute are all kept (2,000 or ten minutes, whichever is more), also over a restart"""
    await r.setup(channels=2)
    a = await r.client("alice")
    first = await say_many(r, 2)
    await a.wait(lambda o: o.get("id") == first[-1].id, 5)
    cur = curs(a)[0][1]
    t0 = time.monotonic()
    ms = await say_many(r, 5000)
    ok = await a.wait(lambda o: o.get("id") == ms[-1].id, 60)
    r.info(f"5000 relayed in {time.monotonic() - t0:.1f} s: {ok is not None}")
    order = ids(a)
    c = await back(r, since=cur, wait=1)
    g = mixed(r, c)
    r.ok("all 5,001 come, in order, no gap", g == order[1:], f"{len(g)}, gap {'GAP' in g}")
    r.ok("each once", len(set(ids(c))) == len(ids(c)), "")
    await c.close()
    await asyncio.sleep(2)
    await r.gw.stop()
    await r.gw.start()
    c = await back(r, since=cur, wait=1)
    g = [x for x in mixed(r, c) if x != "GAP"]
    r.ok("and after a restart (a gap for the time away is right)", g == order[1:], f"{len(g)}; gaps at {[i for i, x in enumerate(mixed(r, c)) if x == 'GAP']}")
    r.info(f"memory {r.gw.rss():.0f} MB; data {sum(os.path.getsize(f) for f in glob.glob(r.gw.data + '/*')) // 1024} KB")


@scenario(limit=60)
async def restart(r):
    """SIGTERM and start: history and cursors live on; the time away is a gap"""
    await r.setup(channels=2)
    a = await r.client("alice")
    ms = await say_many(r, 100)
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    cs = curs(a)
    if not cs[0][1]:
        r.ok("cursors", False, "none")
        return
    order = ids(a)
    st, took = await r.gw.stop()
    r.ok("ended in good order", st == 0, f"{took:.2f} s")
    lost = await say_many(r, 10)
    await r.gw.start()
    await r.subscribed()
    c = await r.client("alice", since=quote(cs[50][1]))
    ms2 = await say_many(r, 20)
    await c.wait(lambda o: o.get("id") == ms2[-1].id, 5)
    g = mixed(r, c)
    want = order[51:]
    no = [x for x in g if x != "GAP"]
    r.ok("what was missed before the restart, then what came after, in order", no == want + [m.id for m in ms2], f"{len(no)} of {len(want) + 20}")
    gp = [i for i, x in enumerate(g) if x == "GAP"]
    r.ok("a gap is told for the time away", len(gp) >= 1, gp)
    r.ok("at its place (or first)", gp and (gp[0] == 0 or gp[0] == len(want)), f"gap at {gp}, messages before the restart {len(want)}")
    c2 = await back(r, since=cs[-1][1])
    g = mixed(r, c2)
    r.ok("since the last before the restart: gap, then the new ones", g == ["GAP"] + [m.id for m in ms2], g[:3])
    c3 = await back(r, since=dict(curs(c2))[ms2[0].id])
    r.ok("since one after the restart: no gap", mixed(r, c3) == [m.id for m in ms2[1:]], mixed(r, c3)[:2])
    c4 = await back(r, history=200)
    r.ok("history reaches over the restart", [x for x in mixed(r, c4) if x != "GAP"] == order + [m.id for m in ms2], len(ids(c4)))


async def killing(r, times, rate, lo, hi, sig="kill", clients=3, **tr):
    ws = [await r.watcher("alice"), await r.watcher("bob")] + [await r.watcher("alice", delay=(0.02, 0.1)) for _ in range(clients - 2)]
    for ch in r.channels:
        r.tw.say(ch)
    await r.settle()
    ready = []
    async with Traffic(r, rate, **tr):
        for i in range(times):
            await asyncio.sleep(r.rng.uniform(lo, hi))
            if sig == "kill":
                await r.gw.kill()
            else:
                await r.gw.stop()
            # what was written within the last moments was on its way to a dead process
            now = time.monotonic()
            if r.rng.random() < 0.5:
                await asyncio.sleep(r.rng.uniform(0, 0.5))
            await r.gw.start()
            ready.append(r.gw.ready_t)
        await r.until(r.tw.ready, 10)
        await asyncio.sleep(1.5)
    await r.settle(timeout=6)
    r.info(f"ready after {[round(x, 2) for x in ready]} s")
    t = r.accounts_check("nothing lost without a gap, nothing twice, nothing out of order", allow_gap=True)
    if t["gap_early"]:
        r.info(f"{t['gap_early']} of the missing were told by a gap at the head of the replay, not at their place")
    r.strict_check()
    return t


@scenario(limit=150)
async def kill9(r):
    """kill -9 at ten random moments under load; clients come back with their cursors"""
    await r.setup(channels=3)
    await killing(r, 10, 100, 0.2, 2.5)


@scenario(limit=150)
async def kill9_burst(r):
    """kill -9 in the middle of bursts of 500 messages a second, with a pile of dups"""
    await r.setup(channels=3)
    await killing(r, 8, 500, 0.1, 0.8, dups=0.1)


@scenario(limit=100)
async def term_load(r):
    """SIGTERM and restart five times under load"""
    await r.setup(channels=3)
    t = await killing(r, 5, 100, 0.5, 2, sig="term")


@scenario(limit=90)
async def kill9_idle(r):
    """kill -9 at rest, some seconds after the last message: everything is kept"""
    await r.setup(channels=2)
    a = await r.client("alice")
    ms = await say_many(r, 300)
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    cs = curs(a)
    if not cs[0][1]:
        r.ok("cursors", False, "none")
        return
    await asyncio.sleep(3)
    await r.gw.kill()
    await r.gw.start()
    c = await back(r, since=cs[0][1])
    g = mixed(r, c)
    no = [x for x in g if x != "GAP"]
    r.ok("all 299 are kept", no == [i for i, _ in cs[1:]], len(no))
    r.ok("and the time away is a gap", "GAP" in g, [i for i, x in enumerate(g) if x == "GAP"])


@scenario(limit=60)
async def kill9_fast(r):
    """kill -9 right after messages were seen by a client: each is kept, or told by a gap; cursors never name two"""
    await r.setup(channels=1)
    bad = []
    for k in range(6):
        a = await r.client("alice")
        ms = await say_many(r, 5)
        await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
        cs = curs(a)
        if not cs[0][1]:
            r.ok("cursors", False, "none")
            return
        await asyncio.sleep([0, 0.01, 0.05, 0.2, 0.5, 1.0][k])
        await r.gw.kill()
        await r.gw.start()
        await r.subscribed()
        x = r.tw.say(r.channels[0])
        c = await r.client("alice", since=quote(cs[0][1]))
        await c.wait(lambda o: o.get("id") == x.id, 3)
        g = mixed(r, c)
        no = [y for y in g if y != "GAP"]
        want = [i for i, _ in cs[1:]]
        kept = [y for y in no if y in want]
        r.ok(f"killed {[0, 10, 50, 200, 500, 1000][k]} ms after: in order, gap told", kept == want[:len(kept)] and "GAP" in g and no[-1:] == [x.id], f"{len(kept)}/{len(want)} kept, {g.count('GAP')} gaps")
        c2 = await r.client("alice", since=quote(cs[-1][1]))
        await c2.wait(lambda o: o.get("id") == x.id, 3)
        r.ok("since the last one seen: gap, then the new one", mixed(r, c2)[:1] == ["GAP"] and x.id in mixed(r, c2) and len([y for y in mixed(r, c2) if y in want]) == 0, mixed(r, c2)[:4])
        allc = dict((cu, i) for i, cu in cs)
        for i, cu in curs(c) + curs(c2):
            if allc.get(cu, i) != i:
                bad.append((cu, i, allc[cu]))
        await a.close(); await c.close(); await c2.close()
    r.ok("no cursor names two messages", not bad, bad[:2])


@scenario(limit=120)
async def kill9_resend(r):
    """kill -9 within milliseconds of a message's being shown; Twitch delivers it again to the new session: nobody sees it twice, nothing shown is forgotten"""
    await r.setup(channels=2)
    doubled, forgotten, unknown, kept = [], [], [], 0
    waits = [0, 0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.12, 0.3]
    for k, wait in enumerate(waits):
        a = await r.client("alice")
        first = r.tw.say(r.channels[0])
        await a.wait(lambda o: o.get("id") == first.id, 5)
        await asyncio.sleep(0.3)
        ms = [r.tw.say(r.channels[i % 2]) for i in range(6)]
        await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
        await asyncio.sleep(wait)
        await r.gw.kill()
        seen, cs = ids(a), dict(curs(a))
        await r.gw.start()
        await r.subscribed()
        c = await r.client("alice", since=quote(cs[seen[-1]]))
        live = await r.client("bob")
        for m in ms:
            r.tw.resend(m, new_id=k % 2 == 1)
        x = r.tw.say(r.channels[0])
        await c.wait(lambda o: o.get("id") == x.id, 5)
        await live.wait(lambda o: o.get("id") == x.id, 5)
        doubled += [(wait, i) for i in ids(c) + ids(live) if i in seen]
        h = await back(r, history=200)
        forgotten += [(wait, m.id) for m in ms if m.id not in ids(h)]
        doubled += [(wait, "history", i) for i in ids(h) if ids(h).count(i) > 1]
        s = await back(r, since=cs[ms[0].id])
        want = [m.id for m in ms[1:]] + [x.id]
        if ids(s) != want:
            unknown.append((wait, len(ids(s))))
        kept += 1
        for cl in (a, c, live, h, s):
            r.ok("strict", not cl.bad, cl.bad[:2]) if cl.bad else None
            cl.abort()
    r.ok("nothing that was shown comes a second time", not doubled, f"{len(doubled)} in {kept} kills {doubled[:3]}")
    r.ok("nothing that was shown is forgotten", not forgotten, f"{len(forgotten)} {forgotten[:3]}")
    r.ok("cursors of the last moments are known", not unknown, unknown[:4])


@scenario(limit=90)
async def kill9_locked(r):
    """kill -9 while the history is locked by somebody else, with messages and a deletion that could not be written yet: the next run has them all"""
    await r.setup(channels=2)
    a = await r.client("alice")
    first = r.tw.say(r.channels[0])
    await a.wait(lambda o: o.get("id") == first.id, 5)
    await asyncio.sleep(0.5)
    db = sqlite3.connect(os.path.join(r.gw.data, "history.sqlite"), timeout=10, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    ms = await say_many(r, 200, pause=0.005)
    gone = r.tw.say(r.channels[0], "never to be seen again")
    await a.wait(lambda o: o.get("id") == gone.id, 5)
    r.tw.delete(r.channels[0], gone.id)
    await a.wait(lambda o: o["type"] == "delete", 5)
    cs = dict(curs(a))
    await r.gw.kill()
    db.execute("ROLLBACK")
    db.close()
    await r.gw.start()
    await r.subscribed()
    for m in ms[-20:]:
        r.tw.resend(m)
    x = r.tw.say(r.channels[0])
    c = await r.client("alice", since=quote(cs[first.id]))
    await c.wait(lambda o: o.get("id") == x.id, 5)
    await quiet(c)
    r.ok("all that was shown is there, once, in order", ids(c) == [m.id for m in ms] + [x.id], f"{len(ids(c))} of {len(ms) + 1}")
    s = await back(r, since=cs[ms[-1].id])
    r.ok("the last cursor is known", ids(s) == [x.id], ids(s)[:3])
    raw = b"".join(open(f, "rb").read() for f in glob.glob(r.gw.data + "/*"))
    r.ok("what was deleted is in no file", b"never to be seen again" not in raw, "")


@scenario(limit=90)
async def kill9_startup(r):
    """kill -9 again and again in the first moments of a start: what the first run had shown is there once, and no cursor names two"""
    await r.setup(channels=2)
    a = await r.client("alice")
    ms = await say_many(r, 40)
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    await r.gw.kill()
    cs = curs(a)
    for k in range(12):
        await r.gw.start(ready=False)
        await asyncio.sleep(r.rng.uniform(0, 0.15))
        await r.gw.kill()
    await r.gw.start()
    await r.subscribed()
    for m in ms:
        r.tw.resend(m, new_id=True)
    x = r.tw.say(r.channels[0])
    c = await r.client("alice", since=quote(cs[0][1]))
    await c.wait(lambda o: o.get("id") == x.id, 5)
    # Lines of two channels have an order once they were shown.
    r.ok("all is there, once, in order", len(cs) == len(ms) and ids(c) == [i for i, _ in cs[1:]] + [x.id], f"{len(ids(c))} of {len(ms)}")
    r.ok("under the cursors that it had", all(dict(curs(c))[i] == cu for i, cu in cs[1:]), "")
    r.ok("no cursor names two", len({cu for _, cu in curs(c)}) == len(ids(c)) and curs(c)[-1][1] not in {cu for _, cu in cs}, "")


@scenario(limit=90)
async def moderation(r):
    """delete, clear one user, clear all: gone from since and history, also after kill -9, also deletion before the message"""
    await r.setup(channels=2)
    x, y = r.channels
    a = await r.client("alice")
    first = r.tw.say(x, "first")
    ms = [r.tw.say(x, f"by one {i}", chatter="5551001") for i in range(5)] + [r.tw.say(x, f"by two {i}", chatter="5551002") for i in range(5)] + [r.tw.say(y, f"other {i}", chatter="5551002") for i in range(3)]
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    cs = dict(curs(a))
    if not cs[first.id]:
        r.ok("cursors", False, "none")
        return
    async def seen(what, want, **q):
        for kw in ({"since": cs[first.id]}, {"history": 200}):
            c = await back(r, **kw, wait=0.3)
            g = [i for i in ids(c) if i != first.id]
            r.ok(f"{what}: {list(kw)[0]}", g == want, f"{len(g)} instead of {len(want)}: {[r.tw.by_id[i].text for i in g if i not in want][:3]}")
            await c.close()
    def left():
        return [m.id for m in ms if m.removed is None]
    r.tw.delete(x, ms[2].id)
    d = await a.wait(lambda o: o["type"] == "delete" and o["message_id"] == ms[2].id, 3)
    r.ok("delete is relayed", d is not None, d)
    await seen("one deleted", left())
    r.tw.clear(x, "5551002")
    d = await a.wait(lambda o: o["type"] == "clear" and o.get("user_id") == "5551002", 3)
    r.ok("clear of a user is relayed", d is not None and d["account_id"] == r.accounts[0]["id"], d)
    await seen("one user's cleared, in that channel only", left())
    # deletion before the message
    import uuid
    early = str(uuid.uuid4())
    r.tw.delete(x, early)
    await asyncio.sleep(0.2)
    n = len(a.frames)
    m = r.tw.say(x, "deleted before it came", mid=early)
    m.removed = time.monotonic()
    m2 = r.tw.say(x, "after")
    ms.append(m2)
    await a.wait(lambda o: o.get("id") == m2.id, 3)
    live = [o["type"] for _, o in a.frames[n:] if o.get("id") == early or o.get("message_id") == early]
    r.info(f"deleted before it came, live: {live}")
    r.ok("live: not shown, or shown and taken back", live == [] or live[-1] == "delete", live)
    await seen("deleted before it came", left())
    await r.gw.kill()
    await r.gw.start()
    await r.subscribed()
    await seen("after kill -9", left())
    # a deletion right before kill -9
    a = await r.client("alice")
    r.tw.delete(x, ms[3].id)
    await a.wait(lambda o: o["type"] == "delete", 3)
    await r.gw.kill()
    await r.gw.start()
    await r.subscribed()
    await seen("deleted just before kill -9", left())
    for d in (0.05, 0.3, 1.0):
        a = await r.client("alice")
        v = r.tw.say(x, f"victim {d}")
        ms.append(v)
        await a.wait(lambda o: o.get("id") == v.id, 3)
        await asyncio.sleep(1.5)
        r.tw.delete(x, v.id)
        await a.wait(lambda o: o["type"] == "delete" and o["message_id"] == v.id, 3)
        await asyncio.sleep(d)
        await r.gw.kill()
        await r.gw.start()
        await r.subscribed()
        c = await back(r, history=200)
        r.ok(f"a deletion seen {d * 1000:.0f} ms before kill -9 holds", v.id not in ids(c), "")
        await c.close()
    # deletion of a message from before the restart
    a = await r.client("alice")
    r.tw.delete(x, ms[0].id)
    await a.wait(lambda o: o["type"] == "delete", 3)
    await seen("deleted after the restart", left())
    r.tw.clear(y)
    await a.wait(lambda o: o["type"] == "clear", 3)
    await seen("a channel cleared", left())
    await asyncio.sleep(2)
    raw = b"".join(open(f, "rb").read() for f in glob.glob(r.gw.data + "/*"))
    r.ok("the text of a deleted message is gone from the database's files too", b'by two 0' not in raw, [os.path.basename(f) for f in glob.glob(r.gw.data + "/*") if b'by two 0' in open(f, "rb").read()])
    # deletion arriving while a client is away
    a = await r.client("alice")
    z = r.tw.say(x, "seen then deleted")
    await a.wait(lambda o: o.get("id") == z.id, 3)
    cur = dict(curs(a))[z.id]
    await a.close()
    r.tw.delete(x, z.id)
    await asyncio.sleep(0.3)
    c = await back(r, since=cur)
    r.info(f"a deletion missed while away is told on return: {[o for o in c.of('delete')]}")


@scenario(limit=60)
async def private(r):
    """private messages are replayed only to the two; internal chat is part of the history"""
    await r.setup(channels=1, users=("alice", "bob", "carol"))
    a, b, c = [await r.client(u) for u in ("alice", "bob", "carol")]
    X = r.accounts[0]["id"]
    def irc(cl, t):
        cl.send({"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": t})
    first = r.tw.say(r.channels[0])
    for cl in (a, b, c):
        await cl.wait(lambda o: o.get("id") == first.id, 3)
    cur = dict(curs(a))[first.id]
    if not cur:
        r.ok("cursors", False, "none")
        return
    for cl, t, seen in ((a, "public one", c), (a, "/msg bob secret one", b), (b, "/msg alice secret two", a), (c, "public two", b), (b, "/msg carol secret three", c)):
        irc(cl, t)
        await seen.wait(lambda o: o.get("text") == t.split(" ", 2)[-1] or o.get("text") == t, 3)
    for cl, t in ((a, "secret two"), (b, "public two"), (c, "secret three")):
        await cl.wait(lambda o: o.get("text") == t, 3)
    await asyncio.sleep(0.3)
    for cl in (a, b, c):
        x = [o for o in cl.of("text") if o["account_id"] == 0]
        r.ok("internal messages have id and cursor", all(o.get("id") and o.get("cursor") for o in x), x[:1])
    want = {"alice": ["public one", "secret one", "secret two", "public two"], "bob": ["public one", "secret one", "secret two", "public two", "secret three"], "carol": ["public one", "public two", "secret three"]}
    async def look(label):
        for u, w in want.items():
            for kw in ({"since": cur}, {"history": 100}):
                k = await back(r, user=u, **kw, wait=0.3)
                t = [o["text"] for o in k.of("text") if o["account_id"] == 0]
                r.ok(f"{label}: {u} with {list(kw)[0]}", t == w if True else 0, t)
                if sorted(t) != sorted(w):
                    leak = [z for z in t if z not in w]
                    if leak:
                        r.ok("PRIVATE MESSAGE LEAKED", False, (u, leak))
                await k.close()
    await look("replay")
    pm = next(o for o in a.of("text") if o.get("to"))
    k = await back(r, user="carol", since=pm["cursor"])
    t = [o["text"] for o in k.of("text")]
    r.ok("the cursor of others' private message leaks nothing", "secret one" not in t and "secret two" not in t, t)
    await k.close()
    # the reader of one whose last frame was a private message
    k = await back(r, user="alice", since=[o for o in a.of("text") if o["text"] == "secret two"][0]["cursor"])
    r.ok("since a private message's cursor", [o["text"] for o in k.of("text") if o["account_id"] == 0] == ["public two"] and not k.of("gap"), mixed(r, k))
    await r.gw.kill()
    await r.gw.start()
    await look("after kill -9")


@scenario(limit=60)
async def private_elsewhere(r):
    """a private message to somebody on another stream, or away: replayed to them where they are"""
    await r.setup(channels=1, users=("alice", "bob"))
    await r.add_account("bob", "bobchan")
    acc = r.accounts.pop()
    j = await r.gw.cli("stream", "add", "--user", "bob", "--name", "Bobs", "--account", str(acc["id"]))
    await asyncio.sleep(2.5)
    r.tw.streams[acc["b"]] = {"id": "9", "viewers": 1, "started_at": "2026-11-21T10:00:00Z"}
    a = await r.client("alice")
    b = await r.client("bob", stream=j["id"])
    a.send({"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": "/msg bob over there"})
    o = await b.wait(lambda o: o.get("text") == "over there", 3)
    r.ok("it reaches bob on his own stream", o is not None, o)
    r.ok("with a cursor", bool(o and o.get("cursor")), o and o.get("cursor"))
    if o and o.get("cursor"):
        cur = o["cursor"]
        await b.close()
        a.send({"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": "/msg bob while away"})
        await asyncio.sleep(0.4)
        b = await back(r, user="bob", stream=j["id"], since=cur)
        t = [x["text"] for x in b.of("text")]
        r.ok("what came while he was away is replayed to him, once", t.count("while away") == 1, (t, b.of("gap")))
        await b.close()


@scenario(limit=60)
async def erase(r):
    """removing a user erases what was kept of them; also the accounts' and streams' messages"""
    await r.setup(channels=1, users=("alice", "bob", "carol"))
    a, b = await r.client("alice"), await r.client("bob")
    first = r.tw.say(r.channels[0])
    await a.wait(lambda o: o.get("id") == first.id, 3)
    for t in ("bobs public line", "/msg alice bobs private line"):
        b.send({"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": t})
    a.send({"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": "/msg bob alices line to bob"})
    a.send({"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": "alices public line"})
    await a.wait(lambda o: o.get("text") == "alices public line", 3)
    await asyncio.sleep(1)
    n = len(b.frames)
    rc, out, e = await r.gw.cli("user", "remove", "bob", js=False, check=False)
    r.ok("user remove", rc == 0, e)
    code = await b.wait_closed(6)
    r.ok("bob's connection is closed", code == 1008, code)
    await asyncio.sleep(1)
    k = await back(r, history=100)
    t = [o["text"] for o in k.of("text") if o["account_id"] == 0]
    r.ok("nothing of bob's is replayed", not [x for x in t if "bobs" in x], t)
    r.ok("alice's own public line is", "alices public line" in t, t)
    await r.gw.stop()
    await r.gw.start()
    k = await back(r, history=100)
    t = [o["text"] for o in k.of("text") if o["account_id"] == 0]
    r.ok("nor after a restart", not [x for x in t if "bobs" in x], t)
    await r.gw.stop()
    raw = b"".join(open(f, "rb").read() for f in glob.glob(r.gw.data + "/*"))
    r.ok("nor is it in the database's files", b"bobs public line" not in raw and b"bobs private line" not in raw, (b"bobs public line" in raw, b"bobs private line" in raw))


@scenario(limit=90)
async def seam(r):
    """clients reconnect forty times a minute each under 150 messages/s: the seam between replay and live has no hole and no double"""
    await r.setup(channels=4)
    ws = [await r.watcher("alice" if i % 2 else "bob", delay=(0.0, 0.4)) for i in range(6)]
    for ch in r.channels:
        r.tw.say(ch)
    await r.settle()
    async def shake():
        while True:
            await asyncio.sleep(r.rng.uniform(0.05, 0.3))
            w = r.rng.choice(ws)
            if w.client and w.client.alive:
                w.client.abort() if r.rng.random() < 0.5 else asyncio.ensure_future(w.client.close())
    t = asyncio.ensure_future(shake())
    async with Traffic(r, 150):
        await asyncio.sleep(20)
    t.cancel()
    await r.settle(timeout=8)
    r.info(f"connects: {[w.connects for w in ws]}")
    r.accounts_check()
    r.strict_check()


@scenario(limit=60)
async def two_rooms(r):
    """one channel in two streams: both rooms are complete; cursors are the room's own"""
    await r.setup(channels=2)
    j = await r.gw.cli("stream", "add", "--user", "alice", "--name", "Second", "--account", str(r.accounts[0]["id"]))
    await asyncio.sleep(2.5)
    w1 = await r.watcher("alice")
    w2 = await r.watcher("alice", stream=j["id"])
    async with Traffic(r, 40, [r.channels[0]]):
        await asyncio.sleep(1)
        w2.client.abort()
        await asyncio.sleep(1)
    await r.settle()
    r.accounts_check()
    a = await r.client("alice", stream=j["id"])
    m = r.tw.say(r.channels[0])
    o = await a.wait(lambda o: o.get("id") == m.id, 3)
    r.ok("stream_id is the room's", o and o["stream_id"] == j["id"], o and o["stream_id"])
    # the account leaves the second stream
    await r.gw.cli("stream", "set", str(j["id"]), "--account", str(r.accounts[1]["id"]), js=False)
    await asyncio.sleep(2.5)
    k = await back(r, stream=j["id"], history=50)
    r.info(f"after the account left the stream its history replays {len(ids(k))} of its messages")


@scenario(limit=90)
async def share_level(r):
    """history is for those entitled: level 0 gets 403; a share taken back closes with 1008"""
    await r.setup(channels=1)
    b = await r.client("bob")
    await say_many(r, 3)
    await asyncio.sleep(0.3)
    await r.gw.cli("stream", "share", str(r.stream), "--with", "bob", "--chat-level", "0", js=False)
    t0 = time.monotonic()
    code = await b.wait_closed(6)
    r.ok("access taken away: closed with 1008 within 3 s", code == 1008 and time.monotonic() - t0 < 3.5, f"{code} {time.monotonic() - t0:.1f} s")
    try:
        await r.client("bob", history=10)
        r.ok("and refused with 403", False, "let in")
    except Refused as e:
        r.ok("and refused with 403", e.status == 403, e.status)


@scenario(limit=90)
async def retention(r):
    """retention is a setting: 50 messages and 0 or 1 minutes"""
    await r.setup(channels=1, start=False)
    r.gw.env_extra.update({"CHAT_RELAY_HISTORY_MESSAGES": "50", "CHAT_RELAY_HISTORY_MINUTES": "0"})
    try:
        await r.gw.start()
    except RuntimeError as e:
        r.info(f"0 minutes is refused: {str(e)[:200]}")
        r.gw.env_extra["CHAT_RELAY_HISTORY_MINUTES"] = "1"
        await r.gw.start()
    await r.subscribed()
    a = await r.client("alice")
    ms = await say_many(r, 400)
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    cs = curs(a)
    if not cs[0][1]:
        r.ok("cursors", False, "none")
        return
    order = ids(a)
    if r.gw.env_extra["CHAT_RELAY_HISTORY_MINUTES"] == "0":
        await asyncio.sleep(2)
        c = await back(r, since=cs[0][1])
        g = mixed(r, c)
        r.ok("since beyond it: a gap first", g[:1] == ["GAP"], f"{len(g)} frames")
        r.ok("then at least 50, without a hole", 50 <= len(g) - 1 and g[1:] == order[-(len(g) - 1):], len(g) - 1)
        c = await back(r, since=cs[-41][1])
        r.ok("within it: complete, no gap", mixed(r, c) == order[-40:], len(ids(c)))
        await asyncio.sleep(3)
        await r.gw.stop()
        con = sqlite3.connect(os.path.join(r.gw.data, "chat-relay.sqlite"))
        tabs = [t[0] for t in con.execute("select name from sqlite_master where type='table'")]
        n = {t: con.execute(f'select count(*) from "{t}"').fetchone()[0] for t in tabs}
        con.close()
        r.info(f"rows: {n}")
        await r.gw.start()
        c = await back(r, since=cs[0][1])
        g = mixed(r, c)
        r.ok("after a restart: a gap first, then at most about as much", g[:1] == ["GAP"] and 49 <= len([x for x in g if x != "GAP"]) <= 200, len(g))
    r.gw.env_extra["CHAT_RELAY_HISTORY_MESSAGES"] = "0"
    await r.gw.stop()
    try:
        await r.gw.start()
        a = await r.client("alice")
        ms = await say_many(r, 5)
        await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
        cur = dict(curs(a))[ms[0].id]
        c = await back(r, since=cur)
        r.ok("history switched off: complete or a gap", mixed(r, c)[:1] == ["GAP"] or len(ids(c)) == 4, mixed(r, c)[:2])
    except RuntimeError as e:
        r.info(f"0 messages is refused: {str(e)[:150]}")


@scenario(limit=90)
async def history_damaged(r):
    """history's file is deleted, truncated or garbage at a restart: it serves, tells gap, goes on"""
    await r.setup(channels=1)
    for how in ("deleted", "garbage", "truncated", "wal garbage"):
        a = await r.client("alice")
        ms = await say_many(r, 50)
        await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
        cs = curs(a)
        await asyncio.sleep(1)
        await r.gw.kill()
        fs = [f for f in glob.glob(r.gw.data + "/history*")]
        for f in fs:
            if how == "deleted":
                os.unlink(f)
            elif how == "garbage" and f.endswith(".sqlite"):
                open(f, "wb").write(os.urandom(20000))
            elif how == "truncated" and f.endswith(".sqlite"):
                os.truncate(f, max(0, os.path.getsize(f) // 2))
            elif how == "wal garbage" and f.endswith("-wal"):
                with open(f, "r+b") as h:
                    h.seek(os.path.getsize(f) // 2)
                    h.write(os.urandom(5000))
        try:
            await r.gw.start()
        except RuntimeError as e:
            r.ok(f"{how}: serves", False, str(e)[:300])
            continue
        await r.subscribed()
        c = await r.client("alice", since=quote(cs[10][1]))
        x = r.tw.say(r.channels[0], f"after {how}")
        o = await c.wait(lambda o: o.get("id") == x.id, 4)
        g = mixed(r, c)
        want = [i for i, _ in cs[11:]] + [x.id]
        no = [y for y in g if y != "GAP"]
        r.ok(f"{how}: live goes on, nothing missing without a gap", o is not None and "GAP" in g and no == [y for y in want if y in no], f"{len(no) - 1} of 39 kept, {g.count('GAP')} gaps")
        r.info(f"told: {[l[-120:] for l in r.gw.stderr().splitlines() if 'istory' in l][:2]}")
    # two on one folder
    rc, o, e = await r.gw.cli("serve", js=False, check=False, timeout=15, env={"CHAT_RELAY_PORT": "0"})
    r.ok("a second serve on the folder: one clear line, status 1", rc == 1 and len(e.strip().splitlines()) <= 2, (rc, e[-300:]))
    await r.alive()


@scenario(limit=120)
async def clock_restart(r):
    """our clock goes back an hour, then forward two, between runs: cursors, de-duplication and history hold"""
    lib = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
    if not os.path.exists(lib):
        r.info("skipped")
        return
    await r.setup(channels=2, start=False)
    seen = {}
    def w(off):
        return dict(wrap=("env", f"LD_PRELOAD={lib}", f"FAKETIME={off}", "nice", "-n", "0"))
    last = None
    allids = []
    for k, off in enumerate(("+1h", "+0", "-1h", "+2h", "+0")):
        await r.gw.start(**w(off))
        await r.subscribed()
        a = await r.client("alice", **({"since": quote(last)} if last else {}))
        await quiet(a)
        if last:
            r.ok(f"clock {off}: since the last: gap, nothing old", mixed(r, a)[:1] == ["GAP"] and len(ids(a)) == 0, mixed(r, a)[:3])
        ms = await say_many(r, 30)
        await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
        # old ones again, as a retry after our restart
        for m in [r.tw.by_id[i] for i in allids[-20:]]:
            for s in r.tw.find_subs("channel.chat.message", m.b):
                r.tw.deliver(s, r.tw.chat_event(m.b, m.chatter, m.text, m.id), m.b)
        await asyncio.sleep(0.5)
        g = ids(a)
        r.ok(f"clock {off}: each once, none twice over restarts", len(g) == len(set(g)) == 30, len(g))
        for i, c in curs(a):
            if seen.setdefault(c, i) != i:
                r.ok("no cursor twice", False, c)
        allids += [m.id for m in ms]
        last = curs(a)[-1][1]
        first = first if k else curs(a)[0][1]
        c = await back(r, since=first, wait=0.5)
        no = ids(c)
        r.ok(f"clock {off}: since the very first: in order, complete or gap", no == [x for x in allids[1:] if x in no] and (len(no) == len(allids) - 1 or c.of("gap")), f"{len(no)} of {len(allids) - 1}, gaps {len(c.of('gap'))}")
        await asyncio.sleep(0.6)
        if k % 2:
            await r.gw.kill()
        else:
            await r.gw.stop()


@scenario(limit=60)
async def stream_removed(r):
    """removing a stream closes its clients with 1008 and erases its history"""
    await r.setup(channels=1)
    a = await r.client("alice")
    ms = [r.tw.say(r.channels[0], f"to be forgotten {i}") for i in range(5)]
    await a.wait(lambda o: o.get("id") == ms[-1].id, 5)
    await asyncio.sleep(1)
    await r.gw.cli("stream", "remove", str(r.stream), js=False)
    code = await a.wait_closed(6)
    r.ok("closed with 1008", code == 1008, code)
    j = await r.gw.cli("stream", "add", "--user", "alice", "--name", "Main", "--account", str(r.accounts[0]["id"]))
    await asyncio.sleep(3)
    c = await back(r, stream=j["id"], history=100)
    r.ok("a new stream of that name has no history", not ids(c), len(ids(c)))
    await r.gw.stop()
    raw = b"".join(open(f, "rb").read() for f in glob.glob(r.gw.data + "/*"))
    r.ok("nothing of it in the files after the end", b"to be forgotten" not in raw, [os.path.basename(f) for f in glob.glob(r.gw.data + "/*") if b"to be forgotten" in open(f, "rb").read()])
