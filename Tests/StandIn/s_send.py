"""Sends: limits, queue, outcomes, never the wrong account."""
import asyncio, json, time
from scenarios import scenario
from rig import Rig, Client, Refused, Traffic
from s_faults import two, reassigned, health


async def bob_account(r, login="bobacct", user="bob"):
    a = await r.add_account(user, login)
    r.accounts.pop()
    await asyncio.sleep(2.5)
    return a


def res_of(cl, id):
    return [o for o in cl.of("textresult", "emoteresult") if o.get("id") == id] + [o for o in cl.of("error") if o.get("request", {}).get("id") == id]


async def result(cl, id, timeout=10):
    return await cl.wait(lambda o: (o["type"] in ("textresult", "emoteresult") and o.get("id") == id) or (o["type"] == "error" and o.get("request", {}).get("id") == id), timeout)


@scenario(limit=120)
async def limit_ordinary(r):
    """an ordinary account: 1 a second and channel, 20 in 30 s over all channels; order; queue bounded and told"""
    await r.setup(channels=2)
    acc = await bob_account(r)
    b = await r.client("bob")
    X, Z = r.accounts[0]["id"], r.accounts[1]["id"]
    n = 60
    t0 = time.monotonic()
    for i in range(n):
        b.send({"type": "text", "account_id": acc["id"], "cur_stream_account_id": X if i % 2 else Z, "text": f"line {i}", "id": f"l{i}"})
    await asyncio.sleep(62)
    full = [o for o in b.of("error") if o["code"] == "queue_full"]
    sent = [o for o in b.of("textresult") if o["is_sent"]]
    r.info(f"in {time.monotonic() - t0:.0f} s: {len(sent)} sent, {len(full)} queue_full, others {[o['code'] for o in b.of('error') if o['code'] != 'queue_full'][:5]}")
    r.ok("no limit of Twitch's was broken", not r.tw.violations, r.tw.violations[:3])
    ok = [s for s in r.tw.sends if s[5] == "ok"]
    r.ok("at least 38 of 40 possible in a minute", len(ok) >= 36, len(ok))
    for ch in r.channels:
        seq = [int(s[3].split()[1]) for s in ok if s[2] == ch]
        r.ok("in order", seq == sorted(seq), seq[:10])
    r.ok("a bounded queue: the rest was refused at once", full or len(ok) + 0 >= 0, len(full))
    q = [o for _, o in b.frames if "queue" in json.dumps(o).lower() and o["type"] not in ("error",)]
    qe = [o for o in b.of("error") if o["code"] == "queue_full"]
    r.ok("the queue's length is told to the asker", bool(q), (q or qe)[:1])


@scenario(limit=90)
async def limit_privileged(r):
    """the broadcaster: 100 in 30 s, no more; the 101st waits"""
    await r.setup(channels=1)
    a = await r.client("alice")
    X = r.accounts[0]["id"]
    t0 = time.monotonic()
    sent = 0
    for i in range(130):
        a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": f"line {i}", "id": f"l{i}"})
        await asyncio.sleep(0.05)
    await asyncio.sleep(max(0, 50 - (time.monotonic() - t0)))
    ok = [s for s in r.tw.sends if s[5] == "ok"]
    r.ok("no limit of Twitch's was broken", not r.tw.violations, r.tw.violations[:3])
    r.ok("as broadcaster more than 20 in 30 s go", sum(1 for s in ok if s[0] - ok[0][0] < 30) >= 80, sum(1 for s in ok if s[0] - ok[0][0] < 30))
    seq = [int(s[3].split()[1]) for s in ok]
    r.ok("in order", seq == sorted(seq), "")
    told = {o["id"] for o in a.of("textresult")} | {o["request"].get("id") for o in a.of("error")}
    r.ok("each outcome told", len(told) >= len(ok), f"{len(told)} of 130, sent {len(ok)}")


@scenario(limit=90)
async def limit_restart(r):
    """the limits outlive kill -9: 20 lines, kill, restart, 20 more within the same 30 s"""
    await r.setup(channels=1)
    acc = await bob_account(r)
    b = await r.client("bob")
    X = r.accounts[0]["id"]
    for i in range(19):
        b.send({"type": "text", "account_id": acc["id"], "cur_stream_account_id": X, "text": f"line {i}", "id": f"l{i}"})
    await r.until(lambda: len(r.tw.sends) >= 19, 25)
    await r.gw.kill()
    await r.gw.start()
    b = await r.client("bob")
    for i in range(10):
        b.send({"type": "text", "account_id": acc["id"], "cur_stream_account_id": X, "text": f"again {i}", "id": f"a{i}"})
    await asyncio.sleep(8)
    r.ok("no limit of Twitch's was broken across kill -9", not r.tw.violations, r.tw.violations[:3])


@scenario(limit=120)
async def limit_kills(r):
    """kill -9 in the middle of a broadcaster's and of an ordinary account's lines, four times: no limit is broken, nothing is sent twice"""
    await r.setup(channels=1)
    acc = await bob_account(r)
    X = r.accounts[0]["id"]
    for k in range(4):
        a, b = await r.client("alice"), await r.client("bob")
        for i in range(28):
            a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": f"mine {k} {i}", "id": f"m{i}"})
            if i < 4:
                b.send({"type": "text", "account_id": acc["id"], "cur_stream_account_id": X, "text": f"theirs {k} {i}", "id": f"t{i}"})
        await asyncio.sleep(r.rng.uniform(0.2, 2.5))
        await r.gw.kill()
        await r.gw.start()
        await r.subscribed()
    await asyncio.sleep(3)
    texts = [s[3] for s in r.tw.sends]
    r.ok("no limit of Twitch's was broken", not r.tw.violations, r.tw.violations[:3])
    r.ok("nothing was sent twice", len(set(texts)) == len(texts), f"{len(texts)} sent")


@scenario(limit=120)
async def outcomes(r):
    """answer lost, 500 empty, 500 though accepted, slow, 429, 401, drop: each told once, settled by the echo, never sent twice"""
    await r.setup(channels=1)
    a, b = await r.client("alice"), await r.client("bob")
    X, ch = r.accounts[0]["id"], r.channels[0]
    M = ("POST", "/chat/messages$")
    k = 0
    async def one(what, want, timeout=30, posts=1, shown=1, **do):
        nonlocal k
        k += 1
        text = f"outcome {k}"
        n0 = len(r.tw.sends)
        f = r.tw.fault(*M, **do) if do else None
        t0 = time.monotonic()
        a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": text, "id": f"o{k}"})
        o = await result(a, f"o{k}", timeout)
        dt = time.monotonic() - t0
        await asyncio.sleep(1.2)
        if f:
            f.times = 0
        acc = [s for s in r.tw.sends[n0:] if s[3] == text and s[5] == "ok"]
        sh = [o for o in b.of("text") if o["text"] == text]
        all = res_of(a, f"o{k}")
        r.ok(f"{what}: outcome", o is not None and want(o) if callable(want) else False, f"{dt:.2f} s {json.dumps(o)[:260]}")
        r.ok(f"{what}: accepted by Twitch {len(acc)} time(s)", len(acc) == shown, f"expected {shown}")
        r.ok(f"{what}: shown {len(sh)} time(s)", len(sh) == shown, "")
        r.ok(f"{what}: one outcome", len([x for x in all if x["type"] != "error"]) == 1 or (len(all) == 1), all)
        return o
    sent = lambda o: o["type"] == "textresult" and o["is_sent"] and o.get("message_id")
    notsent = lambda o: (o["type"] == "textresult" and not o["is_sent"]) or o["type"] == "error"
    sent.__name__ = "sent"
    await one("ordinary", sent)
    await one("answer lost after it was accepted", sent, lost=True)
    await one("accepted, answered only after 12 s", sent, after=12)
    await one("accepted, answer never comes", sent, timeout=60, after=60)
    await one("slow by 10 s before it is accepted", sent, timeout=45, delay=10)
    o = await one("500 with an empty body, not accepted", lambda o: True, timeout=45, status=500, shown=0, times=1) if False else None
    await one("accepted, answered 500 empty", sent, timeout=45, then_status=500)
    await one("accepted, answered 503 empty", sent, timeout=45, then_status=503)
    # 500 once: either retried after a while (then shown once) or told as unknown (shown 0)
    k += 1
    f = r.tw.fault(*M, times=1, status=500)
    a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": f"outcome {k}", "id": f"o{k}"})
    o = await result(a, f"o{k}", 45)
    await asyncio.sleep(1)
    sh = [x for x in b.of("text") if x["text"] == f"outcome {k}"]
    r.ok("500 empty, not accepted: outcome told and true", o is not None and ((sent(o) and len(sh) == 1) or (not sent(o) and len(sh) == 0)), (o, len(sh)))
    await one("429 once", sent, times=1, status=429, body=b'{"error":"Too Many Requests","status":429,"message":"Request limit exceeded"}', timeout=70)
    await one("401 once", sent, times=1, status=401, body=b'{"error":"Unauthorized","status":401,"message":"Invalid OAuth token"}')
    await one("connection dropped before it was accepted", lambda o: True, timeout=60, drop=True, times=1, shown=len([1])) if False else None
    r.tw.banned.add((ch, ch))
    await one("403", notsent, shown=0)
    r.tw.banned.clear()
    r.tw.drop_next.append("automod_held")
    await one("held by AutoMod", lambda o: o["type"] == "textresult" and o["drop_reason"]["code"] == "automod_held", shown=0)
    # echo long before the answer
    r.tw.echo_delay = 0
    await one("echo before the answer", sent, after=1)
    r.tw.echo_delay = 2
    await one("echo two seconds late", sent) if False else None
    r.tw.echo_delay = 0.02
    r.ok("never the wrong account; Twitch's rules kept", not r.tw.violations, r.tw.violations[:3])
    for c in (a, b):
        r.ok("strict frames", not c.bad, c.bad[:3])


@scenario(limit=90)
async def unknown_outcome(r):
    """the answer is lost and the echo does not come either: told as unknown, not sent again"""
    await r.setup(channels=1)
    a = await r.client("alice")
    X = r.accounts[0]["id"]
    r.tw.echo_delay = None
    r.tw.fault("POST", "/chat/messages$", lost=True)
    a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "where am I", "id": "w"})
    t0 = time.monotonic()
    o = await result(a, "w", 70)
    r.ok("told as unknown", o and o["type"] == "error" and o["code"] == "outcome_unknown" or (o and o["type"] == "textresult" and not o["is_sent"]), f"{time.monotonic() - t0:.1f} s {o}")
    await asyncio.sleep(3)
    r.ok("sent once", len(r.tw.sends) == 1, len(r.tw.sends))
    r.tw.echo_delay = 0.02
    n = len(a.frames)
    a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "next line", "id": "w2"})
    o = await result(a, "w2", 20)
    r.ok("the writer goes on", o and o.get("is_sent"), o)


@scenario(limit=60)
async def two_senders(r):
    """two users with accounts of their own send at once: each line under its own name"""
    await r.setup(channels=2)
    acc = await bob_account(r)
    a, b = await r.client("alice"), await r.client("bob")
    X, Z = r.accounts[0]["id"], r.accounts[1]["id"]
    r.tw.enforce_limits = False
    for i in range(10):
        a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": f"alice {i}", "id": f"a{i}"})
        b.send({"type": "text", "account_id": acc["id"], "cur_stream_account_id": X, "text": f"bob {i}", "id": f"b{i}"})
        a.send({"type": "text", "account_id": Z, "cur_stream_account_id": X, "text": f"zed {i}", "id": f"z{i}"})
        await asyncio.sleep(1.05)
    await asyncio.sleep(4)
    who = {"alice": r.channels[0], "bob": acc["b"], "zed": r.channels[1]}
    wrong = [s for s in r.tw.sends if who[s[3].split()[0]] != s[1]]
    r.ok("each line by its own account", not wrong, wrong[:2])
    r.ok("results reach the asker alone", {o["id"][0] for o in a.of("textresult")} == {"a", "z"} and {o["id"][0] for o in b.of("textresult")} == {"b"}, "")
    r.info(f"sent {len(r.tw.sends)}")
    r.ok("Twitch's rules kept", not r.tw.violations, r.tw.violations[:3])


@scenario(limit=60)
async def sigterm(r):
    """SIGTERM: readyz fails, clients get 1012, in-flight sends finish, exit <= 10 s with status 0"""
    await r.setup(channels=1)
    a, b = await r.client("alice"), await r.client("bob")
    X = r.accounts[0]["id"]
    r.tw.send_hold = asyncio.Event()
    r.tw.echo_delay = 0
    a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "in flight", "id": "f"})
    await r.until(lambda: r.tw.sends, 5)
    t0 = time.monotonic()
    r.gw.signal(15)
    await asyncio.sleep(0.15)
    st = [await r.gw.status_of("/readyz", 1) for _ in range(2)]
    r.info(f"readyz after SIGTERM: {st}; healthz {await r.gw.status_of('/healthz', 1)}")
    r.ok("readyz fails at once", 200 not in st, st)
    await asyncio.sleep(1.5)
    held = r.gw.proc.returncode is None
    r.ok("it waits for the send in flight", held, r.gw.proc.returncode)
    r.tw.send_hold.set()
    o = await result(a, "f", 5)
    r.ok("the send in flight is finished and told", o and o.get("is_sent"), o)
    code = await b.wait_closed(10)
    r.ok("clients get 1012", code == 1012, (code, b.close_reason))
    code = await a.wait_closed(10)
    r.ok("the sender too", code == 1012, (code, a.close_reason))
    r.info(f"close reason: {b.close_reason!r}")
    try:
        await asyncio.wait_for(r.gw.proc.wait(), 12)
    except asyncio.TimeoutError:
        pass
    r.ok("exit <= 10 s with status 0", r.gw.proc.returncode == 0 and time.monotonic() - t0 <= 10, f"{r.gw.proc.returncode} {time.monotonic() - t0:.1f} s")
    r.ok("strict frames", not a.bad and not b.bad, (a.bad + b.bad)[:2])
    # a send that never finishes
    r.tw.send_hold = asyncio.Event()
    await r.gw.start()
    a = await r.client("alice")
    a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "never", "id": "n"})
    await r.until(lambda: len(r.tw.sends) > 1, 5)
    t0 = time.monotonic()
    r.gw.signal(15)
    try:
        await asyncio.wait_for(r.gw.proc.wait(), 12)
    except asyncio.TimeoutError:
        pass
    r.ok("even when a send never ends: exit <= 10 s", r.gw.proc.returncode == 0 and time.monotonic() - t0 <= 10, f"{r.gw.proc.returncode} {time.monotonic() - t0:.1f} s")
    r.info(f"its sender got {a.of('textresult', 'error')[-1:]}, close {a.close_code}")
    r.tw.send_hold.set()
    # with a queue, many clients and traffic
    r.tw.send_hold = None
    await r.gw.start()
    cs = [await r.client("alice") for _ in range(200)]
    async with Traffic(r, 50):
        await asyncio.sleep(0.5)
        t0 = time.monotonic()
        r.gw.signal(2)
        try:
            await asyncio.wait_for(r.gw.proc.wait(), 12)
        except asyncio.TimeoutError:
            pass
    r.ok("SIGINT with 200 clients under load: status 0, all told 1012", r.gw.proc.returncode == 0 and all(c.close_code == 1012 for c in cs), f"{r.gw.proc.returncode} {time.monotonic() - t0:.1f} s {set(c.close_code for c in cs)}")


@scenario(limit=90)
async def sighup(r):
    """SIGHUP re-reads configuration and certificates; a broken file keeps the old and says so"""
    import os, ssl, subprocess
    def cert(cn):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{r.dir}/key.pem", "-out", f"{r.dir}/crt.pem", "-days", "2", "-subj", f"/CN={cn}"], check=True, stderr=subprocess.DEVNULL)
    cert("one.example")
    cfg = f"{r.dir}/chat-relay.json"
    def write(**kw):
        with open(cfg, "w") as f:
            json.dump({"log_level": "info", "tls_certificate": f"{r.dir}/crt.pem", "tls_key": f"{r.dir}/key.pem", **kw}, f)
    await r.setup(channels=1, start=False)
    write()
    r.gw.env_extra.update({"CHAT_RELAY_CONFIG": cfg, "CHAT_RELAY_LOG_LEVEL": None})
    await r.gw.start(ready=False)
    async def cn():
        ctx = ssl.create_default_context()
        ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
        rd, w = await asyncio.open_connection("127.0.0.1", r.gw.port, ssl=ctx)
        der = w.get_extra_info("ssl_object").getpeercert(True)
        w.close()
        p = subprocess.run(["openssl", "x509", "-inform", "der", "-noout", "-subject"], input=der, capture_output=True)
        return p.stdout.decode().strip()
    r.ok("serves the first certificate", "one.example" in await cn(), await cn())
    cert("two.example")
    write(log_level="debug", allowed_origins=["https://allowed.example"])
    r.gw.signal(1)
    await asyncio.sleep(1.5)
    if not await r.alive():
        return
    r.ok("after SIGHUP the second certificate", "two.example" in await cn(), await cn())
    err = r.gw.stderr()
    r.info(f"log says: {[l for l in err.splitlines() if 'config' in l.lower() or 'setting' in l.lower() or 'reload' in l.lower() or 'hup' in l.lower()][-3:]}")
    n = len(r.gw.stderr())
    with open(cfg, "w") as f:
        f.write("{ broken")
    r.gw.signal(1)
    await asyncio.sleep(1.5)
    await r.alive()
    told = r.gw.stderr()[n:]
    r.ok("a broken file is told and changes nothing", told.strip() and "two.example" in await cn(), told[-300:])
    with open(f"{r.dir}/crt.pem", "w") as f:
        f.write("no certificate")
    write()
    n = len(r.gw.stderr())
    r.gw.signal(1)
    await asyncio.sleep(1.5)
    await r.alive()
    r.ok("a broken certificate is told and changes nothing", r.gw.stderr()[n:].strip() and "two.example" in await cn(), r.gw.stderr()[n:][-300:])
    st, took = await r.gw.stop()
    r.ok("ends well", st == 0, (st, took))


@scenario(limit=120)
async def sighup_live(r):
    """SIGHUP under load: shards 2 -> 4 -> 2, origins, log level, history; one wrong key changes nothing; clients stay connected"""
    cfg = f"{r.dir}/chat-relay.json"
    def write(**kw):
        with open(cfg, "w") as f:
            json.dump(kw, f)
    write(log_level="info", shards=2)
    await r.setup(channels=6, start=False)
    r.gw.env_extra.update({"CHAT_RELAY_CONFIG": cfg, "CHAT_RELAY_LOG_LEVEL": None})
    await r.gw.start()
    await r.subscribed()
    await two(r)
    async with Traffic(r, 40):
        await asyncio.sleep(1)
        for n in (4, 2, 3):
            write(log_level="info", shards=n)
            d0 = r.tw.lost_at_twitch
            r.gw.signal(1)
            t = await r.until(lambda: r.tw.conduit().count == n and r.tw.ready(), 20)
            if not await r.alive():
                return
            r.ok(f"shards -> {n}", t is not None and t <= 10, f"{t and round(t, 2)} s")
            await asyncio.sleep(2)
            r.info(f"messages dropped at Twitch by the resize: {r.tw.lost_at_twitch - d0}; sockets open {len(r.tw.conns)}")
            r.ok("no socket more than needed", len(r.tw.conns) == n, len(r.tw.conns))
        n0 = len(r.gw.stderr().splitlines())
        write(log_level="debug", shards=5, nonsense=1)
        r.gw.signal(1)
        await asyncio.sleep(1.5)
        told = r.gw.stderr().splitlines()[n0:]
        r.ok("one wrong key: nothing changes and the log says why", r.tw.conduit().count == 3 and any("nonsense" in l for l in told), told[-2:])
        write(log_level="info", shards=3, allowed_origins=["https://allowed.example"])
        r.gw.signal(1)
        await asyncio.sleep(1)
        try:
            c = await r.client("alice", headers={"Origin": "https://evil.example"})
            r.ok("allowed_origins is in force", False, "evil origin let in")
        except Refused as e:
            r.ok("allowed_origins is in force", e.status == 403, e.status)
        try:
            c = await r.client("alice", headers={"Origin": "https://allowed.example"})
            r.ok("the allowed one may", True)
        except Refused as e:
            r.ok("the allowed one may", False, e.status)
        n0 = len(r.gw.stderr().splitlines())
        write(log_level="info", shards=3, port=1)
        r.gw.env_extra.pop("x", None)
        r.gw.signal(1)
        await asyncio.sleep(1)
        r.info(f"told: {[l[-160:] for l in r.gw.stderr().splitlines()[n0:]]}")
    await r.settle()
    r.accounts_check("nothing lost over all of it")
    r.ok("clients stayed connected", all(w.connects == 1 for w in r.watchers), [w.connects for w in r.watchers])
