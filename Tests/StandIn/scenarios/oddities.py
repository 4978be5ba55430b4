"""What Twitch never sent yet: unknown types, missing keys, broken JSON. The sockets stay, what can be read arrives."""
import asyncio
import json

from standin import frames
from standin.chat import text_fragment
from standin.identifiers import notification_id

from . import scenario

# Keys that an older capture of a chat message lacks.
YOUNG_KEYS = (
    "source_broadcaster_user_id", "source_broadcaster_user_login", "source_broadcaster_user_name", "source_message_id",
    "is_source_only", "source_badges", "channel_points_animation_id", "channel_points_custom_reward_id", "reply",
    "cheer", "color", "badges", "message_type")


@scenario(limit=60)
async def oddities(rig):
    """unknown message types, notice types, enum values, null arrays, missing keys; 1 MB frame; broken UTF-8 and
    JSON; the socket stays
    """
    await rig.watched(channels=2)
    connections = rig.connections()
    for connection in connections.values():
        await send_odd_frames(rig, connection)
    say_odd_messages(rig)
    give_odd_notices(rig)
    say_odd(rig, rig.channels[0], text="B" * 1_000_000)
    for _ in range(20):
        rig.say_everywhere()
        await asyncio.sleep(0.01)
    await rig.complete("every message that can be read arrives, the 1 MB one included", timeout=8)
    for watcher in rig.watchers:
        rig.info(f"{watcher.name}: {watcher.connects} connects, {len(watcher.closes)} closings {watcher.closes[:2]}")
    rig.ok("the sockets stayed open throughout", rig.connections() == connections,
           [connection.closed_by for connection in connections.values()])
    rig.alive()


async def send_odd_frames(rig, connection):
    """Sends what is no notification of ours, with messages before, between and after it."""
    def message(type, payload, **metadata):
        return {
            "metadata": {"message_id": notification_id(), "message_type": type, "message_timestamp": rig.twitch.now(),
                         **metadata}, "payload": payload}

    def subscription(type, status, version, **transport):
        return {"subscription": {
            "id": "x", "type": type, "version": version, "status": status, "condition": {}, "transport": transport,
            "cost": 0, "created_at": ""}}
    unknown = {**subscription("channel.brand.new", "odd", "9", method="conduit"), "event": {}}
    rig.say_everywhere()
    for odd in (
            message("session_party", {"cake": True}),
            message("notification", unknown, subscription_type="channel.brand.new", subscription_version="9"),
            {"metadata": None, "payload": None}, {}, message("notification", None),
            message("notification", {"subscription": None, "event": None}),
            message("revocation", subscription("channel.chat.message", "brand_new_reason", "1")), [1, 2, 3]):
        connection.text(odd)
    for text in (
            b"null", b"{", b"", b'{"metadata":{"message_id":"\xff\xfe","message_type":"notification"}}',
            b"\xc3\x28 broken", b"[" * 20000):
        connection.raw(frames.frame(frames.TEXT, text))
    connection.raw(frames.frame(frames.BINARY, b"\x00\x01\x02"))
    rig.say_everywhere()
    connection.raw(frames.frame(frames.TEXT, json.dumps(message("notification", {"x": "y" * 1_000_000})).encode()))
    rig.say_everywhere()
    keepalive = json.dumps(message("session_keepalive", {}), indent=1).encode()
    connection.raw(frames.frame(frames.TEXT, keepalive, fin=False))
    connection.raw(frames.frame(frames.CONTINUATION, b" "))
    await asyncio.sleep(0.3)
    rig.say_everywhere()


def say_odd(rig, channel, text="odd", fragments=(), **fields):
    """Says a line with a fragment (plain text), or without any, and with fields that are not as they should be."""
    event = rig.twitch.chat_event(channel, "5551001", text)
    if fragments != ():
        event["message"]["fragments"] = fragments
    event.update(fields)
    rig.twitch.say(channel, text, event=event)


def say_odd_messages(rig):
    """Says lines with nulls, unknown kinds, and what else is rare."""
    one, other = rig.channels
    say_odd(rig, one, "null fragments", fragments=None)
    say_odd(rig, one, badges=None, color=None)
    say_odd(rig, one, "new kind", [text_fragment("new kind", type="hologram", hologram={"id": 1})])
    say_odd(rig, one, message_type="brand_new_type")
    say_odd(rig, other, source_badges=[], is_source_only=False, reply=None, cheer=None)
    older = rig.twitch.chat_event(other, "5551001", "older capture")
    for key in YOUNG_KEYS:
        older.pop(key)
    rig.twitch.say(other, event=older, text="older capture")
    say_odd(rig, other, badges=[{"set_id": "x", "id": "1", "info": None}])
    cheermote = {"prefix": "Cheer", "bits": 100, "tier": 100}
    cheer = text_fragment("Cheer100", type="cheermote", cheermote=cheermote)
    say_odd(rig, other, "Cheer100", [cheer], cheer={"bits": 100})
    emote = {"id": "25", "emote_set_id": "0", "owner_id": "0", "format": None}
    say_odd(rig, other, "emote without format", [text_fragment("emote without format", type="emote", emote=emote)])
    nul = "nul \x00 and \u202e override"
    say_odd(rig, other, nul, [{"type": "text", "text": nul}])


def give_odd_notices(rig):
    """Gives notices of an unknown kind, with nulls, and of nobody."""
    channel = rig.channels[0]
    rig.twitch.notice(channel, "a new notice", notice_type="brand_new_notice")
    rig.twitch.notice(channel, "null message", message=None)
    rig.twitch.notice(channel, "null fragments", message={"text": "hi", "fragments": None}, badges=None)
    rig.twitch.notice(
        channel, "anonymous", chatter_user_id=None, chatter_user_login=None, chatter_user_name=None,
        chatter_is_anonymous=True)
