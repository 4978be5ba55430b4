"""A shard's socket breaks, hangs, is closed or refused, or Twitch disables it: it is assigned again in time."""
import asyncio
import operator
import os
import time

from standin.connection import Connection

from . import SAMPLES, complete, complete_but_for_gaps, scenario

CLOSE_CODES = [*range(4000, 4008), 1000, 1001, 1011, 1012, 1013, 3000, 4999, 0]


async def end_by_turns(rig, ways, pause):
    """Ends the two shards' connections by turns, and checks each time that the shard is assigned again.

    ways: what is checked, in which {} is the shard, and what ends a connection.
    """
    for number, (what, end) in enumerate(ways):
        shard = str(number % 2)
        old = rig.twitch.shard_connection(shard)
        end(old)
        await rig.check_reassigned(what.format(shard), shard, old)
        await asyncio.sleep(pause)


@scenario(limit=90, ends=complete)
async def shard_reset(rig):
    """RST, FIN and close on one shard of two under load: assigned again <= 2 s, nothing lost"""
    await rig.watched(channels=4)
    ways = [("reset of shard {}: assigned again within 2 s", Connection.reset),
            ("fin of shard {}: assigned again within 2 s", Connection.fin)]
    async with rig.traffic(40, head_start=1):
        await end_by_turns(rig, ways * 3, pause=2.5)
    rig.info(f"dropped at the stand-in: {rig.twitch.lost_at_twitch}")


@scenario(limit=60, ends=complete)
async def both_reset(rig):
    """both shards reset at once, five times: assigned again <= 2 s"""
    await rig.watched(channels=4)
    async with rig.traffic(40, head_start=1):
        for _ in range(5):
            began = time.monotonic()
            took = [await rig.reassigned(shard, old) for shard, old in rig.reset_shards().items()]
            all_took = None if None in took else time.monotonic() - began
            rig.within("both assigned again within 2 s", all_took, 2)
            await asyncio.sleep(2)


@scenario(limit=90, ends=complete)
async def half_open(rig):
    """a shard goes silent, socket open: noticed <= 12 s"""
    alice, _ = await rig.watched(channels=4)
    client = await rig.client("alice")
    before = await rig.health(client)
    async with rig.traffic(20, head_start=1):
        old = rig.twitch.shard_connection("0")
        old.blackhole = True
        await rig.check_reassigned("half-open noticed and assigned again within 12 s", "0", old, 12.5, timeout=30)
        await asyncio.sleep(2)
    rig.info(f"health before {before}; statuses pushed: {[status.get('health') for status in alice.statuses]}")


@scenario(limit=120, ends=complete)
async def half_open_idle(rig):
    """a silent shard with no traffic at all: noticed <= 12 s after its last frame"""
    await rig.watched(channels=2)
    old = rig.twitch.shard_connection("1")
    await asyncio.sleep(3)
    last = old.last_out
    old.blackhole = True
    reassigned = await rig.reassigned("1", old, 30) is not None
    rig.within("noticed within 12 s of its last frame", time.monotonic() - last if reassigned else None, 12.5)
    rig.say_everywhere()


@scenario(limit=90, ends=complete)
async def no_welcome(rig):
    """after a reset the next connection is accepted and never welcomed"""
    await rig.watched(channels=4)
    async with rig.traffic(20, head_start=0.5):
        rig.twitch.welcome_delay = [None]
        old = rig.twitch.shard_connection("0")
        old.reset()
        await rig.check_reassigned("a connection without a welcome is given up (<= 15 s)", "0", old, within=15)
        await asyncio.sleep(2)


@scenario(limit=90, ends=complete)
async def late_welcome(rig):
    """the welcome comes after 11 s"""
    await rig.watched(channels=4)
    async with rig.traffic(20, head_start=0.5):
        rig.twitch.welcome_delay = [11]
        old = rig.twitch.shard_connection("0")
        old.reset()
        await rig.check_reassigned("assigned again (<= 15 s)", "0", old, within=15)
        await asyncio.sleep(14)
        rig.ok("both shards live afterwards", rig.twitch.ready())
    rig.info(f"4003 closings: {rig.twitch.noted('4003')}")


@scenario(limit=150, ends=complete)
async def close_codes(rig):
    """every close code 4000-4007, 1000, 1001, 1006, 1011, 1012, 1013, 3000, 4999, none: assigned again"""
    await rig.watched(channels=4)
    ways = [(f"close {code}: assigned again <= 2 s", operator.methodcaller("close", code)) for code in CLOSE_CODES]
    async with rig.traffic(30, head_start=1):
        await end_by_turns(rig, ways, pause=1.2)
    rig.info(f"dropped at Twitch {rig.twitch.lost_at_twitch}")


@scenario(limit=90, ends=complete_but_for_gaps)
async def refused_for_a_while(rig):
    """EventSub refuses connections for 12 s after both shards were lost; told, and back quickly"""
    await rig.watched(channels=4)
    client = await rig.client("alice")
    before = await rig.health(client)
    async with rig.traffic(20, head_start=1):
        rig.twitch.refuse_connections(10000)
        rig.reset_shards()
        await asyncio.sleep(4)
        during = await rig.health(client)
        rig.ok("told in status while both shards are gone (health)",
               during not in (None, "absent", before), f"{before} -> {during}")
        healthz, readyz = await rig.gateway.health()
        rig.ok("readyz fails meanwhile", readyz == 503, readyz)
        rig.ok("healthz does not", healthz == 200, healthz)
        await asyncio.sleep(8)
        attempts = rig.twitch.connects()
        rig.twitch.refuse_connections(0)
        took = await rig.until(rig.twitch.ready, 40)
        rig.within("both assigned again after it ended (<= 30 s back-off)", took, 31, f"{attempts} attempts in 12 s")
        await asyncio.sleep(1)
    after = await rig.health(client)
    rig.ok("health is well again", after == before, after)
    lines = rig.gateway.log_lines("shard", "eventsub", "connect")
    rig.info(f"log lines about it: {len(lines)}: {lines[:4]}")


@scenario(limit=60, ends=complete)
async def disabled_told(rig):
    """a shard is disabled while its socket looks alive; conduit.shard.disabled comes by the other shard"""
    await rig.watched(channels=4)
    async with rig.traffic(30, head_start=1):
        for id in "01":
            conduit = rig.twitch.conduit()
            subscriptions = rig.twitch.subscriptions.values()
            rig.ok("it subscribed to conduit.shard.disabled", any(
                each.type == "conduit.shard.disabled" and each.is_enabled_in(conduit) for each in subscriptions))
            shard = conduit.shards[id]
            rig.twitch.set_status(shard, "websocket_network_error")
            took = await rig.until(lambda: rig.twitch.alive(shard), 40)
            rig.within("enabled again within 5 s", took, 5)
            await asyncio.sleep(1)


@scenario(limit=200, slow=True, ends=complete)
async def disabled_untold(rig):
    """the same, but nobody tells: found by looking at the shard list"""
    await rig.watched(channels=4)
    async with rig.traffic(10, head_start=1):
        shard = rig.twitch.conduit().shards["0"]
        rig.twitch.set_status(shard, "websocket_network_error", tell=False)
        took = await rig.until(lambda: rig.twitch.alive(shard), 150)
        rig.within("enabled again within the 120 s look", took, 130)


@scenario(limit=60, ends=complete)
async def partial_patch(rig):
    """a PATCH that succeeds for some shards only: at the start and after a reset"""
    await rig.setup(channels=4, start=False)
    rig.twitch.patch_failures = {"1": 2}
    await rig.gateway.start(ready=False)
    took = await rig.until(rig.twitch.ready, 20)
    rig.within("both shards ready though shard 1 was refused twice", took, 10)
    await rig.subscribed()
    await rig.gateway.wait_ready(10)
    await rig.watch()
    async with rig.traffic(30, head_start=0.5):
        for shard in "01":
            rig.twitch.patch_failures = {shard: 1}
            old = rig.twitch.shard_connection(shard)
            old.reset()
            await rig.check_reassigned(f"shard {shard} after one refusal: assigned again", shard, old, 5, timeout=20)
            await asyncio.sleep(1)


@scenario(limit=60, ends=complete)
async def malformed_400(rig):
    """PATCH shards answers 400 'Missing required parameter ""'"""
    await rig.watched(channels=4)
    with open(os.path.join(SAMPLES, "helix_conduit_shards_patch_400_malformed.json"), "rb") as sample:
        body = sample.read()
    async with rig.traffic(30, head_start=0.5):
        fault = rig.twitch.fault("PATCH", "/eventsub/conduits/shards$", times=2, status=400, body=body)
        for shard, old in rig.reset_shards().items():
            took = await rig.reassigned(shard, old, 30)
            rig.within(f"shard {shard} assigned after two 400s (<= 10 s)", took, 10, f"faults hit {fault.hits}")
        await asyncio.sleep(1)
