"""The protocol as a browser sees it: handshake, status, what Twitch's samples become."""
import asyncio
import json
import os
import time

from clients.client import Client, Refused

from . import SAMPLES, scenario


@scenario(limit=40)
async def smoke(rig):
    """starts, becomes ready, relays ten messages to two clients"""
    await rig.watched(channels=2)
    rig.info(f"serving after {rig.gateway.serving_after:.2f} s, ready after {rig.gateway.ready_after:.2f} s")
    for number in range(10):
        rig.say_everywhere(text=f"hello {number}")
        await asyncio.sleep(0.01)
    await rig.complete()
    status, took = await rig.gateway.stop()
    rig.ok("SIGTERM ends it with status 0", status == 0, f"{status} after {took:.2f} s")


async def try_handshake(rig, path, **headers):
    """Connects; the HTTP status and the body of a refusal."""
    try:
        client = await Client.connect(rig.gateway.port, path, headers)
    except Refused as error:
        return error.status, error.body
    await client.close()
    return 101, b""


@scenario(limit=60)
async def handshake(rig):
    """the same 403 for no token, wrong token, unknown stream, level 0; origins"""
    await rig.setup(channels=1, users=("alice", "bob", "carol"), share=1)
    await rig.add_user("mallory")
    await rig.share("carol", 0)
    await asyncio.sleep(2.5)
    token = rig.users["alice"].token
    answers = {what: await try_handshake(rig, path) for what, path in {
        "no token": f"/ws/{rig.stream}", "empty token": f"/ws/{rig.stream}?token=",
        "wrong token": f"/ws/{rig.stream}?token=nonsense", "unknown stream": f"/ws/9999?token={token}",
        "level 0": rig.path("carol"), "stranger": rig.path("mallory"), "stream is no number": f"/ws/abc?token={token}",
        "huge stream": f"/ws/99999999999999999999999?token={token}", "negative": f"/ws/-1?token={token}"}.items()}
    for what in ("no token", "empty token", "wrong token", "unknown stream", "level 0", "stranger"):
        status, body = answers[what]
        rig.ok(f"{what}: 403 before the upgrade", status == 403 and 0 < len(body) < 200, answers[what])
    same = {answers[what] for what in ("no token", "wrong token", "unknown stream", "level 0", "stranger")}
    rig.ok("the same answer for all four", len(same) == 1, same)
    for what in ("stream is no number", "huge stream", "negative"):
        rig.ok(f"{what}: refused", answers[what][0] in (403, 404), answers[what])
    for origin in ("null", "http://evil.example", None, f"http://127.0.0.1:{rig.gateway.port}"):
        status, _ = await try_handshake(rig, rig.path("alice"), **({"Origin": origin} if origin else {}))
        rig.ok(f"Origin {origin} with a token is let in", status == 101, status)
    answer = await try_handshake(rig, rig.path("alice"), **{"Sec-WebSocket-Version": "8"})
    rig.ok("another version is refused", answer[0] in (400, 426), answer)
    client = await rig.client("alice")
    await asyncio.sleep(1.0)
    rig.ok("nothing is sent unasked right after connecting", not client.frames, client.frames[:2])
    rig.ok("status is answered", await client.status() is not None)


async def pushed(client, mark, is_it, timeout=10):
    """Waits for a status that is pushed after a mark and for which something holds, and returns it, or None."""
    return await client.wait(lambda frame: frame["type"] == "status" and is_it(frame), timeout, mark)


def is_incoming(status):
    """Whether a status says that somebody is live."""
    return status["status"]["data_incoming"]


@scenario(limit=60)
async def status_frames(rig):
    """status: accounts, live, writable, http_url; pushed when something changed, to nobody else"""
    await rig.setup(channels=2, users=("alice", "bob", "carol"), live=False, share=1)
    await rig.share("carol", 2)
    alice, bob = await rig.client("alice"), await rig.client("bob")
    first, second = (str(account.id) for account in rig.accounts)
    status = await alice.status()
    alone = status and set(status["accounts"]) == {"0"}
    rig.ok("while offline only account 0", alone and not is_incoming(status), status)
    rig.ok("account 0 is the user's own name", status["accounts"]["0"]["name"] == "alice")
    await check_going_live(rig, alice, bob, first, second)
    carol = await rig.client("carol")
    account = (await carol.status())["accounts"][first]
    rig.ok("level 2: writable", account["writable"], account)
    mark = alice.mark()
    rig.twitch.offline(rig.channels[0])
    status = await pushed(alice, mark, lambda status: not is_incoming(status), 15)
    rig.ok("status is pushed when it goes offline", status and set(status["accounts"]) == {"0"}, status)
    mark = alice.mark()
    await rig.gateway.command("stream", "set", str(rig.stream), "--chat-when-offline", "on")
    status = await pushed(alice, mark, lambda status: len(status["accounts"]) > 1)
    rig.ok("chat_when_offline lists the accounts, live false", status and not status["accounts"][first]["live"])
    await check_viewers(rig, alice)


async def check_going_live(rig, alice, bob, first, second):
    """Lets the first account go live, and checks what the owner and one who may only read are told."""
    marks, began = (alice.mark(), bob.mark()), time.monotonic()
    rig.twitch.live(rig.channels[0])
    status = await pushed(alice, marks[0], is_incoming)
    rig.ok("status is pushed when an account goes live", status is not None, f"{time.monotonic() - began:.2f} s")
    others = await pushed(bob, marks[1], is_incoming)
    rig.ok("to every connection of the stream", others is not None)
    accounts = status["accounts"]
    rig.ok("all stream accounts listed", {first, second} <= set(accounts), list(accounts))
    rig.ok("live per account, truthfully", accounts[first]["live"] and not accounts[second]["live"])
    url = accounts[first].get("http_url", "")
    rig.ok("http_url on stream accounts", url.lower().rstrip("/").endswith("twitch.tv/chan0"), url)
    rig.ok("ready and writable for the owner", accounts[first]["ready"] and accounts[first]["writable"])
    account = others["accounts"][first]
    rig.ok("level 1: not writable", not account["writable"], account)


async def check_viewers(rig, client):
    """Checks that the viewers are told at once when asked for, and looks for how many there are now."""
    rig.twitch.live(rig.channels[0], 55)
    await asyncio.sleep(1)
    mark = client.mark()
    viewers = await client.ask({"type": "viewcount"}, "viewcountresult", timeout=3)
    rig.ok("viewcount is answered at once", viewers is not None, viewers)
    timeout = 75 if os.environ.get("QA_LONG") else 8
    found = await client.wait(lambda frame: frame.get("viewer_count") == 55, timeout, mark)
    rig.info(f"viewer count 55 seen: {found is not None}")


@scenario(limit=60)
async def samples(rig):
    """every notification sample is relayed or ignored, nothing breaks"""
    await rig.setup(channels=1)
    client = await rig.client("alice")
    for name in sorted(os.listdir(SAMPLES)):
        if name.startswith("notification_"):
            with open(os.path.join(SAMPLES, name)) as file:
                await deliver_sample(rig, client, name, json.load(file))
    rig.alive()


async def deliver_sample(rig, client, name, sample):
    """Delivers a sample as if it were of our channel, when that is subscribed to, and checks what it becomes."""
    channel, metadata, event = rig.channels[0], sample["metadata"], sample["payload"]["event"]
    type = metadata["subscription_type"]
    if "broadcaster_user_id" in event:
        event.update({"broadcaster_user_id": channel, **rig.twitch.names_of(channel)})
    subscriptions = rig.twitch.subscriptions_to(type, channel)
    if not subscriptions:
        return
    mark = client.mark()
    rig.twitch.deliver(subscriptions[0], event, channel, metadata["message_id"])
    becomes = {
        "channel.chat.message": ("text", "emote"), "channel.chat.notification": ("notice",),
        "channel.chat.message_delete": ("delete",), "channel.chat.clear": ("clear",),
        "channel.chat.clear_user_messages": ("clear",)}.get(type)
    if becomes is None:
        return
    if becomes == ("clear",):
        key, wanted = "user_id", event.get("target_user_id")
    else:
        key, wanted = "message_id" if becomes == ("delete",) else "id", event["message_id"]
    frame = await client.wait(lambda frame: frame["type"] in becomes and frame.get(key) == wanted, 2, mark)
    rig.ok(name, frame and frame.get("notice_type", "-"), json.dumps(frame, ensure_ascii=False)[:330])
    if frame and "me_action" in name:
        rig.ok("/me is an emote without its wrapper", frame["type"] == "emote" and "\\u0001" not in json.dumps(frame))
