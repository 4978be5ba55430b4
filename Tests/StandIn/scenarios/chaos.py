"""Long runs of random faults, with eight strict clients that come and go."""
import asyncio
import collections
import os
import time

from standin import frames

from . import scenario

CLOSE_CODES = (4000, 4002, 4003, 4005, 4006, 1001, 1012, 4321)
READERS = ("alice", "bob", "carol", "alice", "bob", "carol", "alice", "bob")


class Chaos:
    """The faults, a method for each; `one` is any of them."""

    # As often as they are here; the last ones end the gateway.
    FAULTS = (
        "reset", "reset", "fin", "close_code", "move", "move", "move_new", "move_all", "silence", "disable",
        "partial_patch", "answer_500", "answer_slowly", "expire_token", "no_welcome", "repeat", "garbage", "moderate",
        "send", "reset_two", "move_to_dead_url", "lose_answer", "refuse")
    KILLS = ("kill", "terminate", "kill")

    def __init__(self, rig, kills):
        self.rig, self.twitch, self.rng, self.kills = rig, rig.twitch, rig.rng, kills
        self.done = []

    async def one(self):
        """Makes one random fault."""
        name = self.rng.choice(self.FAULTS + (self.KILLS if self.kills else ()) + (
            ("delete_conduit",) if self.rng.random() < 0.3 else ()))
        self.done.append(name)
        self.twitch.note(f"CHAOS {name}")
        fault = getattr(self, name)()
        if fault is not None:
            await fault

    def end(self):
        """Ends all that could still go wrong."""
        for fault in self.twitch.faults:
            fault.times = 0
        self.twitch.refuse_connections(0)
        self.twitch.welcome_delay, self.twitch.patch_failures = [], {}

    def _shards(self):
        """The shards that are alive."""
        conduit = self.twitch.conduit()
        return [shard for shard in conduit.shards.values() if self.twitch.alive(shard)] if conduit else []

    def _connections(self):
        return [shard.session.connection for shard in self._shards()]

    def _any(self):
        """Some living connection, in a list, which is empty when there is none."""
        connections = self._connections()
        return [self.rng.choice(connections)] if connections else []

    # Sockets

    def reset(self):
        """One shard's socket breaks."""
        for connection in self._any():
            connection.reset()

    def reset_two(self):
        """Two break at once."""
        for connection in self._connections()[:2]:
            connection.reset()

    def fin(self):
        """One ends without a close frame."""
        for connection in self._any():
            connection.fin()

    def close_code(self):
        """One is closed with a code."""
        for connection in self._any():
            connection.close(self.rng.choice(CLOSE_CODES))

    def silence(self):
        """One is half-open from now on."""
        for connection in self._any():
            connection.blackhole = True

    def refuse(self):
        """One breaks, and the next three connections are refused."""
        self.twitch.refuse_connections(3)
        self.reset()

    def no_welcome(self):
        """One breaks, and the next connection gets no welcome."""
        self.twitch.welcome_delay = [None]
        self.reset()

    def garbage(self):
        """All bring what is no JSON."""
        for connection in self._connections():
            for text in (b"{\xff", b"[]"):
                connection.raw(frames.frame(frames.TEXT, text))

    # Planned reconnects

    def move(self):
        """One is asked to move."""
        for connection in self._any():
            self.twitch.ask_to_move(connection)

    def move_new(self):
        """One is asked to move, to a new session id."""
        for connection in self._any():
            self.twitch.ask_to_move(connection, same_id=False)

    def move_all(self):
        """All are asked to move."""
        for connection in self._connections():
            self.twitch.ask_to_move(connection)

    def move_to_dead_url(self):
        """One is asked to move to where nobody listens."""
        for connection in self._any():
            self.twitch.ask_to_move(connection, url="ws://127.0.0.1:1/ws?challenge=a&id=b")

    # Helix

    def disable(self):
        """One shard is disabled while its socket lives."""
        if shards := self._shards():
            self.twitch.set_status(self.rng.choice(shards), "websocket_network_error")

    def partial_patch(self):
        """One breaks, and a shard's next assignment fails."""
        self.twitch.patch_failures = {str(self.rng.randrange(3)): 1}
        self.reset()

    def lose_answer(self):
        """One breaks, and the next assignment's answer is lost."""
        self.twitch.fault("PATCH", "/shards$", lost=True)
        self.reset()

    def answer_500(self):
        """Helix answers 500 three times."""
        self.twitch.fault(None, "^/helix/", times=3, status=500)

    def answer_slowly(self):
        """Helix takes three seconds, twice."""
        self.twitch.fault(None, "^/helix/", times=2, delay=3)

    def expire_token(self):
        """The app's token expires."""
        self.twitch.expire("app")

    def delete_conduit(self):
        """The conduit is deleted, and its sockets are closed."""
        if conduit := self.twitch.conduit():
            self.twitch.delete_conduit(conduit.id, close=4000)

    # Chat

    def repeat(self):
        """Lines come more than once, in every way there is."""
        for how in ("same", "ids", "shards", "shards_ids"):
            self.rig.say_everywhere(repeat=how)

    def moderate(self):
        """A line is deleted."""
        channel = self.rng.choice(self.rig.channels)
        recent = [it for it in self.twitch.journal[channel][-30:] if it.removed_at is None and it.deliveries]
        if recent:
            self.twitch.delete(channel, self.rng.choice(recent).id)

    def send(self):
        """The owner sends a line."""
        watcher = self.rng.choice([watcher for watcher in self.rig.watchers if watcher.name.startswith("alice")])
        if watcher.connected:
            number = len(self.done)
            watcher.client.send_line(self.rng.choice(self.rig.accounts).id, f"sent {number}", f"s{number}")

    # The gateway

    async def kill(self):
        """The gateway is killed, and starts again after up to a second."""
        await self.rig.gateway.kill()
        if self.rng.random() < 0.5:
            await asyncio.sleep(self.rng.uniform(0, 1))
        await self.rig.gateway.start(ready=False)

    async def terminate(self):
        """The gateway is ended and started again."""
        status, took = await self.rig.gateway.stop()
        if status != 0:
            self.rig.ok("SIGTERM ends with 0 in chaos", False, (status, took))
        await self.rig.gateway.start(ready=False)


async def rage(rig, chaos, seconds):
    """Makes random faults for some time, or until the gateway does not survive."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(rig.rng.uniform(0.2, 2.5))
        try:
            await chaos.one()
        except RuntimeError as error:
            rig.ok("survives", False, f"{chaos.done[-1]}: {error}"[:300])
            return
        if not rig.gateway.running:
            rig.ok("survives", False, f"died with {rig.gateway.process.returncode} after {chaos.done[-5:]}")
            return


async def heal(rig, chaos):
    """Peace: everything must heal."""
    chaos.end()
    rig.within("heals by itself within 35 s of peace", await rig.rebuilt(45), 35)


async def run(rig, seconds, kills=True):
    """Sets up, rages, heals and settles."""
    await rig.setup(channels=5, users=("alice", "bob", "carol"), CHAT_RELAY_SHARDS="3")
    for user in READERS:
        await rig.watcher(user, delay=(0.0, 0.6))
    rig.say_everywhere()
    await rig.settle()
    chaos = Chaos(rig, kills)
    async with rig.traffic(60, repeats=0.05):
        async with rig.shaken(0.1, 0.8, aborts=0.6):
            await rage(rig, chaos, seconds)
            await heal(rig, chaos)
        await asyncio.sleep(2)
    counts = await rig.complete("0 lost, 0 doubled, 0 out of order, unless a gap was told", allow_gap=True, timeout=8)
    rig.info(f"{len(chaos.done)} faults: {dict(collections.Counter(chaos.done))}; dropped at Twitch "
             f"{rig.twitch.lost_at_twitch}; connects {[watcher.connects for watcher in rig.watchers]}")
    rig.info(f"gaps told: {counts['told']} messages covered, {counts['told_early']} by a gap that came early")
    if not kills:
        rig.ok("no message needed a gap (the program never stopped)", counts["told"] == 0, counts["told"])
    if rig.alive():
        rig.info(f"memory {rig.gateway.memory():.0f} MB, descriptors {rig.gateway.descriptors()}")


@scenario(limit=200)
async def chaos_short(rig):
    """100 s of random faults without kills, eight clients"""
    await run(rig, 100, kills=False)


@scenario(limit=240)
async def chaos_kill(rig):
    """120 s of random faults with kill -9 and SIGTERM, eight clients"""
    await run(rig, 120)


@scenario(limit=1100, slow=True)
async def chaos_long(rig):
    """15 minutes of everything"""
    await run(rig, int(os.environ.get("QA_CHAOS", "900")))
