"""Clients that come back: since a cursor, with the last messages, at the seam to what is live."""
import asyncio
import glob
import os
import re
import time

from clients.client import Refused, without_gaps

from . import complete, scenario

# The cursors that cannot be read, and the status then; 0 is none, as docs/architecture.md has it.
UNREADABLE = {"long": (0, 400, 403, 414, 431), "nul": (0,)}


@scenario(limit=60)
async def since(rig):
    """since=CURSOR: what was missed, in order, each once, then live; from every cursor"""
    await rig.setup(channels=2)
    reader, _, cursors = await rig.reader_of(60)
    order, places = list(cursors), list(cursors.values())
    rig.ok("every relayed message has a cursor, all different",
           len(reader.ids()) == 60 and all(places) and len(set(places)) == 60, places[:2])
    await reader.close()
    missed = await rig.say_many(40)
    await asyncio.sleep(0.3)
    client = await rig.come_back(since=places[-1])
    rig.ok("since the 59th: the forty said since", set(client.story()) == {message.id for message in missed})
    order += client.ids()
    await client.close()
    for place in (59, 58, 30, 0):
        client = await rig.come_back(since=places[place])
        story, wanted = client.story(), order[place + 1:]
        rig.ok(f"since the {place}th: exactly what was missed, no gap", story == wanted,
               f"{len(story)} of {len(wanted)}, gap {'GAP' in story}")
        live = rig.twitch.say(rig.channels[0])
        await client.shows(live, 3)
        rig.ok("then live", client.ids()[-1] == live.id and client.ids().count(live.id) == 1)
        order.append(live.id)
        again = client.cursors()
        rig.ok("a replayed message has the cursor it had",
               all(again[id] == cursor for id, cursor in cursors.items() if id in again))
        await client.close()
    client = await rig.come_back("bob", since=places[10])
    rig.ok("another reader of the room may use it as well", client.ids() == order[11:], len(client.ids()))
    newest = client.cursors()[order[-1]]
    await client.close()
    client = await rig.come_back()
    rig.ok("without since or history nothing is replayed", not client.frames, client.frames[:1])
    await client.close()
    client = await rig.come_back(since=newest)
    rig.ok("since the newest: nothing, no gap", not client.story(), client.story()[:3])


@scenario(limit=60)
async def history(rig):
    """history=N sends the last N, at most 200; odd values"""
    await rig.setup(channels=2)
    reader, _, cursors = await rig.reader_of(260)
    order = reader.ids()
    for count in (1, 50, 200):
        client = await rig.come_back(history=count)
        rig.ok(f"history={count}: the last {count} in order", client.story() == order[-count:], len(client.ids()))
        await client.close()
    for count in ("201", "1000", "0", "-1", "abc", "", "99999999999999999999"):
        await check_odd_history(rig, count, order)
    client = await rig.come_back(since=cursors[order[-5]], history=50)
    ids = client.ids()
    rig.info(f"since and history=50 together: {len(ids)} messages ({client.story()[:1]})")
    rig.ok("since and history together: no message twice, in order",
           len(set(ids)) == len(ids) and ids == order[-len(ids):], len(ids))
    empty = await rig.add_stream("alice", "Other", rig.accounts[:1])
    await asyncio.sleep(2.5)
    client = await rig.come_back(stream=empty, history=100)
    rig.ok("an empty room: nothing, no gap", not client.story(), client.story()[:2])


async def check_odd_history(rig, count, order):
    """Checks that an odd number of messages to begin with is refused, or brings no more than the most."""
    what = f"history={count}: at most 200, or refused"
    try:
        client = await rig.come_back(history=count)
    except Refused as error:
        rig.ok(what, error.status in (400, 403), error.status)
        return
    story = client.story()
    rig.ok(what, len(story) <= 200 and story == order[len(order) - len(story):], len(story))
    await client.close()


@scenario(limit=60)
async def bad_since(rig):
    """unknown, foreign, broken, future cursors: gap first, then live; never refused, never a crash"""
    await rig.setup(channels=1)
    other_room = await rig.add_stream("alice", "Other", rig.accounts)
    await asyncio.sleep(2.5)
    other_reader = await rig.client("alice", stream=other_room)
    _, lines, cursors = await rig.reader_of(30)
    await other_reader.shows(lines[-1])
    good, foreign = cursors[lines[10].id], other_reader.cursors()[lines[10].id]
    rig.info(f"a cursor looks like {good!r}, in the other room {foreign!r}")
    digits = re.search(r"\d+", good)
    future = good[:digits.start()] + str(int(digits.group()) + 10**6) + good[digits.end():] if digits else good + "z"
    for what, cursor in {
            "garbage": "garbage", "zero": "0", "empty": "", "long": "x" * 3000, "unicode": "päckchen☃",
            "negative": "-1", "nul": "\x00", "huge number": "9" * 40, "other room's": foreign, "future": future,
            "cut": good[:-1], "longer": good + "1", "SQL": "1' OR '1'='1"}.items():
        await check_bad_cursor(rig, what, cursor)
    rig.alive()


async def check_bad_cursor(rig, what, cursor):
    """Comes back with a cursor that is none, or of somewhere else."""
    try:
        client = await rig.come_back(since=cursor, pause=0.25)
    except Refused as error:
        rig.ok(f"{what}: not refused", error.status in UNREADABLE.get(what, ()), error.status)
        return
    story = client.story()
    live = await client.shows(rig.twitch.say(rig.channels[0]), 3)
    if what == "empty":
        rig.info(f"empty since: {story[:2]}")
    else:
        may_be_one = what in ("other room's", "cut", "longer", "zero", "negative")
        rig.ok(f"{what}: gap first or everything after it, then live",
               live is not None and bool(story) and (story[0] == "GAP" or may_be_one),
               f"{len(story)} frames, first {story[:1]}")
        if story[:1] != ["GAP"]:
            rig.info(f"   {what} was taken as a cursor: {len(story)} messages, no gap")
    rig.ok("each once", len(set(client.ids())) == len(client.ids()))
    await client.close()


@scenario(limit=120)
async def capacity(rig):
    """5,000 messages within a minute are all kept (2,000 or ten minutes, whichever is more), also over a restart"""
    await rig.setup(channels=2)
    reader, _, cursors = await rig.reader_of(2)
    first = next(iter(cursors.values()))
    began = time.monotonic()
    lines = await rig.say_many(5000)
    came = await reader.shows(lines[-1], 60)
    rig.info(f"5000 relayed in {time.monotonic() - began:.1f} s: {came is not None}")
    order = reader.ids()
    client = await rig.come_back(since=first, pause=1)
    story = client.story()
    rig.ok("all 5,001 come, in order, no gap", story == order[1:], f"{len(story)}, gap {'GAP' in story}")
    rig.ok("each once", len(set(story)) == len(story))
    await client.close()
    await asyncio.sleep(2)
    await rig.restart()
    client = await rig.come_back(since=first, pause=1)
    story = client.story()
    gaps = [place for place, id in enumerate(story) if id == "GAP"]
    rig.ok("and after a restart (a gap for the time away is right)", without_gaps(story) == order[1:],
           f"{len(story)}; gaps at {gaps}")
    kilobytes = sum(map(os.path.getsize, glob.glob(f"{rig.gateway.data}/*"))) // 1024
    rig.info(f"memory {rig.gateway.memory():.0f} MB; data {kilobytes} KB")


@scenario(limit=90)
async def retention(rig):
    """retention is a setting: 50 messages and 0 minutes, and no messages at all"""
    await rig.setup(
        channels=1, start=False, CHAT_RELAY_HISTORY_MESSAGES="50", CHAT_RELAY_HISTORY_MINUTES="0")
    await rig.gateway.start()
    await rig.subscribed()
    _, _, cursors = await rig.reader_of(400)
    order, places = list(cursors), list(cursors.values())
    await asyncio.sleep(2)
    story = (await rig.come_back(since=places[0])).story()
    rig.ok("since beyond it: a gap first", story[:1] == ["GAP"], f"{len(story)} frames")
    kept = story[1:]
    rig.ok("then at least 50, without a hole", len(kept) >= 50 and kept == order[-len(kept):], len(kept))
    client = await rig.come_back(since=places[-41])
    rig.ok("within it: complete, no gap", client.story() == order[-40:], len(client.ids()))
    await asyncio.sleep(3)
    await rig.restart()
    story = (await rig.come_back(since=places[0])).story()
    rig.ok("after a restart: a gap first, then at most about as much",
           story[:1] == ["GAP"] and 49 <= len(without_gaps(story)) <= 200, len(story))
    rig.gateway.settings["CHAT_RELAY_HISTORY_MESSAGES"] = "0"
    await rig.restart()
    _, lines, cursors = await rig.reader_of(5)
    client = await rig.come_back(since=cursors[lines[0].id])
    rig.ok("history switched off: complete or a gap", client.story()[:1] == ["GAP"] or len(client.ids()) == 4,
           client.story()[:2])


@scenario(limit=90, ends=complete)
async def seam(rig):
    """clients reconnect forty times a minute each under 150 messages/s: the seam between replay and live has no hole
    and no double
    """
    await rig.setup(channels=4)
    for number in range(6):
        await rig.watcher("alice" if number % 2 else "bob", delay=(0.0, 0.4))
    rig.say_everywhere()
    await rig.settle()
    async with rig.shaken(0.05, 0.3, aborts=0.5), rig.traffic(150, head_start=20):
        pass
    await rig.settle(timeout=8)
    rig.info(f"connects: {[watcher.connects for watcher in rig.watchers]}")


@scenario(limit=60)
async def two_rooms(rig):
    """one channel in two streams: both rooms are complete; cursors are the room's own"""
    await rig.setup(channels=2)
    second = await rig.add_stream("alice", "Second", rig.accounts[:1])
    await asyncio.sleep(2.5)
    await rig.watcher("alice")
    watcher = await rig.watcher("alice", stream=second)
    async with rig.traffic(40, rig.channels[:1], head_start=1):
        watcher.client.abort()
        await asyncio.sleep(1)
    await rig.complete()
    client = await rig.client("alice", stream=second)
    shown = await client.shows(rig.twitch.say(rig.channels[0]), 3)
    rig.ok("stream_id is the room's", shown and shown["stream_id"] == second, shown and shown["stream_id"])
    # The account leaves the second stream.
    await rig.gateway.command("stream", "set", str(second), "--account", str(rig.accounts[1].id))
    await asyncio.sleep(2.5)
    client = await rig.come_back(stream=second, history=50)
    rig.info(f"after the account left the stream its history replays {len(client.ids())} of its messages")


@scenario(limit=90)
async def share_level(rig):
    """history is for those entitled: level 0 gets 403; a share taken back closes with 1008"""
    await rig.setup(channels=1)
    bob = await rig.client("bob")
    await rig.say_many(3)
    await asyncio.sleep(0.3)
    await rig.share("bob", 0)
    began = time.monotonic()
    code, took = await bob.wait_closed(6), time.monotonic() - began
    rig.ok("access taken away: closed with 1008 within 3 s", code == 1008 and took < 3.5, f"{code} {took:.1f} s")
    try:
        await rig.client("bob", history=10)
        rig.ok("and refused with 403", False, "let in")
    except Refused as error:
        rig.ok("and refused with 403", error.status == 403, error.status)
