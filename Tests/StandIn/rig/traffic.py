"""Chatters who talk in the channels at a rate."""
import asyncio
import contextlib
import time

REPEATS = ("same", "ids", "shards", "shards_ids")


class Traffic:
    """Two chatters, for the length of an `async with`.

    channels: in which (all); repeats: the share of lines that Twitch delivers more than once; head_start: seconds to
    wait at the beginning of the block.
    """

    def __init__(self, rig, rate, channels=None, repeats=0.0, head_start=0.0):
        self.rig, self.rate, self.channels, self.repeats, self.head_start = rig, rate, channels, repeats, head_start

    async def __aenter__(self):
        self.task = asyncio.ensure_future(self._run())
        await asyncio.sleep(self.head_start)

    async def __aexit__(self, *_):
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    async def _run(self):
        due = time.monotonic()
        while True:
            due += 1 / self.rate
            early = due - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            elif early < -1:
                due = time.monotonic()
            self._say()

    def _say(self):
        rng = self.rig.rng
        channel = rng.choice(self.channels or self.rig.channels)
        repeat = rng.choice(REPEATS) if rng.random() < self.repeats else None
        chatter = rng.choice(["5551001", "5551002"])
        self.rig.twitch.say(channel, chatter=chatter, emote=rng.random() < 0.05, repeat=repeat)
