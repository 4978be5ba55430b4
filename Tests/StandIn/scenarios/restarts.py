"""The program ends, in good order or by kill -9, and starts again: history and cursors live on."""
import asyncio

from clients.client import without_gaps

from . import scenario


@scenario(limit=60)
async def restart(rig):
    """SIGTERM and start: history and cursors live on; the time away is a gap"""
    await rig.setup(channels=2)
    _, _, cursors = await rig.reader_of(100)
    order, places = list(cursors), list(cursors.values())
    status, took = await rig.gateway.stop()
    rig.ok("ended in good order", status == 0, f"{took:.2f} s")
    await rig.say_many(10)
    await rig.gateway.start()
    await rig.subscribed()
    client = await rig.client("alice", since=places[50])
    later = await rig.say_many(20)
    await client.shows(later[-1])
    story, before, after = client.story(), order[51:], [message.id for message in later]
    ids = without_gaps(story)
    rig.ok("what was missed before the restart, then what came after, in order", ids == before + after,
           f"{len(ids)} of {len(before) + len(after)}")
    gaps = [place for place, id in enumerate(story) if id == "GAP"]
    rig.ok("a gap is told for the time away", bool(gaps), gaps)
    rig.ok("at its place (or first)", gaps and gaps[0] in (0, len(before)),
           f"gap at {gaps}, messages before the restart {len(before)}")
    client = await rig.come_back(since=places[-1])
    rig.ok("since the last before the restart: gap, then the new ones", client.story() == ["GAP", *after],
           client.story()[:3])
    client = await rig.come_back(since=client.cursors()[after[0]])
    rig.ok("since one after the restart: no gap", client.story() == after[1:], client.story()[:2])
    client = await rig.come_back(history=200)
    rig.ok("history reaches over the restart", without_gaps(client.story()) == order + after, len(client.ids()))


async def end_again_and_again(rig, times, rate, shortest, longest, kill=True, repeats=0.0):
    """Ends and starts the gateway at random moments under load, while three clients come back with their cursors."""
    await rig.watched(channels=3)
    await rig.watcher("alice", delay=(0.02, 0.1))
    rig.say_everywhere()
    await rig.settle()
    ready_after = []
    async with rig.traffic(rate, repeats=repeats):
        for _ in range(times):
            await asyncio.sleep(rig.rng.uniform(shortest, longest))
            await (rig.gateway.kill() if kill else rig.gateway.stop())
            if rig.rng.random() < 0.5:
                await asyncio.sleep(rig.rng.uniform(0, 0.5))
            await rig.gateway.start()
            ready_after.append(rig.gateway.ready_after)
        await rig.until(rig.twitch.ready, 10)
        await asyncio.sleep(1.5)
    rig.info(f"ready after {[round(seconds, 2) for seconds in ready_after]} s")
    label = "nothing lost without a gap, nothing twice, nothing out of order"
    counts = await rig.complete(label, allow_gap=True, timeout=6)
    if counts["told_early"]:
        rig.info(f"{counts['told_early']} of the missing were told by a gap at the head of the replay, "
                 "not at their place")


@scenario(limit=150)
async def kill9(rig):
    """kill -9 at ten random moments under load; clients come back with their cursors"""
    await end_again_and_again(rig, 10, 100, 0.2, 2.5)


@scenario(limit=150)
async def kill9_burst(rig):
    """kill -9 in the middle of bursts of 500 messages a second, with a pile of dups"""
    await end_again_and_again(rig, 8, 500, 0.1, 0.8, repeats=0.1)


@scenario(limit=100)
async def term_load(rig):
    """SIGTERM and restart five times under load"""
    await end_again_and_again(rig, 5, 100, 0.5, 2, kill=False)


@scenario(limit=90)
async def kill9_idle(rig):
    """kill -9 at rest, some seconds after the last message: everything is kept"""
    await rig.setup(channels=2)
    _, _, cursors = await rig.reader_of(300)
    order, places = list(cursors), list(cursors.values())
    await asyncio.sleep(3)
    await rig.crash()
    story = (await rig.come_back(since=places[0])).story()
    rig.ok("all 299 are kept", len(order) == 300 and without_gaps(story) == order[1:], len(without_gaps(story)))
    rig.ok("and the time away is a gap", "GAP" in story, [place for place, id in enumerate(story) if id == "GAP"])


@scenario(limit=60)
async def kill9_fast(rig):
    """kill -9 right after messages were seen by a client: each is kept, or told by a gap; cursors never name two"""
    await rig.setup(channels=1)
    renamed = []
    for milliseconds in (0, 10, 50, 200, 500, 1000):
        reader, _, cursors = await rig.reader_of(5)
        (_, *wanted), (first, *_, last) = cursors, cursors.values()
        await asyncio.sleep(milliseconds / 1000)
        await rig.crash()
        new = rig.twitch.say(rig.channels[0])
        client = await rig.client("alice", since=first)
        await client.shows(new, 3)
        story = client.story()
        kept = [id for id in without_gaps(story) if id in wanted]
        rig.ok(f"killed {milliseconds} ms after: in order, gap told",
               kept == wanted[:len(kept)] and "GAP" in story and story[-1] == new.id,
               f"{len(kept)}/{len(wanted)} kept, {story.count('GAP')} gaps")
        other = await rig.client("alice", since=last)
        await other.shows(new, 3)
        story = other.story()
        rig.ok("since the last one seen: gap, then the new one",
               story[:1] == ["GAP"] and new.id in story and not set(story) & set(wanted), story[:4])
        named = {cursor: id for id, cursor in cursors.items()}
        for id, cursor in [*client.cursors().items(), *other.cursors().items()]:
            if named.setdefault(cursor, id) != id:
                renamed.append((cursor, id, named[cursor]))
        for each in (reader, client, other):
            each.abort()
    rig.ok("no cursor names two messages", not renamed, renamed[:2])


@scenario(limit=120)
async def kill9_resend(rig):
    """kill -9 within milliseconds of a message's being shown; Twitch delivers it again to the new session: nobody sees
    it twice, nothing shown is forgotten
    """
    await rig.setup(channels=2)
    doubled, forgotten, unknown = [], [], []
    pauses = [0, 0, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.12, 0.3]
    for number, pause in enumerate(pauses):
        reader = await rig.client("alice")
        await reader.shows(rig.twitch.say(rig.channels[0]))
        await asyncio.sleep(0.3)
        lines = [rig.twitch.say(rig.channels[place % 2]) for place in range(6)]
        await reader.shows(lines[-1])
        await asyncio.sleep(pause)
        await rig.gateway.kill()
        seen, cursors = reader.ids(), reader.cursors()
        await rig.gateway.start()
        await rig.subscribed()
        resumed = await rig.client("alice", since=cursors[seen[-1]])
        live = await rig.client("bob")
        for message in lines:
            rig.twitch.resend(message, new_id=number % 2 == 1)
        new = rig.twitch.say(rig.channels[0])
        await resumed.shows(new)
        await live.shows(new)
        doubled += [(pause, id) for id in resumed.ids() + live.ids() if id in seen]
        with_history = await rig.come_back(history=200)
        kept = with_history.ids()
        forgotten += [(pause, message.id) for message in lines if message.id not in kept]
        doubled += [(pause, "history", id) for id in kept if kept.count(id) > 1]
        since_first = await rig.come_back(since=cursors[lines[0].id])
        if since_first.ids() != [message.id for message in lines[1:]] + [new.id]:
            unknown.append((pause, len(since_first.ids())))
        for client in (reader, resumed, live, with_history, since_first):
            client.abort()
    rig.ok("nothing that was shown comes a second time", not doubled,
           f"{len(doubled)} in {len(pauses)} kills {doubled[:3]}")
    rig.ok("nothing that was shown is forgotten", not forgotten, f"{len(forgotten)} {forgotten[:3]}")
    rig.ok("cursors of the last moments are known", not unknown, unknown[:4])


@scenario(limit=90)
async def kill9_startup(rig):
    """kill -9 again and again in the first moments of a start: what the first run had shown is there once, and no
    cursor names two
    """
    await rig.setup(channels=2)
    _, lines, cursors = await rig.reader_of(40)
    await rig.gateway.kill()
    # Lines of two channels have an order once they were shown.
    order, places = list(cursors), list(cursors.values())
    for _ in range(12):
        await rig.gateway.start(ready=False)
        await asyncio.sleep(rig.rng.uniform(0, 0.15))
        await rig.gateway.kill()
    await rig.gateway.start()
    await rig.subscribed()
    for message in lines:
        rig.twitch.resend(message, new_id=True)
    new = rig.twitch.say(rig.channels[0])
    client = await rig.client("alice", since=places[0])
    await client.shows(new)
    ids, again = client.ids(), client.cursors()
    rig.ok("all is there, once, in order", len(order) == len(lines) and ids == [*order[1:], new.id],
           f"{len(ids)} of {len(lines)}")
    rig.ok("under the cursors that it had", all(again[id] == cursors[id] for id in order[1:]))
    rig.ok("no cursor names two", len(set(again.values())) == len(ids) and again[new.id] not in places)
