"""The conduit is deleted, resized, one of many, or one too many."""
import asyncio
import time

from standin.oauth import CLIENT_ID

from . import complete_but_for_gaps, scenario

CREATE_SUBSCRIPTION = ("POST", "/helix/eventsub/subscriptions")
DELETE_SUBSCRIPTION = ("DELETE", "/helix/eventsub/subscriptions")


async def delete_under_load(rig, timeout, **how):
    """Deletes the conduit while lines are said."""
    await rig.watched(channels=6)
    old = rig.twitch.conduit()
    async with rig.traffic(20, head_start=2):
        rig.twitch.delete_conduit(old.id, **how)
        took = await rig.rebuilt(timeout, other_than=old)
        rig.within("rebuilt with all subscriptions within 10 s", took, 10)
        await asyncio.sleep(1)
    rig.info(f"conduits made: {rig.twitch.noted('conduit created')}")
    rig.ok("one new conduit", len(rig.twitch.conduits) == 1, len(rig.twitch.conduits))


@scenario(limit=150, ends=complete_but_for_gaps)
async def deleted_closed(rig):
    """conduit deleted under us, sockets closed 4000"""
    await delete_under_load(rig, 60, close=4000)


@scenario(limit=150, ends=complete_but_for_gaps)
async def deleted_revoked(rig):
    """conduit deleted under us, revocations conduit_deleted sent, sockets live on"""
    await delete_under_load(rig, 60, revoke=True)


@scenario(limit=200, ends=complete_but_for_gaps)
async def deleted_silent(rig):
    """conduit deleted under us, nothing told, sockets live on with keepalives"""
    await delete_under_load(rig, 100)


@scenario(limit=90)
async def conduit_limit(rig):
    """five conduits of others exist: told, keeps trying, recovers when one goes"""
    await rig.setup(channels=2, start=False)
    foreign = [rig.twitch.add_conduit(CLIENT_ID, 1) for _ in range(5)]
    try:
        await rig.gateway.start(ready=False)
    except RuntimeError as error:
        rig.ok("it serves though no conduit can be made", False, error)
        return
    await asyncio.sleep(3)
    rig.alive()
    health = await rig.gateway.health()
    rig.ok("healthz 200, readyz 503", health == (200, 503), health)
    untouched = list(rig.twitch.conduits.values()) == foreign and not any(conduit.shards for conduit in foreign)
    rig.ok("no foreign conduit was touched", untouched)
    lines = rig.gateway.log_lines("conduit")
    rig.ok("told in the log, not in a storm", 1 <= len(lines) <= 5, f"{len(lines)}: {lines[:2]}")
    rig.info(f"health: {await rig.health(await rig.client('alice'))}")
    del rig.twitch.conduits[foreign[0].id]
    took = await rig.until(lambda: any(rig.twitch.ready(conduit) for conduit in rig.twitch.conduits.values()), 60)
    rig.within("recovers by itself (<= 35 s)", took, 35)


@scenario(limit=60)
async def several_conduits(rig):
    """several conduits exist: ours by its stored id is adopted, others are left alone, also after a restart"""
    await rig.setup(channels=2)
    own = rig.twitch.conduit()
    await rig.gateway.stop()
    del rig.twitch.conduits[own.id]
    foreign = [rig.twitch.add_conduit(CLIENT_ID, 2) for _ in range(3)]
    rig.twitch.conduits[own.id] = own
    created = rig.twitch.http_hits[CREATE_SUBSCRIPTION]
    await rig.gateway.start()
    rig.ok("adopts its own", rig.twitch.ready(own))
    rig.ok("leaves the others alone",
           list(rig.twitch.conduits.values()) == [*foreign, own] and not any(conduit.shards for conduit in foreign))
    await asyncio.sleep(1)
    created = rig.twitch.http_hits[CREATE_SUBSCRIPTION] - created
    rig.ok("a restart changes no subscription", not created and not rig.twitch.http_hits[DELETE_SUBSCRIPTION], created)


@scenario(limit=120)
async def shrink(rig):
    """four shards to two over a restart, with Twitch's bug (surplus stay); and a foreign resize while running"""
    await rig.setup(channels=6, CHAT_RELAY_SHARDS="4")
    rig.twitch.shrinking_leaves_surplus = True
    conduit = rig.twitch.conduit()
    rig.ok("four shards", conduit.count == 4 and rig.twitch.ready())
    await rig.gateway.stop()
    rig.gateway.settings["CHAT_RELAY_SHARDS"] = "2"
    await rig.gateway.start()
    rig.ok("shrunk to two", conduit.count == 2, conduit.count)
    rig.ok("ready though surplus shards stay listed", rig.twitch.ready() and len(conduit.shards) == 4)
    await rig.watch()
    async with rig.traffic(40, head_start=2):
        pass
    await rig.complete("nothing lost after shrinking")
    async with rig.traffic(20):
        await rig.gateway.command("conduit", "resize", conduit.id, "--shards", "5")
        took = await rig.until(lambda: conduit.count == 2 or rig.twitch.ready(), 60)
        rig.within("a foreign resize to 5 is made good (<= 35 s)", took, 35, f"count {conduit.count}")
        await asyncio.sleep(1)
    await rig.complete("afterwards")
    rig.alive()


@scenario(limit=60, ends=complete_but_for_gaps)
async def gone_72h(rig):
    """all shards gone for 72 h: the conduit and its subscriptions are gone at the next start"""
    await rig.watched(channels=5)
    rig.twitch.say(rig.channels[0])
    await rig.settle()
    await rig.gateway.stop()
    forget_conduit(rig)
    began = time.monotonic()
    await rig.gateway.start()
    rebuilt = await rig.rebuilt(30) is not None
    rig.within("rebuilt with all subscriptions within 10 s", time.monotonic() - began if rebuilt else None, 10)
    async with rig.traffic(30, head_start=1):
        pass


@scenario(limit=120, ends=complete_but_for_gaps)
async def deleted_while_down(rig):
    """the running gateway loses all sockets, cannot come back, and meanwhile the conduit goes (72 h)"""
    await rig.watched(channels=3)
    rig.twitch.refuse_connections(10000)
    rig.reset_shards()
    await asyncio.sleep(3)
    forget_conduit(rig)
    await asyncio.sleep(2)
    rig.twitch.refuse_connections(0)
    rig.within("rebuilt with all subscriptions", await rig.rebuilt(60), 30)
    async with rig.traffic(30, head_start=1):
        pass


def forget_conduit(rig):
    """Lets Twitch forget the conduit and all subscriptions, as it does 72 hours after the last shard was lost."""
    rig.twitch.delete_conduit(rig.twitch.conduit().id)
    rig.twitch.subscriptions.clear()
