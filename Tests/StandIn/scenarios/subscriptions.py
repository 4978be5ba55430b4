"""Subscriptions that exist already, too often, or not any more, and the rate at which they are made."""
import asyncio
import json
import os
import time

from . import scenario

MESSAGE = "channel.chat.message"
# Each channel has so many.
SUBSCRIPTIONS = 8


@scenario(limit=90)
async def conflicts(rig):
    """409 on every create (the list hides them), and threefold subscriptions: each message once"""
    await rig.setup(channels=3)
    await rig.gateway.stop()
    # The list pretends to be empty: everything is created again and answers 409.
    empty = {"total": 0, "data": [], "total_cost": 0, "max_total_cost": 10000, "pagination": {}}
    fault = rig.twitch.fault("GET", "/eventsub/subscriptions$", status=200, body=json.dumps(empty).encode())
    await rig.gateway.start()
    await asyncio.sleep(2)
    conflicts = rig.twitch.count_status(409)
    rig.info(f"409s: {conflicts}, hits {fault.hits}")
    rig.ok("409s are adopted, not hammered", conflicts <= 40, conflicts)
    await rig.watch()
    async with rig.traffic(40, head_start=1):
        pass
    await rig.complete("after 409s")
    # Threefold in the same conduit: the same event under three notification ids.
    for each in list(rig.twitch.subscriptions.values()):
        if each.type.startswith("channel.chat"):
            for _ in range(2):
                rig.twitch.subscribe(each.type, each.version, each.condition, each.conduit_id)
    async with rig.traffic(40):
        for channel in rig.channels:
            rig.twitch.notice(channel, "an announcement")
        await asyncio.sleep(1)
    await rig.complete("with threefold subscriptions")
    await rig.gateway.stop()
    await rig.gateway.start()

    def to_messages():
        return len([each for each in rig.twitch.subscriptions.values() if each.type == MESSAGE])
    took = await rig.until(lambda: to_messages() == 3, 20)
    rig.ok("surplus subscriptions are removed", took is not None, to_messages())
    rig.ok("none is missing", not rig.missing_subscriptions())


@scenario(limit=60)
async def cap_429(rig):
    """429 'maximum subscriptions with type and condition exceeded' by orphans elsewhere"""
    await rig.setup(channels=2, start=False)
    for channel in rig.channels:
        condition = {"broadcaster_user_id": channel, "user_id": channel}
        for _ in range(3):
            rig.twitch.subscribe(MESSAGE, "1", condition, "11111111-1111-4111-8111-111111111111")
    await rig.gateway.start(ready=False)
    await asyncio.sleep(6)
    asked = rig.twitch.http_hits[("POST", "/helix/eventsub/subscriptions")]
    rig.info(f"POSTs in 6 s: {asked}; 429: {rig.twitch.count_status(429)}")
    took = await rig.until(lambda: not rig.missing_subscriptions(), 20)
    if took is None:
        rig.ok("does not hammer", asked < 60, asked)
        rig.info("orphans are not removed (alarm, back off for minutes)")
    else:
        rig.ok("orphans of a dead conduit were removed and it subscribed", True, f"{took:.1f} s")
    rig.alive()


@scenario(limit=240, slow=True)
async def banned(rig):
    """banned from a channel: revocation chat_user_banned, 403 on trying again; no hammering; back after the ban"""
    await rig.watched(channels=2)
    client = await rig.client("alice")
    forbidden, other = rig.channels
    rig.twitch.banned.add((forbidden, forbidden))
    rig.twitch.revoke_all_of(forbidden, "chat_user_banned")
    async with rig.traffic(10, [other]):
        await asyncio.sleep(45)
    refused = rig.twitch.count_status(403)
    rig.ok("does not hammer: few 403s in 45 s", refused <= 12, refused)
    await rig.complete("the other channel is unharmed")
    rig.info(f"health {await rig.health(client)}")
    rig.twitch.banned.clear()
    took = await rig.until(lambda: not rig.missing_subscriptions(), 130)
    rig.within("subscribed again after the ban ended (1 min steps)", took, 130)


@scenario(limit=420, slow=True, budget=800)
async def storm429(rig):
    """many channels at 800 points a minute: no storm of 429s, near 95 % of the budget, resumable after kill -9"""
    await subscribe_many(rig, int(os.environ.get("QA_CHANNELS", "120")))


@scenario(limit=600, slow=True, budget=24000)
async def storm429_big(rig):
    """1,000 channels (8 subscriptions each) at a budget of 24,000 a minute"""
    await subscribe_many(rig, int(os.environ.get("QA_CHANNELS", "1000")))


async def subscribe_many(rig, channels):
    """Starts with so many channels, kills the gateway when it has subscribed to some, and lets it go on."""
    await rig.setup(channels=channels, start=False)
    subscriptions = rig.twitch.subscriptions
    began = time.monotonic()
    await rig.gateway.start(ready=False)
    wanted = channels * SUBSCRIPTIONS
    ideal = wanted * 60 / rig.twitch.budget
    await rig.until(lambda: len(subscriptions) >= wanted * 0.4, ideal + 60, 0.25)
    rig.info(f"{len(subscriptions)} of {wanted} after {time.monotonic() - began:.1f} s")
    chat = sum(each.type == MESSAGE for each in subscriptions.values())
    rig.info(f"chat first: {chat} of {channels} chat.message are among the first {len(subscriptions)}")
    rig.ok("chat first", chat == channels or chat >= len(subscriptions) * 0.9, chat)
    await rig.gateway.kill()
    left = wanted - len(subscriptions)
    await rig.gateway.start(ready=False)

    def all_there():
        return len(subscriptions) >= wanted and not rig.missing_subscriptions()
    took = await rig.until(all_there, ideal * 1.6 + 90, 0.5)
    span = time.monotonic() - began
    rig.ok("all subscribed", took is not None,
           f"{len(subscriptions)} of {wanted} in {span:.1f} s; ideal {ideal:.0f} s")
    rig.info(f"second part: {left} in {took} s, the budget alone would take {left * 60 / rig.twitch.budget:.1f} s "
             "less a full bucket")
    buckets = rig.twitch.app_buckets()
    denied, taken = sum(bucket.denied for bucket in buckets), sum(bucket.taken for bucket in buckets)
    rig.ok("429s are few", denied <= max(10, taken * 0.01), f"{denied} of {taken}")
    conflicts = rig.twitch.count_status(409)
    rig.ok("it went on where it was (no 409s)", conflicts <= 20, conflicts)
    # Over the whole time, of which one burst of a full bucket is allowed.
    use = taken / (rig.twitch.budget / 60 * span + rig.twitch.budget)
    rig.ok("close to the budget", span <= ideal * 1.25 + 20,
           f"{span:.0f} s for {ideal:.0f} s of budget, use of all points {use:.0%}")
    rig.info(f"memory {rig.gateway.memory():.0f} MB")
