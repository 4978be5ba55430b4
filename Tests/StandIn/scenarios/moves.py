"""Planned reconnects: Twitch asks a session to move, to an address that works or does not."""
import asyncio
import contextlib
import time

from rig.gateway import free_port

from . import complete, scenario

PATCH_SHARDS = ("PATCH", "/helix/eventsub/conduits/shards")


async def move_by_turns(rig, same_id):
    """Asks the two shards to move by turns, six times, under load."""
    async with rig.traffic(60, head_start=1):
        for number in range(6):
            shard = str(number % 2)
            old = rig.twitch.shard_connection(shard)
            rig.twitch.ask_to_move(old, same_id)
            began = time.monotonic()
            await rig.check_reassigned(f"shard {shard} moved", shard, old, within=5, timeout=20)
            closed = await rig.until(lambda: not old.open, 31)
            rig.ok("the old socket was closed by us after the new welcome",
                   closed is not None and str(old.closed_by).startswith("client"),
                   f"{old.closed_by} after {time.monotonic() - began:.2f} s")
            await asyncio.sleep(0.7)


@scenario(limit=120, ends=complete)
async def move_same(rig):
    """planned reconnect, same session id, under load: nothing lost, order kept, no 4004/4007"""
    await rig.watched(channels=4)
    patches = rig.twitch.http_hits[PATCH_SHARDS]
    await move_by_turns(rig, same_id=True)
    disabled = rig.twitch.noted("4004", "4007", "disabled", "websocket_")
    rig.ok("no shard was disabled meanwhile", not disabled, disabled[:4])
    rig.info(f"PATCHes for six moves: {rig.twitch.http_hits[PATCH_SHARDS] - patches}")
    rig.check_nothing_dropped()


@scenario(limit=120, ends=complete)
async def move_new(rig):
    """planned reconnect with a new session id, under load"""
    await rig.watched(channels=4)
    await move_by_turns(rig, same_id=False)
    rig.check_nothing_dropped()


@scenario(limit=60, ends=complete)
async def move_all(rig):
    """all four shards asked to move at once, under load, three times"""
    await rig.watched(channels=6, CHAT_RELAY_SHARDS="4")
    async with rig.traffic(60, head_start=1):
        for turn in range(3):
            olds = {shard: rig.twitch.shard_connection(shard) for shard in "0123"}
            began = time.monotonic()
            for old in olds.values():
                rig.twitch.ask_to_move(old, same_id=turn != 1)
            for shard, old in olds.items():
                took = await rig.reassigned(shard, old, 20)
                rig.ok(f"shard {shard} moved", took is not None, f"{time.monotonic() - began:.2f} s")
            await rig.until(lambda: not any(old.open for old in olds.values()), 10)
            closed_by = [str(old.closed_by) for old in olds.values()]
            rig.ok("the old ones were closed by us", all(by.startswith("client") for by in closed_by), closed_by)
            await asyncio.sleep(1)
    rig.check_nothing_dropped()


@contextlib.asynccontextmanager
async def listening(serve):
    """Listens on a port, which is what it gives."""
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def say_nothing(reader, writer):
    """Reads what comes, and never answers."""
    while await reader.read(100000):
        pass


async def say_not_found(reader, writer):
    """Answers 404."""
    await reader.read(1000)
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    writer.close()


@scenario(limit=200, ends=complete)
async def move_dead_url(rig):
    """the reconnect URL is dead: refused, silent, 404, not a URL, 4007; the old socket keeps delivering"""
    await rig.watched(channels=4)
    async with listening(say_nothing) as silent, listening(say_not_found) as not_found:
        dead = "ws://127.0.0.1:{}/ws?challenge=x&id=y"
        urls = {
            "refused": dead.format(free_port()), "silent": dead.format(silent), "404": dead.format(not_found),
            "nonsense": "::::not a url", "4007": f"{rig.twitch.websocket_url}?challenge=unknown&id=nope", "null": None}
        async with rig.traffic(30, head_start=1):
            for number, (what, url) in enumerate(urls.items()):
                shard = str(number % 2)
                old = rig.twitch.shard_connection(shard)
                began = time.monotonic()
                if url:
                    rig.twitch.ask_to_move(old, url=url)
                else:
                    rig.twitch.say_reconnect(old, None)
                    await asyncio.sleep(5)
                    old.close(4004)
                reassigned = await rig.reassigned(shard, old, 36) is not None
                took = time.monotonic() - began if reassigned else None
                rig.within(f"{what}: assigned to a new socket within the 30 s", took, 30, f"old {old.closed_by}")
                await asyncio.sleep(1)
    rig.check_nothing_dropped()


@scenario(limit=60, ends=complete)
async def move_old_dies(rig):
    """the old socket dies right after session_reconnect, before the new one is welcomed"""
    await rig.watched(channels=4)
    async with rig.traffic(30, head_start=1):
        for number in range(4):
            shard = str(number % 2)
            old = rig.twitch.shard_connection(shard)
            rig.twitch.welcome_delay = [0.5]
            rig.twitch.ask_to_move(old)
            await asyncio.sleep(0.1 * number)
            if number % 2:
                old.reset()
            else:
                old.close(4000)
            await rig.check_reassigned("assigned again <= 3 s", shard, old, within=3, timeout=20)
            rig.twitch.welcome_delay = []
            await asyncio.sleep(2)
