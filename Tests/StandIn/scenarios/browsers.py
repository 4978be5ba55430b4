"""Browsers that do not read, do not answer, come by the thousand, or want much at once."""
import asyncio
import subprocess
import time

from clients.client import Refused, without_gaps
from standin.chat import text_fragment

from . import scenario

BIG = "z" * 3000


async def slow_reader(rig):
    """Connects a client that reads one line and then nothing more; the client, and the line."""
    client = await rig.client("alice", receive_buffer=4096)
    first = rig.twitch.say(rig.channels[0])
    await client.shows(first, 3)
    client.transport.pause_reading()
    return client, first


async def away_after_one(rig):
    """Lets a client read one line; its cursor."""
    reader, _, cursors = await rig.reader_of(1)
    return reader, next(iter(cursors.values()))


def in_order_said(rig):
    """Returns the ids of all that was said, in all channels, in the order it was said."""
    said = [message for channel in rig.channels for message in rig.twitch.journal[channel]]
    return [message.id for message in sorted(said, key=lambda message: message.said_at)]


def shell(command):
    """Runs a command and returns its output in one line."""
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout.replace("\n", " | ")


@scenario(limit=90)
async def slow_one(rig):
    """one client stops reading under heavy traffic: others lose nothing, it is closed with a reason, its cursor brings
    all back
    """
    await rig.watched(channels=2)
    slow, _ = await slow_reader(rig)
    memory, began = rig.gateway.memory(), time.monotonic()
    for number in range(6000):
        rig.twitch.say(rig.channels[number % 2], f"{number} {BIG}")
        if number % 4 == 3:
            await asyncio.sleep(0.012)
    await rig.complete("the others lost nothing", timeout=15)
    rig.info(f"18 MB in {time.monotonic() - began:.1f} s; memory {memory:.0f} -> {rig.gateway.memory():.0f} MB")
    slow.transport.resume_reading()
    code, got = await slow.wait_closed(20), slow.ids()
    rig.ok("the slow one was closed", code is not None, (code, slow.close_reason))
    rig.ok("with 1013 and a reason", code == 1013 and slow.close_reason, (code, slow.close_reason))
    said = in_order_said(rig)
    rig.ok("what it got has no hole", got == said[:len(got)], len(got))
    last = slow.cursors()[got[-1]]
    rig.info(f"reason {slow.close_reason!r}; last cursor {last!r}; it had {len(got)} of {len(said)}")
    client = await rig.client("alice", since=last)
    await client.quiet(1.0, 20)
    story = client.story()
    rig.ok("it comes back with its cursor: complete, or a gap first",
           len(story) == len(said) - len(got) or story[:1] == ["GAP"], f"{len(story)} frames, gap {'GAP' in story}")
    ids = without_gaps(story)
    rig.ok("in order, without a hole after the gap", ids == said[len(said) - len(ids):])
    more = rig.gateway.memory() - memory
    rig.ok("memory stays bounded (< 150 MB more)", more < 150, f"{more:.0f} MB")


@scenario(limit=60)
async def slow_alone(rig):
    """the only client of a room stops reading: the program lives, closes it, relays to whoever comes next"""
    await rig.setup(channels=1)
    slow, _ = await slow_reader(rig)
    for number in range(4000):
        rig.twitch.say(rig.channels[0], f"{number} {BIG}")
        if number % 10 == 9:
            await asyncio.sleep(0.01)
        if not rig.gateway.running:
            break
    if not rig.alive():
        rig.info(rig.gateway.log_lines("fatal", "precondition")[:2])
        return
    client = await rig.client("bob")
    shown = await client.shows(rig.twitch.say(rig.channels[0], "still here"), 25)
    rig.ok("relays to whoever comes next", shown is not None)
    slow.transport.resume_reading()
    code = await slow.wait_closed(10)
    rig.ok("the slow one was closed with 1013", code == 1013, (code, slow.close_reason))


@scenario(limit=120)
async def half_open_browser(rig):
    """a browser that answers no pings is closed; one that does is kept"""
    await rig.setup(channels=1)
    good, bad = await rig.client("alice"), await rig.client("alice", auto_pong=False)
    took = await rig.until(lambda: not bad.alive or bad.close_code is not None, 75)
    rig.within("closed within about 30 s + its grace (<= 60 s)", took, 60, f"pings {bad.pings}, code {bad.close_code}")
    rig.ok("the other one is kept", good.alive and good.pings >= 1, f"pings {good.pings}")


@scenario(limit=60)
async def big_replay(rig):
    """a replay of 10 MB goes through by itself, quickly"""
    await rig.setup(channels=1)
    reader, cursor = await away_after_one(rig)
    for number in range(3000):
        last = rig.twitch.say(rig.channels[0], f"{number} {BIG}")
        if number % 10 == 9:
            await asyncio.sleep(0.03)
    await reader.shows(last, 20)
    wanted = reader.ids()[1:]
    client = await rig.client("alice", since=cursor)
    progress = []
    while len(progress) < 24 and len(client.ids()) < len(wanted):
        await asyncio.sleep(0.5)
        progress.append(len(client.ids()))
    story = client.story()
    rig.ok("complete, in order", len(wanted) == 3000 and story == wanted,
           f"{len(story)} of {len(wanted)}, gap {'GAP' in story}, progress {progress[:12]}")
    if len(story) < len(wanted):
        rig.info(f"bytes {client.bytes}, unparsed {len(client.parser.buffer)}, closed {client.close_code}")
        rig.info(shell(f"ss -tnoi 'sport = :{rig.gateway.port}' | tail -4"))
        rig.twitch.say(rig.channels[0], "a nudge")
        await asyncio.sleep(2)
        rig.info(f"after a live message: {len(client.ids())}")


@scenario(limit=60)
async def emote_spam(rig):
    """1,000 lines of 83 emotes each (500 characters), as Twitch sends them: a client that was away gets them all back
    in one go
    """
    await rig.setup(channels=1)
    bob, channel = await rig.client("bob"), rig.channels[0]
    _, cursor = await away_after_one(rig)
    kappa = {"id": "25", "emote_set_id": "0", "owner_id": "0", "format": ["static"]}
    fragments = [text_fragment("Kappa", type="emote", emote=kappa), text_fragment(" ")] * 83
    text = "Kappa " * 83
    for _ in range(1000):
        event = rig.twitch.chat_event(channel, "5551001", text)
        event["message"] = {"text": text, "fragments": fragments}
        last = rig.twitch.say(channel, text, event=event)
        await asyncio.sleep(0.012)
    await bob.shows(last, 15)
    size = bob.bytes / max(1, len(bob.frames))
    rig.info(f"a frame has {size:.0f} bytes; live: {len(bob.ids())} to the reader, closed {bob.close_code}")
    client = await rig.client("alice", since=cursor)
    await client.shows(last, 10)
    story = client.story()
    rig.ok("all 1,000 come back, in order, on one connection", len(story) == 1000 and story == in_order_said(rig)[1:],
           f"{len(story)}, closed {client.close_code} {client.close_reason}")


async def connect_until_refused(rig):
    """Connects clients until some in a row are refused; those that were let in, and how many were not."""
    clients, refused = [], 0
    while len(clients) < 220 and refused <= 8:
        try:
            clients.append(await rig.client("alice", timeout=0.7))
        except (Refused, OSError, asyncio.TimeoutError):
            refused += 1
    return clients, refused


@scenario(limit=120)
async def nofds(rig):
    """descriptors exhausted by clients: those there go on, a lost shard comes back, new ones served when others
    leave
    """
    await rig.setup_limited(150, channels=2)
    alice, _ = await rig.watch()
    clients, refused = await connect_until_refused(rig)
    rig.info(f"{len(clients)} let in, {refused} not; descriptors {rig.gateway.descriptors()}; "
             f"log lines {len(rig.gateway.log_lines())}")
    rig.alive()
    processor, began = rig.gateway.processor_seconds(), time.monotonic()
    async with rig.traffic(40, head_start=1):
        old = rig.twitch.shard_connection("0")
        old.reset()
        await rig.check_reassigned("a lost shard comes back all the same (<= 2 s)", "0", old, timeout=20)
        outcome = await alice.client.post(rig.accounts[0].id, "hello", "fd")
        rig.ok("a line can still be sent", outcome and outcome.get("is_sent"), outcome)
        await asyncio.sleep(2)
    await rig.complete()
    share = (rig.gateway.processor_seconds() - processor) / (time.monotonic() - began)
    rig.ok("it does not spin", share < 0.6, f"{share:.2f} of a core")
    lines = len(rig.gateway.log_lines())
    rig.ok("no storm in the log", lines < 120, lines)
    for client in clients:
        client.abort()
    await asyncio.sleep(1)
    client = await rig.client("bob")
    rig.ok("new clients are served when others left", await client.status() is not None)
    status, took = await rig.gateway.stop()
    rig.ok("ends well", status == 0, (status, round(took, 1)))
