"""What Twitch delivers twice, on another socket or under a broken clock is shown once and in order."""
import asyncio
import itertools

from . import complete, scenario

BROKEN_STAMPS = [
    "", "yesterday", "2026-13-45T99:99:99Z", None, 17, "2026-11-21T12:00:00.1234567891234Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z", "2026-11-21T12:00:00+02:00"]


@scenario(limit=60)
async def duplicates(rig):
    """the same notification twice; same id on two shards; one message under two notification ids; both at once"""
    await rig.watched(channels=4)
    for number in range(60):
        rig.say_everywhere(repeat=[None, "same", "ids", "shards", "shards_ids"][number % 5])
        await asyncio.sleep(0.01)
    await rig.complete()
    replay(rig, slice(20))
    await asyncio.sleep(1)
    await rig.complete("a late replay under new ids is recognised")
    await rig.restart()
    await asyncio.sleep(1)
    replay(rig, slice(-20, None))
    rig.say_everywhere(text="after the restart")
    await rig.complete("across a restart as well", allow_gap=True)


def replay(rig, which):
    """Delivers some messages of each channel once more, under new notification ids."""
    for channel in rig.channels:
        for message in rig.twitch.journal[channel][which]:
            rig.twitch.resend(message, new_id=True)


@scenario(limit=60)
async def order_race(rig):
    """one message on the old socket, the next at once on another: closed by FIN or code, moved same and new id;
    order kept
    """
    await rig.watched(channels=6)
    for number in range(6):
        for shard in "01":
            rig.say_everywhere()
            old = rig.twitch.shard_connection(shard)
            if number % 2:
                old.close(4000)
            else:
                old.fin()
            rig.say_everywhere()
            await rig.reassigned(shard, old, 10)
            rig.say_everywhere()
            await asyncio.sleep(0.3)
    await rig.complete("order over a loss with the retry on the other shard")

    def say_thrice():
        for _ in range(3):
            rig.say_everywhere()
    rig.twitch.around_welcome = say_thrice
    for _ in range(6):
        for shard in "01":
            old = rig.twitch.shard_connection(shard)
            rig.twitch.ask_to_move(old, same_id=True)
            await rig.reassigned(shard, old, 10)
            await asyncio.sleep(0.4)
    await rig.complete("order around the welcome of a planned move")


def jittering(rig, seconds):
    """Returns a clock that is wrong by up to so many seconds, each time otherwise."""
    def stamp():
        rig.twitch.time_offset = rig.rng.uniform(-seconds, seconds)
        now = rig.twitch.now()
        rig.twitch.time_offset = 0
        return now
    return stamp


def standing_still():
    """A clock that stands still."""
    return "2026-11-21T12:00:00Z"


@scenario(limit=60, ends=complete)
async def stamps(rig):
    """Twitch's clock jumps, stands still, runs backwards; stamps out of order or broken: relayed at once, in the
    order they came
    """
    await rig.watched(channels=3)
    async with rig.traffic(60):
        for offset in (0, -3600, 3600, -30, 30, 0):
            rig.twitch.time_offset = offset
            await asyncio.sleep(0.7)
        rig.twitch.stamp = standing_still
        await asyncio.sleep(0.7)
        rig.twitch.stamp = jittering(rig, 5)
        await asyncio.sleep(1.5)
        rig.twitch.stamp = itertools.cycle(BROKEN_STAMPS).__next__
        await asyncio.sleep(2.5)
        rig.twitch.stamp = None
        rig.twitch.shard_connection("0").fin()
        await asyncio.sleep(1.5)
    await rig.settle()
    slowest = max(item.at - rig.twitch.messages[item.id].said_at for watcher in rig.watchers
                  for item in watcher.messages() if item.id in rig.twitch.messages)
    rig.ok("relayed at once (< 0.7 s, a lost shard included)", slowest < 0.7, f"{slowest:.3f} s")


@scenario(limit=60)
async def stamps_moves(rig):
    """stamps that jitter by 20 ms, that stand still, and that are an hour off, while shards are lost and
    disabled: the order written is kept
    """
    await rig.watched(channels=4)
    for name, stamp in (("jitter", jittering(rig, 0.02)), ("still", standing_still), ("none", str)):
        for watcher in rig.watchers:
            watcher.forget()
        rig.twitch.stamp = stamp
        async with rig.traffic(80):
            for number in range(4):
                await asyncio.sleep(0.7)
                await lose_or_disable(rig, str(number % 2), lose=number < 2)
            await asyncio.sleep(0.8)
        await rig.complete(f"stamps: {name}")
        await asyncio.sleep(0.3)


async def lose_or_disable(rig, id, lose):
    """Ends a shard's socket, or disables it with a word, and waits until it is well again."""
    if lose:
        old = rig.twitch.shard_connection(id)
        old.fin()
        await rig.reassigned(id, old, 10)
    else:
        shard = rig.twitch.conduit().shards[id]
        rig.twitch.set_status(shard, "websocket_network_error")
        await rig.until(lambda: rig.twitch.alive(shard), 10)
