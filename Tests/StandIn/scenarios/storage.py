"""The history's files are damaged or locked, the disk is full."""
import asyncio
import contextlib
import os
import sqlite3
import subprocess
import time

from clients.client import without_gaps

from . import scenario


@contextlib.contextmanager
def database(rig, name):
    """Opens one of the gateway's databases, beside it, for the length of a `with`."""
    path = os.path.join(rig.gateway.data, name)
    with contextlib.closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as opened:
        yield opened


@contextlib.contextmanager
def locked(rig, name, how):
    """Locks one of the gateway's databases for the length of a `with`, by BEGIN EXCLUSIVE or IMMEDIATE."""
    with database(rig, name) as opened:
        opened.execute(f"BEGIN {how}")
        yield
        opened.execute("ROLLBACK")


def lock_for(seconds, opened):
    """Locks a database for some seconds from now on."""
    opened.execute("BEGIN EXCLUSIVE")
    asyncio.get_running_loop().call_later(seconds, opened.execute, "COMMIT")


async def delays(rig, client, seconds, pause, text=None):
    """Says lines for some seconds; how long each took until a client read it."""
    end, found = time.monotonic() + seconds, []
    while time.monotonic() < end:
        said = time.monotonic()
        await client.shows(rig.twitch.say(rig.channels[0], text), 6)
        found.append(time.monotonic() - said)
        await asyncio.sleep(pause)
    return found


async def check_can_send(rig, client, text):
    """Checks that a line can be sent."""
    outcome = await client.post(rig.accounts[0].id, text, text, timeout=8)
    rig.ok("a line can be sent", outcome and outcome.get("is_sent"), outcome)


async def missing_after_kill(rig, cursor, seen):
    """Ends the gateway by kill -9, and returns how many of what was seen since a cursor are gone, and the gaps told."""
    await asyncio.sleep(2)
    await rig.crash()
    client = await rig.come_back(since=cursor, pause=0.8)
    return len(seen) - 1 - len(set(client.ids())), client.story().count("GAP")


@scenario(limit=90)
async def kill9_locked(rig):
    """kill -9 while the history is locked by somebody else, with messages and a deletion that could not be written yet:
    the next run has them all
    """
    await rig.setup(channels=2)
    reader, (first,), _ = await rig.reader_of(1)
    await asyncio.sleep(0.5)
    with locked(rig, "history.sqlite", "IMMEDIATE"):
        lines = await rig.say_many(200, pause=0.005)
        gone = rig.twitch.say(rig.channels[0], "never to be seen again")
        await reader.shows(gone)
        rig.twitch.delete(rig.channels[0], gone.id)
        await reader.wait(lambda frame: frame["type"] == "delete")
        cursors = reader.cursors()
        await rig.gateway.kill()
    await rig.gateway.start()
    await rig.subscribed()
    for message in lines[-20:]:
        rig.twitch.resend(message)
    new = rig.twitch.say(rig.channels[0])
    client = await rig.client("alice", since=cursors[first.id])
    await client.shows(new)
    await client.quiet()
    ids = client.ids()
    rig.ok("all that was shown is there, once, in order", ids == [message.id for message in lines] + [new.id],
           f"{len(ids)} of {len(lines) + 1}")
    client = await rig.come_back(since=cursors[lines[-1].id])
    rig.ok("the last cursor is known", client.ids() == [new.id], client.ids()[:3])
    files = rig.gateway.files_with("never to be seen again")
    rig.ok("what was deleted is in no file", not files, files)


@scenario(limit=60)
async def db_locked(rig):
    """the database is locked for 5 s: relaying goes on without delay, nothing is lost, history is whole (or a gap)"""
    alice, bob = await rig.watched(channels=2)
    client = await rig.client("bob")
    rig.say_everywhere()
    await rig.settle()
    first = next(iter(alice.client.cursors().values()))
    async with rig.traffic(60, head_start=0.5):
        with locked(rig, "chat-relay.sqlite", "EXCLUSIVE"):
            slowest = max(await delays(rig, client, 5, pause=0.1))
            rig.ok("no message waited for the database (< 0.3 s)", slowest < 0.3, f"{slowest:.3f} s")
            await check_can_send(rig, client, "while locked")
        alice.client.abort()
        await asyncio.sleep(1.5)
    await rig.complete()
    missing, gaps = await missing_after_kill(rig, first, bob.ids())
    rig.ok("after kill -9 the history has them all, or told a gap", missing <= 0 or gaps,
           f"missing {missing}, gaps {gaps}")
    rig.ok("history is whole (the lock ended 3 s before)", missing <= 0, missing)
    rig.alive()


@scenario(limit=60)
async def db_locked_start(rig):
    """the database is locked for 3 s at the start, and while a client comes with since"""
    await rig.setup(channels=1)
    _, lines, cursors = await rig.reader_of(20)
    order, places = list(cursors), list(cursors.values())
    await rig.gateway.stop()
    with database(rig, "chat-relay.sqlite") as opened:
        lock_for(3, opened)
        began = time.monotonic()
        try:
            await rig.gateway.start()
            rig.ok("starts in spite of it", True, f"{time.monotonic() - began:.1f} s")
        except RuntimeError as error:
            rig.ok("starts in spite of it", False, str(error)[:200])
            return
        await rig.subscribed()
        await rig.until(lambda: not opened.in_transaction, 5)
        lock_for(3, opened)
        began = time.monotonic()
        client = await rig.client("alice", since=places[4], timeout=8)
        await client.wait(lambda frame: frame.get("id") == lines[-1].id or frame["type"] == "gap")
        await client.quiet()
        story = client.story()
        rig.ok("since while locked: served, complete", without_gaps(story) == order[5:],
               f"{time.monotonic() - began:.1f} s, {len(client.ids())} of 15, gaps {story.count('GAP')}")
        await rig.until(lambda: not opened.in_transaction, 5)


class SmallDisk:
    """A disk of some megabytes, with the gateway's data on it, for the length of an `async with`."""

    def __init__(self, rig, megabytes):
        self.rig, self.megabytes = rig, megabytes
        self.folder = os.path.join(rig.folder, "small")
        self.filler = os.path.join(self.folder, "fill")

    async def __aenter__(self):
        os.makedirs(self.folder)
        options = f"size={self.megabytes}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder], check=True)
        self.rig.gateway.data = os.path.join(self.folder, "data")
        return self

    async def __aexit__(self, *_):
        await self.rig.gateway.kill()
        self.rig.remove_journals()
        subprocess.run(["umount", "-l", self.folder], check=True)

    def fill(self):
        """Writes until nothing more fits."""
        for size in (65536, 512):
            with contextlib.suppress(OSError), open(self.filler, "ab", buffering=0) as file:
                while file.write(b"\0" * size) == size:
                    pass

    def free(self):
        """Makes room again."""
        os.unlink(self.filler)


@scenario(limit=90)
async def disk_full(rig):
    """the disk is full for a while: chat goes on, told as degraded, history whole or a gap, recovers, restarts"""
    async with SmallDisk(rig, 6) as disk:
        alice, bob = await rig.watched(channels=2)
        client = await rig.client("bob")
        rig.say_everywhere()
        await rig.settle()
        first = next(iter(alice.client.cursors().values()))
        before = await rig.health(client)
        async with rig.traffic(60, head_start=0.5):
            disk.fill()
            await check_full(rig, client, before, first)
            disk.free()
            await asyncio.sleep(6)
            after = await rig.health(client)
            rig.ok("told as well again", after == before, after)
        await rig.complete()
        seen = bob.ids()
        missing, gaps = await missing_after_kill(rig, first, seen)
        rig.ok("after kill -9: whole, or a gap", missing <= 0 or gaps, f"missing {missing} of {len(seen)}, gaps {gaps}")
        rig.alive()


async def check_full(rig, client, before, cursor):
    """Checks that chat goes on while the disk is full, and that it is told."""
    slowest = max(await delays(rig, client, 6, pause=0.02, text="x" * 300))
    rig.ok("chat goes on without delay (< 0.3 s)", slowest < 0.3, f"{slowest:.3f} s")
    during = await rig.health(client)
    rig.ok("told in status (health)", during not in ("absent", None, before), f"{before} -> {during}")
    lines = rig.gateway.log_lines("disk", "full", "stor", "database")
    rig.ok("told in the log, no storm", 1 <= len(lines) <= 6, f"{len(lines)}: {lines[:2]}")
    await check_can_send(rig, client, "disk full")
    resumed = await rig.client("alice", since=cursor)
    await resumed.quiet(0.3, 3)
    rig.ok("resumption still works meanwhile", len(resumed.ids()) > 100 or resumed.of("gap"), len(resumed.ids()))


@scenario(limit=60)
async def disk_full_start(rig):
    """the disk is full at the start: one clear line, or it serves; never a crash"""
    async with SmallDisk(rig, 3) as disk:
        await rig.setup(channels=1)
        await rig.gateway.stop()
        disk.fill()
        try:
            await rig.gateway.start(ready=False)
        except RuntimeError:
            status, log = rig.gateway.process.returncode, rig.gateway.log()
            rig.ok("one clear line and status 1", status == 1 and len(log.strip().splitlines()) <= 4,
                   (status, log[-300:]))
            return
        await asyncio.sleep(2)
        rig.alive()
        client = await rig.client("alice")
        shown = await client.shows(rig.twitch.say(rig.channels[0]))
        rig.ok("it serves and relays", shown is not None)


@scenario(limit=90)
async def history_damaged(rig):
    """history's file is deleted, truncated or garbage at a restart: it serves, tells gap, goes on"""
    await rig.setup(channels=1)
    for how in DAMAGES:
        _, _, cursors = await rig.reader_of(50)
        order, places = list(cursors), list(cursors.values())
        await asyncio.sleep(1)
        await rig.gateway.kill()
        for path in rig.gateway.files():
            if os.path.basename(path).startswith("history"):
                DAMAGES[how](path)
        try:
            await rig.gateway.start()
        except RuntimeError as error:
            rig.ok(f"{how}: serves", False, str(error)[:300])
            continue
        await rig.subscribed()
        client = await rig.client("alice", since=places[10])
        new = rig.twitch.say(rig.channels[0], f"after {how}")
        shown = await client.shows(new, 4)
        story, wanted = client.story(), [*order[11:], new.id]
        kept = without_gaps(story)
        rig.ok(f"{how}: live goes on, nothing missing without a gap",
               shown is not None and "GAP" in story and kept == [id for id in wanted if id in kept],
               f"{len(kept) - 1} of 39 kept, {story.count('GAP')} gaps")
        rig.info(f"told: {[line[-120:] for line in rig.gateway.log_lines('istory')][:2]}")
    status, _, errors = await rig.gateway.try_command("serve", timeout=15, CHAT_RELAY_PORT="0")
    rig.ok("a second serve on the folder: one clear line, status 1",
           status == 1 and len(errors.strip().splitlines()) <= 2, (status, errors[-300:]))
    rig.alive()


def _delete(path):
    if os.path.islink(path):            # the journal, which is in memory
        os.unlink(os.readlink(path))
    os.unlink(path)


def _fill_with_garbage(path):
    if path.endswith(".sqlite"):
        with open(path, "wb") as file:
            file.write(os.urandom(20000))


def _truncate(path):
    if path.endswith(".sqlite"):
        os.truncate(path, os.path.getsize(path) // 2)


def _damage_log(path):
    if path.endswith("-wal"):
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            file.write(os.urandom(5000))


DAMAGES = {
    "deleted": _delete, "garbage": _fill_with_garbage, "truncated": _truncate, "wal garbage": _damage_log}
