"""Private messages reach two people only, and what was removed is kept nowhere."""
import asyncio

from clients.client import INTERNAL

from . import scenario

# Who writes what to the internal chat, and who is to read it before the next one is written.
CONVERSATION = (
    ("alice", "public one", "carol"), ("alice", "/msg bob secret one", "bob"),
    ("bob", "/msg alice secret two", "alice"), ("carol", "public two", "bob"),
    ("bob", "/msg carol secret three", "carol"))

READ_BY = {
    "alice": ["public one", "secret one", "secret two", "public two"],
    "bob": ["public one", "secret one", "secret two", "public two", "secret three"],
    "carol": ["public one", "public two", "secret three"]}


async def reads(client, text):
    """Waits until a client reads a text, and returns the frame, or None."""
    return await client.wait(lambda frame: frame.get("text") == text, 3)


@scenario(limit=60)
async def private(rig):
    """private messages are replayed only to the two; internal chat is part of the history"""
    await rig.setup(channels=1, users=("alice", "bob", "carol"))
    clients = {name: await rig.client(name) for name in rig.users}
    first = rig.twitch.say(rig.channels[0])
    for client in clients.values():
        await client.shows(first, 3)
    cursor = clients["alice"].cursors()[first.id]
    for author, text, reader in CONVERSATION:
        clients[author].send_line(INTERNAL, text)
        await reads(clients[reader], text.split(" ", 2)[-1] if text.startswith("/msg") else text)
    for name, client in clients.items():
        await reads(client, READ_BY[name][-1])
    await asyncio.sleep(0.3)
    for client in clients.values():
        lines = [frame for frame in client.of("text") if frame["account_id"] == INTERNAL]
        rig.ok("internal messages have id and cursor",
               all(frame.get("id") and frame.get("cursor") for frame in lines), lines[:1])
    await check_private_replay(rig, "replay", cursor)
    secrets = {frame["text"]: frame["cursor"] for frame in clients["alice"].of("text") if frame.get("to")}
    client = await rig.come_back("carol", since=secrets["secret one"])
    texts = [frame["text"] for frame in client.of("text")]
    rig.ok("the cursor of others' private message leaks nothing", not {"secret one", "secret two"} & set(texts), texts)
    await client.close()
    client = await rig.come_back("alice", since=secrets["secret two"])
    rig.ok("since a private message's cursor", client.internal() == ["public two"] and not client.of("gap"),
           client.story())
    await rig.crash()
    await check_private_replay(rig, "after kill -9", cursor)


async def check_private_replay(rig, what, cursor):
    """Checks that each gets back what they may read, in order, and nothing else."""
    for user, wanted in READ_BY.items():
        for name, value in (("since", cursor), ("history", 100)):
            client = await rig.come_back(user, pause=0.3, **{name: value})
            texts = client.internal()
            rig.ok(f"{what}: {user} with {name}", texts == wanted, texts)
            if leaked := [text for text in texts if text not in wanted]:
                rig.ok("PRIVATE MESSAGE LEAKED", False, (user, leaked))
            await client.close()


@scenario(limit=60)
async def private_elsewhere(rig):
    """a private message to somebody on another stream, or away: replayed to them where they are"""
    await rig.setup(channels=1)
    account = await rig.link_account("bob", "bobchan")
    stream = await rig.add_stream("bob", "Bobs", [account])
    await asyncio.sleep(2.5)
    rig.twitch.set_live(account.broadcaster, "9", viewers=1)
    alice = await rig.client("alice")
    bob = await rig.client("bob", stream=stream)
    alice.send_line(INTERNAL, "/msg bob over there")
    message = await reads(bob, "over there")
    rig.ok("it reaches bob on his own stream", message is not None, message)
    cursor = message and message.get("cursor")
    rig.ok("with a cursor", cursor, cursor)
    await bob.close()
    alice.send_line(INTERNAL, "/msg bob while away")
    await asyncio.sleep(0.4)
    bob = await rig.come_back("bob", stream=stream, since=cursor)
    texts = [frame["text"] for frame in bob.of("text")]
    rig.ok("what came while he was away is replayed to him, once", texts.count("while away") == 1,
           (texts, bob.of("gap")))


@scenario(limit=60)
async def erase(rig):
    """removing a user erases what was kept of them; also the accounts' and streams' messages"""
    await rig.setup(channels=1, users=("alice", "bob", "carol"))
    alice, bob = await rig.client("alice"), await rig.client("bob")
    await alice.shows(rig.twitch.say(rig.channels[0]), 3)
    for author, text in (
            (bob, "bobs public line"), (bob, "/msg alice bobs private line"), (alice, "/msg bob alices line to bob"),
            (alice, "alices public line")):
        author.send_line(INTERNAL, text)
    await reads(alice, "alices public line")
    await asyncio.sleep(1)
    status, _, errors = await rig.gateway.try_command("user", "remove", "bob")
    rig.ok("user remove", status == 0, errors)
    code = await bob.wait_closed(6)
    rig.ok("bob's connection is closed", code == 1008, code)
    await asyncio.sleep(1)
    texts = (await rig.come_back(history=100)).internal()
    rig.ok("nothing of bob's is replayed", not [text for text in texts if "bobs" in text], texts)
    rig.ok("alice's own public line is", "alices public line" in texts, texts)
    await rig.restart()
    texts = (await rig.come_back(history=100)).internal()
    rig.ok("nor after a restart", not [text for text in texts if "bobs" in text], texts)
    await rig.gateway.stop()
    files = [rig.gateway.files_with(text) for text in ("bobs public line", "bobs private line")]
    rig.ok("nor is it in the database's files", not any(files), files)


@scenario(limit=60)
async def stream_removed(rig):
    """removing a stream closes its clients with 1008 and erases its history"""
    await rig.setup(channels=1)
    reader = await rig.client("alice")
    for number in range(5):
        last = rig.twitch.say(rig.channels[0], f"to be forgotten {number}")
    await reader.shows(last)
    await asyncio.sleep(1)
    await rig.gateway.command("stream", "remove", str(rig.stream))
    code = await reader.wait_closed(6)
    rig.ok("closed with 1008", code == 1008, code)
    stream = await rig.add_stream("alice", "Main", rig.accounts)
    await asyncio.sleep(3)
    client = await rig.come_back(stream=stream, history=100)
    rig.ok("a new stream of that name has no history", not client.ids(), len(client.ids()))
    await rig.gateway.stop()
    files = rig.gateway.files_with("to be forgotten")
    rig.ok("nothing of it in the files after the end", not files, files)
