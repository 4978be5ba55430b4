"""Lines that are sent: limits, the queue, what became of each, never as the wrong account, never twice."""
import asyncio
import json
import time

from . import scenario

SEND = ("POST", "/chat/messages$")

NO_LIMIT_BROKEN = "no limit of Twitch's was broken"


async def link_own(rig, user, login):
    """Links an account to a user, and waits until the gateway knows of it."""
    account = await rig.link_account(user, login)
    await asyncio.sleep(2.5)
    return account


def is_sent(frame):
    """Whether a line's outcome is that it was sent."""
    return frame["type"] in ("textresult", "emoteresult") and frame["is_sent"] and bool(frame.get("message_id"))


def is_not_sent(frame):
    """Whether a line's outcome is that it was not."""
    return frame["type"] == "error" or not frame["is_sent"]


def numbers(sends):
    """Returns the numbers in "line 7"."""
    return [int(send.text.split()[1]) for send in sends]


@scenario(limit=120)
async def limit_ordinary(rig):
    """an ordinary account: 1 a second and channel, 20 in 30 s over all channels; order; queue bounded and told"""
    await rig.setup(channels=2)
    own = await link_own(rig, "bob", "bobacct")
    bob = await rig.client("bob")
    for number in range(80):
        bob.send_line(own.id, f"line {number}", f"l{number}", room=rig.accounts[number % 2].id)
    await asyncio.sleep(62)
    sent = rig.twitch.sent()
    rig.rules_kept(NO_LIMIT_BROKEN)
    rig.ok("at least 38 of 40 possible in a minute", len(sent) >= 36, len(sent))
    for channel in rig.channels:
        order = numbers(send for send in sent if send.broadcaster == channel)
        rig.ok("in order", order == sorted(order), order[:10])
    refused = [frame for frame in bob.of("error") if frame["code"] == "queue_full"]
    # Of each channel's forty lines one leaves at once, another may meanwhile, and thirty wait.
    rig.ok("a bounded queue: the rest was refused at once", len(refused) >= 2 * (40 - 2 - 30),
           f"{len(refused)} refused, {len(bob.of('error')) - len(refused)} other errors")
    queued = [frame for frame in bob.of("textresult") if "queue" in frame]
    rig.ok("the queue's length is told to the asker", queued, queued[:1])


@scenario(limit=90)
async def limit_privileged(rig):
    """the broadcaster: 100 in 30 s, no more; the 101st waits"""
    await rig.setup(channels=1)
    alice = await rig.client("alice")
    began = time.monotonic()
    for number in range(130):
        alice.send_line(rig.accounts[0].id, f"line {number}", f"l{number}")
        await asyncio.sleep(0.05)
    await asyncio.sleep(max(0, 50 - (time.monotonic() - began)))
    sent = rig.twitch.sent()
    rig.rules_kept(NO_LIMIT_BROKEN)
    early = sum(send.at - sent[0].at < 30 for send in sent)
    rig.ok("as broadcaster more than 20 in 30 s go", early >= 80, early)
    rig.ok("in order", numbers(sent) == sorted(numbers(sent)))
    told = {frame["id"] for frame in alice.of("textresult")} | {
        frame["request"].get("id") for frame in alice.of("error")}
    rig.ok("each outcome told", len(told) >= len(sent), f"{len(told)} of 130, sent {len(sent)}")


@scenario(limit=90)
async def limit_restart(rig):
    """the limits outlive kill -9: 20 lines, kill, restart, 20 more within the same 30 s"""
    await rig.setup(channels=1)
    own, room = await link_own(rig, "bob", "bobacct"), rig.accounts[0].id
    bob = await rig.client("bob")
    for number in range(19):
        bob.send_line(own.id, f"line {number}", f"l{number}", room)
    await rig.until(lambda: len(rig.twitch.sends) >= 19, 25)
    await rig.crash()
    bob = await rig.client("bob")
    for number in range(10):
        bob.send_line(own.id, f"again {number}", f"a{number}", room)
    await asyncio.sleep(8)
    rig.rules_kept("no limit of Twitch's was broken across kill -9")


@scenario(limit=120)
async def limit_kills(rig):
    """kill -9 in the middle of a broadcaster's and of an ordinary account's lines, four times: no limit is broken,
    nothing is sent twice
    """
    await rig.setup(channels=1)
    own, room = await link_own(rig, "bob", "bobacct"), rig.accounts[0].id
    for turn in range(4):
        alice, bob = await rig.client("alice"), await rig.client("bob")
        for number in range(28):
            alice.send_line(room, f"mine {turn} {number}", f"m{number}")
            if number < 4:
                bob.send_line(own.id, f"theirs {turn} {number}", f"t{number}", room)
        await asyncio.sleep(rig.rng.uniform(0.2, 2.5))
        await rig.crash()
    await asyncio.sleep(3)
    texts = [send.text for send in rig.twitch.sends]
    rig.rules_kept(NO_LIMIT_BROKEN)
    rig.ok("nothing was sent twice", len(set(texts)) == len(texts), f"{len(texts)} sent")


class Outcomes:
    """Sends one line after the other, each under another fault, and checks what is told of it."""

    def __init__(self, rig, author, reader):
        self.rig, self.author, self.reader, self.count = rig, author, reader, 0

    async def send(self, what, is_right=is_sent, shown=1, timeout=30, **fault):
        """Sends a line under a fault; checks that its outcome is right and told once, and how often it is shown."""
        rig = self.rig
        self.count += 1
        text, id, began = f"outcome {self.count}", f"o{self.count}", time.monotonic()
        fault = rig.twitch.fault(*SEND, **fault) if fault else None
        outcome = await self.author.post(rig.accounts[0].id, text, id, timeout=timeout)
        took = time.monotonic() - began
        await asyncio.sleep(1.2)
        if fault:
            fault.times = 0
        accepted = len([send for send in rig.twitch.sent() if send.text == text])
        told = self.author.outcomes(id)
        rig.ok(f"{what}: outcome", outcome and is_right(outcome), f"{took:.2f} s {json.dumps(outcome)[:260]}")
        rig.ok(f"{what}: accepted by Twitch {accepted} time(s)", accepted == shown, f"expected {shown}")
        rig.ok(f"{what}: shown {self.shown(text)} time(s)", self.shown(text) == shown)
        rig.ok(f"{what}: one outcome",
               len(told) == 1 or len([frame for frame in told if frame["type"] != "error"]) == 1, told)

    async def send_into_500(self):
        """Sends a line that Twitch answers with 500: it is either tried again, or told as not sent."""
        self.count += 1
        text, id = f"outcome {self.count}", f"o{self.count}"
        self.rig.twitch.fault(*SEND, status=500)
        outcome = await self.author.post(self.rig.accounts[0].id, text, id, timeout=45)
        await asyncio.sleep(1)
        shown = self.shown(text)
        self.rig.ok("500 empty, not accepted: outcome told and true", outcome and shown == int(is_sent(outcome)),
                    (outcome, shown))

    def shown(self, text):
        """How often a text was relayed."""
        return len([frame for frame in self.reader.of("text") if frame["text"] == text])


@scenario(limit=120)
async def outcomes(rig):
    """answer lost, 500 empty, 500 though accepted, slow, 429, 401, drop: each told once, settled by the echo, never
    sent twice
    """
    await rig.setup(channels=1)
    alice, bob = await rig.client("alice"), await rig.client("bob")
    lines, channel = Outcomes(rig, alice, bob), rig.channels[0]
    await lines.send("ordinary")
    await lines.send("answer lost after it was accepted", lost=True)
    await lines.send("accepted, answered only after 12 s", after=12)
    await lines.send("accepted, answer never comes", timeout=60, after=60)
    await lines.send("slow by 10 s before it is accepted", timeout=45, delay=10)
    await lines.send("accepted, answered 500 empty", timeout=45, then_status=500)
    await lines.send("accepted, answered 503 empty", timeout=45, then_status=503)
    await lines.send_into_500()
    too_many = b'{"error":"Too Many Requests","status":429,"message":"Request limit exceeded"}'
    await lines.send("429 once", timeout=70, status=429, body=too_many)
    unauthorized = b'{"error":"Unauthorized","status":401,"message":"Invalid OAuth token"}'
    await lines.send("401 once", status=401, body=unauthorized)
    rig.twitch.banned.add((channel, channel))
    await lines.send("403", is_not_sent, shown=0)
    rig.twitch.banned.clear()
    rig.twitch.drop_next.append("automod_held")
    await lines.send("held by AutoMod", is_held, shown=0)
    rig.twitch.echo_delay = 0
    await lines.send("echo before the answer", after=1)
    rig.rules_kept("never the wrong account; Twitch's rules kept")


def is_held(frame):
    """Whether a line's outcome is that AutoMod holds it."""
    return frame["type"] == "textresult" and frame["drop_reason"]["code"] == "automod_held"


@scenario(limit=90)
async def unknown_outcome(rig):
    """the answer is lost and the echo does not come either: told as unknown, not sent again"""
    await rig.setup(channels=1)
    alice, account = await rig.client("alice"), rig.accounts[0].id
    rig.twitch.echo_delay = None
    rig.twitch.fault(*SEND, lost=True)
    began = time.monotonic()
    outcome = await alice.post(account, "where am I", "w", timeout=70)
    code = outcome and (outcome.get("code") or outcome.get("drop_reason", {}).get("code"))
    rig.ok("told as unknown", code == "outcome_unknown", f"{time.monotonic() - began:.1f} s {outcome}")
    await asyncio.sleep(3)
    rig.ok("sent once", len(rig.twitch.sends) == 1, len(rig.twitch.sends))
    rig.twitch.echo_delay = 0.02
    outcome = await alice.post(account, "next line", "w2", timeout=20)
    rig.ok("the writer goes on", outcome and is_sent(outcome), outcome)
    told = [frame for frame in alice.outcomes("w") if frame["type"] == "textresult"]
    rig.ok("told once", len(told) == 1, told)


@scenario(limit=60)
async def two_senders(rig):
    """two users with accounts of their own send at once: each line under its own name"""
    await rig.setup(channels=2)
    own = await link_own(rig, "bob", "bobacct")
    alice, bob = await rig.client("alice"), await rig.client("bob")
    first, second = rig.accounts
    rig.twitch.enforce_limits = False
    for number in range(10):
        alice.send_line(first.id, f"alice {number}", f"a{number}")
        bob.send_line(own.id, f"bob {number}", f"b{number}", first.id)
        alice.send_line(second.id, f"zed {number}", f"z{number}", first.id)
        await asyncio.sleep(1.05)
    await asyncio.sleep(4)
    senders = {"alice": first.broadcaster, "bob": own.broadcaster, "zed": second.broadcaster}
    wrong = [send for send in rig.twitch.sends if senders[send.text.split()[0]] != send.sender]
    rig.ok("each line by its own account", not wrong, wrong[:2])
    told = [{frame["id"][0] for frame in client.of("textresult")} for client in (alice, bob)]
    rig.ok("results reach the asker alone", told == [{"a", "z"}, {"b"}], told)
    rig.info(f"sent {len(rig.twitch.sends)}")
