"""Thousands of browsers at once, by the program swarm."""
import asyncio
import os
import time

from rig.swarm import start_swarm, swarmed

from . import complete, scenario
from .browsers import shell

BROWSERS = int(os.environ.get("QA_SWARM", "10000"))
# What the gateway may have open with that many.
DESCRIPTORS = 20000


async def delay(rig, client, channel, text=None):
    """Says a line; the seconds until a client read it."""
    said = time.monotonic()
    await client.shows(rig.twitch.say(channel, text))
    return time.monotonic() - said


@scenario(limit=120)
async def noread_1000(rig):
    """1,000 browsers that read nothing: two strict clients lose nothing and are not delayed; memory bounded"""
    await rig.watched(channels=2)
    before = rig.gateway.memory()
    swarm = await start_swarm(rig, rig.path("alice"), 1000, "noread", 45)
    await asyncio.sleep(4)
    connected = rig.gateway.memory()
    client, delays, number, end = await rig.client("bob"), [], 0, time.monotonic() + 30
    while time.monotonic() < end:
        number += 1
        channel, text = rig.channels[number % 2], f"{number} {'q' * 400}"
        if number % 100 == 0:
            delays.append(await delay(rig, client, channel, text))
        else:
            rig.twitch.say(channel, text)
        await asyncio.sleep(0.008)
    rig.info(f"{number} messages; memory {before:.0f} -> {connected:.0f} -> {rig.gateway.memory():.0f} MB")
    await rig.complete("the readers lost nothing", timeout=10)
    rig.ok("nor were they delayed (< 0.5 s)", max(delays) < 0.5, f"{max(delays):.3f} s")
    more = rig.gateway.memory() - before
    rig.ok("memory bounded (< 200 MB more)", more < 200, f"{more:.0f} MB")
    rig.info(f"swarm: {await swarmed(swarm)}")
    rig.alive()


@scenario(limit=120)
async def reconnect_10k(rig):
    """10,000 browsers reconnect within a second with their cursors: all served within 10 s"""
    await rig.setup_limited(DESCRIPTORS, channels=1)
    reader, _, cursors = await rig.reader_of(30)
    path = rig.path("alice", since=list(cursors.values())[9])
    for when, window in (("within a second", 1.0), ("at once", None)):
        processor = rig.gateway.processor_seconds()
        swarm = await swarmed(await start_swarm(rig, path, BROWSERS, "served", 40, window))
        processor = rig.gateway.processor_seconds() - processor
        load = os.getloadavg()[0]
        rig.info(f"CPU of the gateway {processor:.1f} s, load average {load:.1f}; {socket_counters(rig)}")
        in_time = swarm["last_served_s"] <= 10 or (load > 4 and processor <= 8)
        rig.ok(f"{BROWSERS} {when}: all served <= 10 s", swarm["served"] == BROWSERS and in_time, swarm)
        rig.ok("each got the twenty it missed", swarm["frames"] >= 21 * swarm["served"], swarm["frames"])
        await asyncio.sleep(2)
    rig.info(f"memory {rig.gateway.memory():.0f} MB, descriptors {rig.gateway.descriptors()}")
    shown = await reader.shows(rig.twitch.say(rig.channels[0]))
    rig.ok("relaying goes on", shown is not None)
    freed = await rig.until(lambda: rig.gateway.descriptors() < 60, 20)
    rig.ok("the descriptors are freed", freed is not None, rig.gateway.descriptors())


def socket_counters(rig):
    """Returns what the system says of the gateway's listening socket."""
    counters = "TcpExtListenOverflows TcpExtListenDrops TcpExtTCPAbortOnTimeout TcpOutRsts"
    return shell(f"ss -ltn 'sport = :{rig.gateway.port}' | tail -1; nstat -z {counters} 2>/dev/null | tail -4")


@scenario(limit=120)
async def idle_10k_live(rig):
    """5,000 connected browsers and live messages: latency stays low; memory per connection"""
    await rig.setup_limited(DESCRIPTORS, channels=1)
    before = rig.gateway.memory()
    swarm = await start_swarm(rig, rig.path("alice"), 5000, "idle", 20)
    await rig.until(lambda: rig.gateway.descriptors() > 5000, 15)
    connected = rig.gateway.memory()
    client, delays = await rig.client("bob"), []
    for _ in range(50):
        delays.append(await delay(rig, client, rig.channels[0]))
        await asyncio.sleep(0.1)
    swarm = await swarmed(swarm)
    rig.info(f"{before:.0f} -> {connected:.0f} MB for 5,000; latency max {max(delays):.3f} s; {swarm}")
    rig.ok("every one of 5,000 got every one of 50", swarm["frames"] == 250000, swarm["frames"])


@scenario(limit=120, ends=complete)
async def reconnect_traffic(rig):
    """10,000 browsers reconnect at once three times while 20 messages a second come: watchers lose nothing, no shard is
    lost
    """
    await rig.setup_limited(DESCRIPTORS, channels=2)
    alice, _ = await rig.watch()
    rig.say_everywhere()
    await rig.settle()
    path, connects = rig.path("alice", since=alice.cursor), rig.twitch.connects()
    async with rig.traffic(20):
        for _ in range(3):
            swarm = await swarmed(await start_swarm(rig, path, BROWSERS, "served", 30))
            rig.info(f"served {swarm['served']} in {swarm['last_served_s']} s, refused {swarm['refused']}, "
                     f"load {os.getloadavg()[0]:.1f}")
            await asyncio.sleep(4)
    await rig.settle(timeout=15)
    more = rig.twitch.connects() - connects
    rig.ok("no shard was taken for dead meanwhile", more == 0,
           f"{more} new EventSub connections; {rig.gateway.log_lines('no keepalive')[:2]}")
