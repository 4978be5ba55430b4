"""Every request of the protocol, each way in which it can be wrong, and what closes a connection."""
import asyncio

from clients.client import INTERNAL, line
from standin import frames

from . import scenario
from .sending import is_sent, link_own

MALFORMED = (b"{", b"[]", b"null", b'"x"', b"", b'{"type":"status"} x', b'{"type":' + b"[" * 2000)


class Cast:
    """Who takes part: alice owns the stream, bob may send, carol may read; bob and dave have accounts of their own."""

    async def meet(self, rig):
        """Connects all."""
        await rig.share("carol", 1)
        self.channel = rig.accounts[0].id
        self.bobs, self.daves = await rig.link_account("bob", "bobacct"), await link_own(rig, "dave", "daveacct")
        self.alice, self.bob, self.bob_too, self.carol = [
            await rig.client(name) for name in ("alice", "bob", "bob", "carol")]

    def everybody(self):
        """Returns all connections."""
        return self.alice, self.bob, self.bob_too, self.carol


@scenario(limit=90)
async def requests(rig):
    """writer flow, text, emote, /irc, /msg, permissions, errors; ids as strings"""
    await rig.setup(channels=1, users=("alice", "bob", "carol", "dave"))
    cast = Cast()
    await cast.meet(rig)
    await check_accounts_and_writer(rig, cast)
    await check_lines(rig, cast)
    await check_internal_chat(rig, cast)
    await check_private_message(rig, cast)
    await check_refusals(rig, cast)
    await check_malformed(rig, cast)
    await check_lengths_and_drop(rig, cast)
    await check_closings(rig)


async def check_accounts_and_writer(rig, cast):
    """What bob's status lists, and what asking for a writer changes."""
    own, foreign = str(cast.bobs.id), str(cast.daves.id)
    accounts = (await cast.bob.status())["accounts"]
    rig.ok("bob's own account is listed, not ready",
           own in accounts and not accounts[own]["ready"] and accounts[own]["writable"], accounts.get(own))
    rig.ok("others' accounts are not", foreign not in accounts, list(accounts))
    rig.ok("no http_url on what is no stream account", "http_url" not in accounts.get(own, {}))
    mark, others = cast.bob_too.mark(), cast.alice.mark()
    request = {"type": "writer", "account_id": own, "cur_stream_account_id": str(cast.channel)}
    answer = await cast.bob.ask(request, "writerresult")
    wanted = {"type": "writerresult", "account_id": cast.bobs.id, "cur_stream_account_id": cast.channel}
    rig.ok("writer with ids as strings is answered with integers", answer == wanted, answer)
    answer = await cast.bob_too.wait(lambda frame: frame["type"] == "writerresult", 3, mark)
    rig.ok("to every connection of that user", answer is not None)
    await asyncio.sleep(0.5)
    told = cast.alice.since(others, "writerresult", "status")
    rig.ok("not to other users; no status for it", not told, told)
    accounts = (await cast.bob.status())["accounts"]
    rig.ok("ready stays false after its writer was made", not accounts[own]["ready"])


async def comes_back(client, mark, type, text):
    """Waits for a line that was sent, after a mark, and returns the frame, or None."""
    return await client.wait(lambda frame: frame["type"] == type and frame["text"] == text, 5, mark)


async def check_lines(rig, cast):
    """A text and an emote of bob's own, and one as the channel."""
    alice, bob, mark = cast.alice, cast.bob, cast.alice.mark()
    result = await bob.post(cast.bobs.id, "hi from bob", "q1", cast.channel)
    rig.ok("textresult with message_id", result and result["type"] == "textresult" and is_sent(result), result)
    shown = await comes_back(alice, mark, "text", "hi from bob")
    rig.ok("the message comes back by way of the network",
           shown and shown["account_id"] == cast.channel and shown["from"]["id"] == cast.bobs.broadcaster, shown)
    rig.ok("its id is the result's message_id", shown and result and shown["id"] == result.get("message_id"))
    await asyncio.sleep(0.6)
    counts = [[frame["text"] for frame in client.of("text")].count("hi from bob") for client in (alice, bob)]
    rig.ok("once", counts == [1, 1], counts)
    await asyncio.sleep(1.1)
    result = await bob.post(cast.bobs.id, "waves", "q2", cast.channel, "emote")
    rig.ok("emoteresult", result and result["type"] == "emoteresult" and is_sent(result), result)
    shown = await comes_back(alice, mark, "emote", "waves")
    rig.ok("an emote comes back as emote", shown is not None, alice.of("text", "emote")[-2:])
    result = await bob.post(cast.channel, "as the channel", "q3")
    rig.ok("level 2 may send with the stream account", result and is_sent(result), result)


async def check_internal_chat(rig, cast):
    """The internal chat, by its account and by /irc."""
    alice, bob, mark = cast.alice, cast.bob, cast.alice.mark()
    bob.send_line(INTERNAL, "irc *hello* <b>")
    shown = await alice.wait(lambda frame: frame["type"] == "text" and frame["account_id"] == INTERNAL, 5, mark)
    author = {"id": rig.users["bob"].id, "name": "bob"}
    by_bob = shown and author.items() <= shown["from"].items()
    rig.ok("internal chat", by_bob and shown["text"] == "irc *hello* <b>", shown)
    markdown = shown["markdown"] if shown else ""
    unescaped = "<b>" in markdown.replace("\\<", "") or "*hello*" in markdown.replace("\\*", "")
    rig.ok("markdown is escaped", markdown and not unescaped, markdown)
    bob.send_line(cast.bobs.id, "/irc by prefix", room=cast.channel)
    shown = await comes_back(alice, mark, "text", "by prefix")
    rig.ok("/irc goes to the internal chat whatever account_id says", shown and shown["account_id"] == INTERNAL, shown)


async def check_private_message(rig, cast):
    """A private message from alice to bob, who has two connections."""
    marks = {client: client.mark() for client in cast.everybody()}
    cast.alice.send_line(cast.channel, "/msg bob the secret")
    got = [await client.wait(lambda frame: frame["type"] == "text" and frame.get("to"), 3, marks[client])
           for client in (cast.alice, cast.bob, cast.bob_too)]
    await asyncio.sleep(0.4)
    rig.ok("/msg reaches the sender and every connection of NAME",
           all(frame and frame["text"] == "the secret" and frame["to"]["name"] == "bob" for frame in got), got[0])
    others = cast.carol.since(marks[cast.carol], "text")
    leaked = [frame for frame in others if frame.get("to") or "secret" in frame["text"]]
    rig.ok("and nobody else", not leaked, leaked)


async def check_refused(rig, client, what, request):
    """Checks that a request is answered with an error that says which request it is about."""
    answer = await client.ask(request, "error", "textresult", "writerresult", timeout=4)
    about = (answer or {}).get("request", {})
    named = all(about.get(name) == request[name] for name in ("id", "type") if len(request.get(name, "z" * 65)) <= 64)
    rig.ok(f"error: {what}", answer and answer["type"] == "error" and named, answer)


async def check_refusals(rig, cast):
    """All that is refused with an error, and the connection stays."""
    channel, bobs, daves = cast.channel, cast.bobs.id, cast.daves.id
    await check_refused(rig, cast.carol, "level 1 may not send", line(channel, "x", "e1"))
    await check_refused(rig, cast.carol, "level 1 may not write internal chat", line(INTERNAL, "x", "e1b"))
    writer = {"type": "writer", "account_id": channel, "cur_stream_account_id": channel, "id": "e2"}
    await check_refused(rig, cast.carol, "level 1 may not make a writer", writer)
    answer = await cast.carol.ask({"type": "viewcount"}, "error", "viewcountresult")
    rig.ok("level 1 may ask for viewcount", answer and answer["type"] == "viewcountresult", answer)
    for what, request in {
            "an account that may not be used": line(daves, "x", "e3", channel),
            "a stream account of another stream": line(bobs, "x", "e4"),
            "writer with it": {**writer, "account_id": daves, "id": "e5"},
            "empty text": line(channel, "", "e6"),
            "blank text": line(channel, "   ", "e6b"),
            "501 characters": line(channel, "y" * 501, "e7"),
            "unknown type": {"type": "nonsense", "id": "e8"},
            "missing key": {"type": "text", "account_id": channel, "text": "x", "id": "e9"},
            "mistyped key": line([channel], "x", "e10", channel),
            "mistyped text": line(channel, 5, "e11"),
            "across networks": line(INTERNAL, "x", "e11b", channel),
            "negative id": line(-1, "x", "e12", channel),
            "id over 64 characters": {"type": "status", "id": "z" * 65},
            "/msg to nobody": line(INTERNAL, "/msg nosuch hi", "e13"),
            "type missing": {"id": "e14"}}.items():
        await check_refused(rig, cast.bob, what, request)


async def check_malformed(rig, cast):
    """What is no JSON, or no object."""
    for text in MALFORMED:
        mark = cast.bob.mark()
        cast.bob.send_frame(frames.TEXT, text)
        answer = await cast.bob.wait(lambda frame: frame["type"] == "error", 3, mark)
        rig.ok(f"error: malformed {text[:20]!r}", answer is not None, answer and answer.get("code"))
    rig.ok("the connection stays open", cast.bob.alive and await cast.bob.status())


async def check_lengths_and_drop(rig, cast):
    """The longest lines that pass, and one that Twitch drops."""
    result = await cast.bob.post(cast.channel, "x" * 500, "f1", timeout=5)
    rig.ok("500 characters pass", result and is_sent(result), result)
    result = await cast.bob.post(cast.channel, "🐸" * 500, "f2", timeout=5)
    rig.ok("500 code points outside the BMP pass", result and is_sent(result), result)
    rig.twitch.drop_next.append("msg_rejected")
    result = await cast.bob.post(cast.channel, "refused", "f3", timeout=5)
    dropped = result and result.get("is_sent") is False and result["drop_reason"]["code"] == "msg_rejected"
    rig.ok("drop_reason is told", dropped, result)


async def check_closings(rig):
    """What closes a connection, and a request in fragments, which does not."""
    huge = b'{"type":"status","x":"' + b"a" * 70000 + b'"}'
    for what, opcode, payload, wanted in (
            ("over 64 KiB", frames.TEXT, huge, 1009), ("binary", frames.BINARY, b"\x00", 1003),
            ("invalid UTF-8", frames.TEXT, b'{"type":"\xff"}', 1007)):
        client = await rig.client("alice")
        client.send_frame(opcode, payload)
        code = await client.wait_closed()
        rig.ok(f"{what} closes with {wanted}", code == wanted, code)
    client = await rig.client("alice")
    for _ in range(3000):
        client.send({"type": "status"})
    code = await client.wait_closed(10)
    errors = client.of("error")
    rig.ok("a flood closes with 1008 after an error", code == 1008 and errors, (code, errors[-1:]))
    client = await rig.client("alice")
    client.send_frame(frames.TEXT, b'{"type":"sta', fin=False)
    client.send_frame(frames.PING, b"p")
    client.send_frame(frames.CONTINUATION, b'tus"}')
    rig.ok("a fragmented request works", await client.wait(lambda frame: frame["type"] == "status", 3))
