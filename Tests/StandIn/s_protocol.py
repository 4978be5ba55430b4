"""The protocol of issue 2: handshake, status, writer, viewcount, text/emote, irc, msg, permissions, errors, closings, CLI."""
import asyncio, json, os, struct, time
from scenarios import scenario
from rig import Rig, Client, Refused, SAMPLES
import wsframes as wf


@scenario(limit=40)
async def smoke(r):
    """starts, becomes ready, relays ten messages to two clients"""
    await r.setup(channels=2)
    r.info(f"serving after {r.gw.serving_t:.2f} s, ready after {r.gw.ready_t:.2f} s")
    a, b = await r.watcher("alice"), await r.watcher("bob")
    for i in range(10):
        for ch in r.channels:
            r.tw.say(ch, f"hello {i}")
        await asyncio.sleep(0.01)
    t = await r.settle()
    r.info(f"settled {t}")
    r.accounts_check()
    r.strict_check()
    st, took = await r.gw.stop()
    r.ok("SIGTERM ends it with status 0", st == 0, f"{st} after {took:.2f} s")


async def refused(r, path, headers=None):
    try:
        c = await Client.connect("127.0.0.1", r.gw.port, path, headers=headers)
        await c.close()
        return 101, b""
    except Refused as e:
        return e.status, e.body


@scenario(limit=60)
async def handshake(r):
    """the same 403 for no token, wrong token, unknown stream, level 0; origins"""
    await r.setup(channels=1, users=("alice", "bob", "carol"), share=1)
    await r.gw.cli("user", "add", "mallory")
    await r.gw.cli("stream", "share", str(r.stream), "--with", "carol", "--chat-level", "0", js=False)
    await asyncio.sleep(2.5)
    tok = r.users["alice"]["token"]
    cases = {"no token": f"/ws/{r.stream}", "empty token": f"/ws/{r.stream}?token=", "wrong token": f"/ws/{r.stream}?token=nonsense",
             "unknown stream": f"/ws/9999?token={tok}", "stream is no number": f"/ws/abc?token={tok}", "huge stream": f"/ws/99999999999999999999999?token={tok}",
             "level 0": f"/ws/{r.stream}?token={r.users['carol']['token']}", "negative": f"/ws/-1?token={tok}"}
    got = {}
    for k, p in cases.items():
        got[k] = await refused(r, p)
    for k in ("no token", "empty token", "wrong token", "unknown stream", "level 0"):
        r.ok(f"{k}: 403 before the upgrade", got[k][0] == 403 and 0 < len(got[k][1]) < 200, got[k])
    r.ok("the same answer for all four", len({got[k] for k in ("no token", "wrong token", "unknown stream", "level 0")}) == 1, set(got.values()))
    for k in ("stream is no number", "huge stream", "negative"):
        r.ok(f"{k}: refused", got[k][0] in (403, 404), got[k])
    for o in ("null", "http://evil.example", None, f"http://127.0.0.1:{r.gw.port}"):
        st, _ = await refused(r, r.path("alice"), {"Origin": o} if o else None)
        r.ok(f"Origin {o} with a token is let in", st == 101, st)
    st, b = await refused(r, f"/ws/{r.stream}?token={tok}", {"Sec-WebSocket-Version": "8"})
    r.ok("another version is refused", st in (400, 426), (st, b[:80]))
    c = await r.client("alice")
    await asyncio.sleep(1.0)
    r.ok("nothing is sent unasked right after connecting", not c.frames, c.frames[:2])
    s = await c.ask({"type": "status"}, lambda o: o["type"] == "status")
    r.ok("status is answered", s is not None, "")
    r.ok("strict frames", not c.bad, c.bad)
    await c.close()


@scenario(limit=60)
async def status_frames(r):
    """status: accounts, live, writable, http_url; pushed when something changed, to nobody else"""
    await r.setup(channels=2, users=("alice", "bob", "carol"), live=False, share=1)
    await r.gw.cli("stream", "share", str(r.stream), "--with", "carol", "--chat-level", "2", js=False)
    a, b = await r.client("alice"), await r.client("bob")
    s = await a.ask({"type": "status"}, lambda o: o["type"] == "status")
    r.ok("while offline only account 0", s and set(s["accounts"]) == {"0"} and not s["status"]["data_incoming"], s)
    r.ok("account 0 is the user's own name", s["accounts"]["0"]["name"] == "alice", "")
    n, nb = len(a.frames), len(b.frames)
    ch = r.channels[0]
    t0 = time.monotonic()
    r.tw.live(ch)
    s = await a.wait(lambda o: o["type"] == "status" and o["status"]["data_incoming"], 10, n)
    r.ok("status is pushed when an account goes live", s is not None, f"{time.monotonic() - t0:.2f} s")
    sb = await b.wait(lambda o: o["type"] == "status" and o["status"]["data_incoming"], 10, nb)
    r.ok("to every connection of the stream", sb is not None, "")
    if s:
        x, y = str(r.accounts[0]["id"]), str(r.accounts[1]["id"])
        r.ok("all stream accounts listed", {x, y} <= set(s["accounts"]), list(s["accounts"]))
        r.ok("live per account, truthfully", s["accounts"][x]["live"] and not s["accounts"][y]["live"], "")
        r.ok("http_url on stream accounts", s["accounts"][x].get("http_url", "").lower().rstrip("/").endswith("twitch.tv/chan0"), s["accounts"][x].get("http_url"))
        r.ok("ready and writable for the owner", s["accounts"][x]["ready"] and s["accounts"][x]["writable"], "")
    if sb:
        r.ok("level 1: not writable", not sb["accounts"][x]["writable"], sb["accounts"][x])
    c = await r.client("carol")
    sc = await c.ask({"type": "status"}, lambda o: o["type"] == "status")
    r.ok("level 2: writable", sc["accounts"][x]["writable"], sc["accounts"].get(x))
    n = len(a.frames)
    r.tw.offline(ch)
    s = await a.wait(lambda o: o["type"] == "status" and not o["status"]["data_incoming"], 15, n)
    r.ok("status is pushed when it goes offline", s is not None and set(s["accounts"]) == {"0"}, s and list(s["accounts"]))
    n = len(a.frames)
    await r.gw.cli("stream", "set", str(r.stream), "--chat-when-offline", "on", js=False)
    s = await a.wait(lambda o: o["type"] == "status" and len(o["accounts"]) > 1, 10, n)
    r.ok("chat_when_offline lists the accounts, live false", s is not None and not s["accounts"][x]["live"], "")
    # viewers
    r.tw.live(ch, 55)
    await asyncio.sleep(1)
    n = len(a.frames)
    a.send({"type": "viewcount"})
    v = await a.wait(lambda o: o["type"] == "viewcountresult", 3, n)
    r.ok("viewcount is answered at once", v is not None, v)
    v = await a.wait(lambda o: o["type"] == "viewcountresult" and o["viewer_count"] == 55, 75 if os.environ.get("QA_LONG") else 8, n)
    r.info(f"viewer count 55 seen: {v is not None}")
    for c_ in (a, b, c):
        r.ok("strict frames", not c_.bad, c_.bad[:3])


def err(code=None):
    return lambda o: o["type"] == "error" and (code is None or o["code"] == code)


@scenario(limit=90)
async def requests(r):
    """writer flow, text, emote, /irc, /msg, permissions, errors; ids as strings"""
    await r.setup(channels=1, users=("alice", "bob", "carol", "dave"), share=2)
    await r.gw.cli("stream", "share", str(r.stream), "--with", "carol", "--chat-level", "1", js=False)
    X = r.accounts[0]["id"]
    bb = await r.add_account("bob", "bobacct")
    r.accounts.pop()
    Y = bb["id"]
    dd = await r.add_account("dave", "daveacct")
    r.accounts.pop()
    Z = dd["id"]
    await asyncio.sleep(2.5)
    a, b, b2, c = await r.client("alice"), await r.client("bob"), await r.client("bob"), await r.client("carol")
    s = await b.ask({"type": "status"}, lambda o: o["type"] == "status")
    r.ok("bob's own account is listed, not ready", str(Y) in s["accounts"] and not s["accounts"][str(Y)]["ready"] and s["accounts"][str(Y)]["writable"], s["accounts"].get(str(Y)))
    r.ok("others' accounts are not", str(Z) not in s["accounts"], list(s["accounts"]))
    r.ok("no http_url on what is no stream account", "http_url" not in s["accounts"].get(str(Y), {}), "")
    n2 = len(b2.frames)
    na = len(a.frames)
    w = await b.ask({"type": "writer", "account_id": str(Y), "cur_stream_account_id": str(X)}, lambda o: o["type"] == "writerresult")
    r.ok("writer with ids as strings is answered with integers", w == {"type": "writerresult", "account_id": Y, "cur_stream_account_id": X}, w)
    w2 = await b2.wait(lambda o: o["type"] == "writerresult", 3, n2)
    r.ok("to every connection of that user", w2 is not None, "")
    await asyncio.sleep(0.5)
    r.ok("not to other users; no status for it", not [f for _, f in a.frames[na:] if f["type"] in ("writerresult", "status")], a.frames[na:])
    s = await b.ask({"type": "status"}, lambda o: o["type"] == "status")
    r.ok("ready stays false after its writer was made", not s["accounts"][str(Y)]["ready"], "")
    # send
    n = len(a.frames)
    res = await b.ask({"type": "text", "account_id": Y, "cur_stream_account_id": X, "text": "hi from bob", "id": "q1"}, lambda o: o["type"] in ("textresult", "error"))
    r.ok("textresult with message_id", res and res["type"] == "textresult" and res.get("is_sent") and res.get("id") == "q1", res)
    m = await a.wait(lambda o: o["type"] == "text" and o["text"] == "hi from bob", 5, n)
    r.ok("the message comes back by way of the network", m and m["account_id"] == X and m["from"]["id"] == bb["b"], m)
    r.ok("its id is the result's message_id", m and res and m["id"] == res.get("message_id"), "")
    await asyncio.sleep(0.6)
    r.ok("once", len([1 for o in a.of("text") if o["text"] == "hi from bob"]) == 1 and len([1 for o in b.of("text") if o["text"] == "hi from bob"]) == 1, "")
    await asyncio.sleep(1.1)
    res = await b.ask({"type": "emote", "account_id": Y, "cur_stream_account_id": X, "text": "waves", "id": "q2"}, lambda o: o["type"] in ("emoteresult", "error"))
    r.ok("emoteresult", res and res["type"] == "emoteresult" and res.get("is_sent"), res)
    m = await a.wait(lambda o: o["type"] == "emote" and o["text"] == "waves", 5, n)
    r.ok("an emote comes back as emote", m is not None, [o for o in a.of("text", "emote")][-2:])
    # stream account by level 2
    res = await b.ask({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "as the channel", "id": "q3"}, lambda o: o["type"] in ("textresult", "error"))
    r.ok("level 2 may send with the stream account", res and res.get("is_sent"), res)
    # irc
    n, nc = len(a.frames), len(c.frames)
    b.send({"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": "irc *hello* <b>"})
    m = await a.wait(lambda o: o["type"] == "text" and o["account_id"] == 0, 5, n)
    r.ok("internal chat", m and m["text"] == "irc *hello* <b>" and m["from"] == {"id": r.users["bob"]["id"], "name": "bob"} | {k: v for k, v in m["from"].items() if k not in ("id", "name")}, m)
    r.ok("markdown is escaped", m and "<b>" not in m["markdown"].replace("\\<", "") and "*hello*" not in m["markdown"].replace("\\*", "§"), m and m["markdown"])
    b.send({"type": "text", "account_id": Y, "cur_stream_account_id": X, "text": "/irc by prefix"})
    m = await a.wait(lambda o: o["type"] == "text" and o["account_id"] == 0 and o["text"] == "by prefix", 5, n)
    r.ok("/irc goes to the internal chat whatever account_id says", m is not None, "")
    na, nb, nb2, nc = len(a.frames), len(b.frames), len(b2.frames), len(c.frames)
    a.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "/msg bob the secret"})
    got = [await x.wait(lambda o: o["type"] == "text" and o.get("to"), 3, k) for x, k in ((a, na), (b, nb), (b2, nb2))]
    await asyncio.sleep(0.4)
    r.ok("/msg reaches the sender and every connection of NAME", all(got) and got[0]["text"] == "the secret" and got[0]["to"]["name"] == "bob", got[0])
    r.ok("and nobody else", not [o for _, o in c.frames[nc:] if o["type"] == "text" and (o.get("to") or "secret" in o["text"])], c.frames[nc:])
    # errors
    async def e(cl, what, req, codes=None):
        o = await cl.ask(req, lambda o: o["type"] in ("error", "textresult", "writerresult"), 4)
        good = o and o["type"] == "error" and (not codes or o["code"] in codes)
        if good and "id" in req and isinstance(req["id"], str) and len(req["id"]) <= 64:
            good = o.get("request", {}).get("id") == req["id"]
        if good and isinstance(req.get("type"), str):
            good = o.get("request", {}).get("type") == req["type"]
        r.ok(f"error: {what}", good, o)
    await e(c, "level 1 may not send", {"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "x", "id": "e1"})
    await e(c, "level 1 may not write internal chat", {"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": "x", "id": "e1b"})
    await e(c, "level 1 may not make a writer", {"type": "writer", "account_id": X, "cur_stream_account_id": X, "id": "e2"})
    o = await c.ask({"type": "viewcount"}, lambda o: o["type"] in ("error", "viewcountresult"))
    r.ok("level 1 may ask for viewcount", o and o["type"] == "viewcountresult", o)
    await e(b, "an account that may not be used", {"type": "text", "account_id": Z, "cur_stream_account_id": X, "text": "x", "id": "e3"})
    await e(b, "a stream account of another stream", {"type": "text", "account_id": Y, "cur_stream_account_id": Y, "text": "x", "id": "e4"})
    await e(b, "writer with it", {"type": "writer", "account_id": Z, "cur_stream_account_id": X, "id": "e5"})
    await e(b, "empty text", {"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "", "id": "e6"})
    await e(b, "blank text", {"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "   ", "id": "e6b"})
    await e(b, "501 characters", {"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "y" * 501, "id": "e7"})
    await e(b, "unknown type", {"type": "nonsense", "id": "e8"})
    await e(b, "missing key", {"type": "text", "account_id": X, "text": "x", "id": "e9"})
    await e(b, "mistyped key", {"type": "text", "account_id": [X], "cur_stream_account_id": X, "text": "x", "id": "e10"})
    await e(b, "mistyped text", {"type": "text", "account_id": X, "cur_stream_account_id": X, "text": 5, "id": "e11"})
    await e(b, "across networks", {"type": "text", "account_id": 0, "cur_stream_account_id": X, "text": "x", "id": "e11b"})
    await e(b, "negative id", {"type": "text", "account_id": -1, "cur_stream_account_id": X, "text": "x", "id": "e12"})
    await e(b, "id over 64 characters", {"type": "status", "id": "z" * 65})
    await e(b, "/msg to nobody", {"type": "text", "account_id": 0, "cur_stream_account_id": 0, "text": "/msg nosuch hi", "id": "e13"})
    await e(b, "type missing", {"id": "e14"})
    for raw in (b"{", b"[]", b"null", b'"x"', b"", b'{"type":"status"} x', b'{"type":' + b"[" * 2000):
        n = len(b.frames)
        b.send_frame(wf.TEXT, raw)
        o = await b.wait(lambda o: o["type"] == "error", 3, n)
        r.ok(f"error: malformed {raw[:20]!r}", o is not None, o and o.get("code"))
    r.ok("the connection stays open", b.alive and await b.ask({"type": "status"}, lambda o: o["type"] == "status"), "")
    n = len(b.frames)
    b.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "x" * 500, "id": "f1"})
    o = await b.wait(lambda o: o["type"] in ("textresult", "error"), 5, n)
    r.ok("500 characters pass", o and o.get("is_sent"), o)
    n = len(b.frames)
    b.send({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "🐸" * 500, "id": "f2"})
    o = await b.wait(lambda o: o["type"] in ("textresult", "error"), 5, n)
    r.ok("500 code points outside the BMP pass", o and o.get("is_sent"), o)
    # drop
    r.tw.drop_next.append("msg_rejected")
    o = await b.ask({"type": "text", "account_id": X, "cur_stream_account_id": X, "text": "refused", "id": "f3"}, lambda o: o["type"] == "textresult")
    r.ok("drop_reason is told", o and o["is_sent"] is False and o["drop_reason"]["code"] == "msg_rejected", o)
    # closings
    for what, op, pl, want in (("over 64 KiB", wf.TEXT, b'{"type":"status","x":"' + b"a" * 70000 + b'"}', 1009), ("binary", wf.BINARY, b"\x00", 1003), ("invalid UTF-8", wf.TEXT, b'{"type":"\xff"}', 1007)):
        x = await r.client("alice")
        x.send_frame(op, pl)
        code = await x.wait_closed(5)
        r.ok(f"{what} closes with {want}", code == want, code)
        r.ok("strict", not x.bad, x.bad)
    x = await r.client("alice")
    for i in range(3000):
        x.send({"type": "status"})
    code = await x.wait_closed(10)
    r.ok("a flood closes with 1008 after an error", code == 1008 and x.of("error"), (code, x.of("error")[-1:]))
    x = await r.client("alice")
    x.send_frame(wf.TEXT, b'{"type":"sta', fin=False)
    x.send_frame(wf.PING, b"p")
    x.send_frame(wf.CONT, b'tus"}')
    r.ok("a fragmented request works", await x.wait(lambda o: o["type"] == "status", 3), "")
    for cl in (a, b, b2, c):
        r.ok("strict frames", not cl.bad, cl.bad[:3])
    r.ok("Twitch's rules kept", not r.tw.violations, r.tw.violations[:4])


@scenario(limit=60)
async def samples(r):
    """every notification sample is relayed or ignored, nothing breaks"""
    await r.setup(channels=1)
    ch = r.channels[0]
    a = await r.client("alice")
    d = SAMPLES
    u = r.tw.users[ch]
    sent = 0
    for f in sorted(os.listdir(d)):
        if not f.startswith("notification_"):
            continue
        o = json.load(open(os.path.join(d, f)))
        ty = o["metadata"]["subscription_type"]
        ev = o["payload"]["event"]
        if "broadcaster_user_id" in ev:
            ev.update({"broadcaster_user_id": ch, "broadcaster_user_login": u["login"], "broadcaster_user_name": u["display_name"]})
        subs = r.tw.find_subs(ty, ch)
        if not subs:
            continue
        n = len(a.frames)
        r.tw.deliver(subs[0], ev, ch, o["metadata"]["message_id"])
        sent += 1
        if ty == "channel.chat.message":
            m = await a.wait(lambda x: x["type"] in ("text", "emote") and x["id"] == ev["message_id"], 2, n)
            r.ok(f"{f}", m is not None, json.dumps(m, ensure_ascii=False)[:330] if m else "nothing came")
            if m and "me_action" in f:
                r.ok("/me is an emote without its wrapper", m["type"] == "emote" and "\x01" not in json.dumps(m), "")
        elif ty == "channel.chat.notification":
            m = await a.wait(lambda x: x["type"] == "notice" and x["id"] == ev["message_id"], 2, n)
            r.ok(f"{f}", m is not None and m["notice_type"], json.dumps(m, ensure_ascii=False)[:200] if m else "nothing came")
        elif ty == "channel.chat.message_delete":
            m = await a.wait(lambda x: x["type"] == "delete", 2, n)
            r.ok(f"{f}", m and m["message_id"] == ev["message_id"], m)
        elif ty in ("channel.chat.clear", "channel.chat.clear_user_messages"):
            m = await a.wait(lambda x: x["type"] == "clear", 2, n)
            r.ok(f"{f}", m and m.get("user_id") == ev.get("target_user_id"), m)
    r.ok("strict frames", not a.bad, a.bad[:4])
    await r.alive()


@scenario(limit=60)
async def cli(r):
    """shapes of --json, config errors, busy port, wrong secret"""
    gw, tw = r.gw, r.tw
    tw.add_user("TideWatch", "5551001")
    j = await gw.cli("user", "add", "alice")
    r.ok("user add", set(j) == {"id", "username", "access_token"} and isinstance(j["id"], int), j)
    j2 = await gw.cli("user", "list")
    r.ok("user list", isinstance(j2, list) and j2[0]["username"] == "alice" and "access_token" not in j2[0], j2)
    a = await r.add_account("alice", "chan0")
    r.ok("account add", {"id", "name", "network", "network_user_id"} <= set(a["json"]) and a["json"]["network"] == "twitch" and a["json"]["network_user_id"] == a["b"], a["json"])
    s = await gw.cli("stream", "add", "--user", "alice", "--name", "My Chat", "--account", str(a["id"]))
    r.ok("stream add", {"id", "name", "slug", "accounts"} <= set(s) and isinstance(s["accounts"], list), s)
    rc, o, e = await gw.cli("user", "add", "alice", check=False)
    r.ok("a name twice: status 1, one line", rc == 1 and len(e.strip().splitlines()) == 1, (rc, e))
    rc, o, e = await gw.cli("account", "add", "--user", "alice", "--access-token", "x", "--refresh-token", "y", check=False)
    r.ok("a wrong pair: status 1, one line", rc == 1 and len(e.strip().splitlines()) == 1, (rc, e[-200:]))
    rc, o, e = await gw.cli("check", check=False, js=False)
    r.ok("check passes", rc == 0, (rc, o[-300:], e[-200:]))
    rc, o, e = await gw.cli("check", check=False, js=False, env={"CHAT_RELAY_PORT": "notaport", "CHAT_RELAY_SHARDS": "-3", "TWITCH_API_URL": "ftp://x"})
    r.ok("check says every wrong setting at once", rc == 1 and all(x in (o + e) for x in ("CHAT_RELAY_PORT", "CHAT_RELAY_SHARDS", "TWITCH_API_URL")) or all(x in (o + e).lower() for x in ("port", "shards", "api")), (rc, (o + e)[-500:]))
    rc, o, e = await gw.cli("serve", check=False, js=False, env={"TWITCH_CLIENT_SECRET": "wrong"}, timeout=20)
    r.ok("wrong secret: one clear line, status 1", rc == 1 and len(e.strip().splitlines()) <= 2, (rc, e[-300:]))
    await gw.start()
    rc, o, e = await gw.cli("serve", check=False, js=False, timeout=20)
    r.ok("busy port: one clear line, status 1", rc == 1, (rc, e[-300:]))
    for c in (("conduit", "list"), ("shard", "list"), ("subscription", "list"), ("account", "list"), ("stream", "list")):
        try:
            x = await gw.cli(*c)
            r.ok(" ".join(c), isinstance(x, list) and x, str(x)[:150])
        except Exception as ex:
            r.ok(" ".join(c), False, ex)
    t = await gw.cli("user", "token", "alice", "--reset")
    r.ok("user token --reset", t.get("access_token") and t["access_token"] != j["access_token"], "")
    # device
    p = await asyncio.create_subprocess_exec(*[__import__("rig").BIN, "account", "link", "--user", "alice"], env=gw.env(), stdout=-1, stderr=-1, cwd=r.dir)
    await r.until(lambda: tw.devices, 10)
    d = next(iter(tw.devices.values()))
    r.ok("link asks for exactly the scopes", set(d["scopes"]) == {"user:read:chat", "user:write:chat", "user:bot", "channel:bot"}, d["scopes"])
    u = tw.add_user("linked")
    d["user_id"] = u
    try:
        out, er = await asyncio.wait_for(p.communicate(), 20)
        r.ok("account link", p.returncode == 0 and d["user_code"].encode() in out + er and b"linked" in out + er, (out + er)[-300:])
    except asyncio.TimeoutError:
        p.kill()
        r.ok("account link", False, "took over 20 s")
    accs = await gw.cli("account", "list")
    x = next(z for z in accs if z["network_user_id"] == u)
    n = len(tw.events)
    rc, o, e = await gw.cli("account", "remove", str(x["id"]), js=False)
    r.ok("account remove revokes the token at Twitch", any("revoked" in w for _, w in tw.events[n:]), tw.events[n:])
