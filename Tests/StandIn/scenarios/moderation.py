"""What moderators delete is gone from all that is replayed and kept."""
import asyncio
import time
import uuid

from . import scenario


class Moderated:
    """A room with lines that get deleted, one after the other."""

    def __init__(self, rig):
        self.rig, self.twitch = rig, rig.twitch
        self.channel, self.other = rig.channels
        self.first, self.lines, self.cursor = None, [], None

    async def fill(self, reader):
        """Says lines of two chatters in two channels."""
        self.first = self.twitch.say(self.channel, "first")
        self.lines = [self.twitch.say(self.channel, f"by one {number}", "5551001") for number in range(5)]
        self.lines += [self.twitch.say(self.channel, f"by two {number}", "5551002") for number in range(5)]
        self.lines += [self.twitch.say(self.other, f"other {number}", "5551002") for number in range(3)]
        await reader.shows(self.lines[-1])
        self.cursor = reader.cursors()[self.first.id]

    async def delete(self, message, reader):
        """Deletes a message; the frame that tells of it, or None."""
        self.twitch.delete(self.channel, message.id)
        return await reader.wait(lambda frame: frame["type"] == "delete" and frame["message_id"] == message.id, 3)

    async def check_replay(self, what):
        """Checks that since and history bring what is left and nothing else."""
        left = [message.id for message in self.lines if message.removed_at is None]
        for name, value in (("since", self.cursor), ("history", 200)):
            client = await self.rig.come_back(pause=0.3, **{name: value})
            ids = [id for id in client.ids() if id != self.first.id]
            surplus = [self.twitch.messages[id].text for id in ids if id not in left]
            self.rig.ok(f"{what}: {name}", ids == left, f"{len(ids)} instead of {len(left)}: {surplus[:3]}")
            await client.close()


@scenario(limit=90)
async def moderation(rig):
    """delete, clear one user, clear all: gone from since and history, also after kill -9, also deletion before the
    message
    """
    await rig.setup(channels=2)
    room, reader = Moderated(rig), await rig.client("alice")
    await room.fill(reader)
    told = await room.delete(room.lines[2], reader)
    rig.ok("delete is relayed", told is not None, told)
    await room.check_replay("one deleted")
    rig.twitch.clear(room.channel, "5551002")
    told = await reader.wait(lambda frame: frame["type"] == "clear" and frame.get("user_id") == "5551002", 3)
    rig.ok("clear of a user is relayed", told and told["account_id"] == rig.accounts[0].id, told)
    await room.check_replay("one user's cleared, in that channel only")
    await delete_before_it_comes(rig, room, reader)
    await rig.crash()
    await room.check_replay("after kill -9")
    await room.delete(room.lines[3], await rig.client("alice"))
    await rig.crash()
    await room.check_replay("deleted just before kill -9")
    for pause in (0.05, 0.3, 1.0):
        await delete_and_kill(rig, room, pause)
    reader = await rig.client("alice")
    await room.delete(room.lines[0], reader)
    await room.check_replay("deleted after the restart")
    rig.twitch.clear(room.other)
    await reader.wait(lambda frame: frame["type"] == "clear", 3)
    await room.check_replay("a channel cleared")
    await asyncio.sleep(2)
    files = rig.gateway.files_with("by two 0")
    rig.ok("the text of a deleted message is gone from the database's files too", not files, files)
    await delete_while_away(rig, room)


async def delete_before_it_comes(rig, room, reader):
    """Has the deletion overtake its message."""
    early, mark = str(uuid.uuid4()), reader.mark()
    rig.twitch.delete(room.channel, early)
    await asyncio.sleep(0.2)
    rig.twitch.say(room.channel, "deleted before it came", id=early).removed_at = time.monotonic()
    after = rig.twitch.say(room.channel, "after")
    room.lines.append(after)
    await reader.shows(after, 3)
    live = [frame["type"] for frame in reader.since(mark) if early in (frame.get("id"), frame.get("message_id"))]
    rig.info(f"deleted before it came, live: {live}")
    rig.ok("live: not shown, or shown and taken back", not live or live[-1] == "delete", live)
    await room.check_replay("deleted before it came")


async def delete_and_kill(rig, room, pause):
    """Kills the gateway some moments after a deletion was seen."""
    reader = await rig.client("alice")
    victim = rig.twitch.say(room.channel, f"victim {pause}")
    room.lines.append(victim)
    await reader.shows(victim, 3)
    await asyncio.sleep(1.5)
    await room.delete(victim, reader)
    await asyncio.sleep(pause)
    await rig.crash()
    client = await rig.come_back(history=200)
    rig.ok(f"a deletion seen {pause * 1000:.0f} ms before kill -9 holds", victim.id not in client.ids())
    await client.close()


async def delete_while_away(rig, room):
    """Has a message that a client saw be deleted while it is away."""
    reader = await rig.client("alice")
    message = rig.twitch.say(room.channel, "seen then deleted")
    await reader.shows(message, 3)
    await reader.close()
    rig.twitch.delete(room.channel, message.id)
    await asyncio.sleep(0.3)
    client = await rig.come_back(since=reader.cursors()[message.id])
    rig.info(f"a deletion missed while away is told on return: {client.of('delete')}")
