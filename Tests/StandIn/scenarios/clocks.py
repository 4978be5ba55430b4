"""Twitch's clock or our own is wrong."""
import asyncio
import json
import os
import time

from clients.client import without_gaps

from . import scenario

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


@scenario(limit=120)
async def clock(rig):
    """Twitch's clock an hour ahead, an hour behind: relayed, nothing stalls, rate limits read sensibly"""
    await rig.watched(channels=3)
    for offset in (3600, -3600):
        rig.twitch.time_offset = offset
        async with rig.traffic(40, repeats=0.2, head_start=2):
            await reset_first(rig, f"offset {offset}: assigned again <= 2 s")
            await asyncio.sleep(1)
    await rig.complete()
    # An empty bucket whose Reset is an hour away by our clock: waiting must be bounded.
    rig.twitch.time_offset = 3600
    body = {"error": "Too Many Requests", "status": 429, "message": "Request limit exceeded"}
    rig.twitch.fault("PATCH", "/eventsub/conduits/shards$", status=429, body=json.dumps(body).encode())
    usual = rig.twitch.rate_headers

    def empty_for_an_hour(response, bucket):
        usual(response, bucket)
        if response.status == 429:
            response.headers["Ratelimit-Remaining"] = "0"
            response.headers["Ratelimit-Reset"] = str(int(time.time() + 3600 + 5))
    rig.twitch.rate_headers = empty_for_an_hour
    old = rig.twitch.shard_connection("1")
    old.reset()
    await rig.check_reassigned(
        "a Reset an hour ahead by our clock does not stop it for an hour (<= 65 s)", "1", old, within=65, timeout=75)


@scenario(limit=90)
async def faketime(rig):
    """our own clock wrong by an hour (libfaketime)"""
    if not has_faketime(rig):
        return
    await rig.setup(channels=3, start=False)
    for offset in ("+1h", "-1h"):
        await rig.gateway.start(wrap=under_clock(offset, "DONT_FAKE_MONOTONIC=1"))
        await rig.subscribed()
        for watcher in rig.watchers:
            await watcher.finish()
        rig.watchers.clear()
        await rig.watch()
        async with rig.traffic(40, repeats=0.2, head_start=1):
            await reset_first(rig, f"clock {offset}: assigned again <= 2 s")
            await asyncio.sleep(3)
        await rig.complete(f"clock {offset}")
        rig.strict()
        client = await rig.client("alice")
        outcome = await client.post(rig.accounts[0].id, f"clock {offset}", "1")
        rig.ok(f"clock {offset}: sends", outcome and outcome.get("is_sent"), outcome)
        await rig.gateway.stop()


@scenario(limit=120)
async def clock_restart(rig):
    """our clock goes back an hour, then forward two, between runs: cursors, de-duplication and history hold"""
    if not has_faketime(rig):
        return
    await rig.setup(channels=2, start=False)
    named, said, first, last = {}, [], None, None
    for run, offset in enumerate(("+1h", "+0", "-1h", "+2h", "+0")):
        await rig.gateway.start(wrap=under_clock(offset))
        await rig.subscribed()
        reader = await rig.client("alice", **({"since": last} if last else {}))
        await reader.quiet()
        if last:
            rig.ok(f"clock {offset}: since the last: gap, nothing old", reader.story() == ["GAP"], reader.story()[:3])
        lines = await rig.say_many(30)
        await reader.shows(lines[-1])
        # Old ones again, as a retry after our restart.
        for message in said[-20:]:
            rig.twitch.resend(message, new_id=True)
        await asyncio.sleep(0.5)
        ids = reader.ids()
        rig.ok(f"clock {offset}: each once, none twice over restarts", len(ids) == len(set(ids)) == 30, len(ids))
        for id, cursor in reader.cursors().items():
            if named.setdefault(cursor, id) != id:
                rig.ok("no cursor twice", False, cursor)
        said += lines
        last = reader.cursors()[ids[-1]]
        first = first or reader.cursors()[ids[0]]
        await check_since_first(rig, offset, first, [message.id for message in said[1:]])
        await asyncio.sleep(0.6)
        await (rig.gateway.kill() if run % 2 else rig.gateway.stop())


async def check_since_first(rig, offset, cursor, wanted):
    """Checks what comes since the very first message that there was."""
    client = await rig.come_back(since=cursor, pause=0.5)
    got, gaps = without_gaps(client.story()), client.of("gap")
    in_order = got == [id for id in wanted if id in got]
    rig.ok(f"clock {offset}: since the very first: in order, complete or gap",
           in_order and (len(got) == len(wanted) or gaps), f"{len(got)} of {len(wanted)}, gaps {len(gaps)}")


async def reset_first(rig, what):
    """Resets the first shard and checks that it is back in time."""
    old = rig.twitch.shard_connection("0")
    old.reset()
    await rig.check_reassigned(what, "0", old, timeout=10)


def has_faketime(rig):
    """Whether libfaketime is installed; says so when it is not."""
    if not os.path.exists(FAKETIME):
        rig.info("libfaketime is not installed: skipped")
    return os.path.exists(FAKETIME)


def under_clock(offset, *variables):
    """Returns the command that lets a program see another time of day."""
    return "env", f"LD_PRELOAD={FAKETIME}", f"FAKETIME={offset}", *variables, "nice", "-n", "0"
