"""What is said in the channels: the journal that clients are judged by, and the events that tell of it."""
import time
import uuid

from .identifiers import notification_id

# The parts of a channel.chat.notification of which all but one are null.
NOTICE_PARTS = (
    "sub", "resub", "sub_gift", "community_sub_gift", "gift_paid_upgrade", "prime_paid_upgrade", "pay_it_forward",
    "raid", "unraid", "announcement", "bits_badge_tier", "charity_donation")


class Message:
    """One chat message or notice of a broadcaster: an entry of the journal."""

    def __init__(self, number, broadcaster, event, text):
        self.number, self.broadcaster, self.event, self.text = number, broadcaster, event, text
        self.id, self.chatter = event["message_id"], event["chatter_user_id"]
        self.said_at = time.monotonic()
        self.deliveries = []        # (time, connection or webhook shard)
        self.uncertain = False      # written to a socket that was reset right after: it may have arrived or not
        self.removed_at = None      # when moderation deleted it
        self.notification_id = None

    @property
    def certain(self):
        """Whether it was delivered without a doubt."""
        return bool(self.deliveries) and not self.uncertain


class Chat:
    """Chatters, moderators, and what they do."""

    def say(self, broadcaster, text=None, chatter="5551001", id=None, emote=False, repeat=None, event=None, **fields):
        """Says one line in a channel.

        repeat: "same" (the notification twice), "ids" (twice, under two notification ids), "shards" (on every shard,
        under the same id) or "shards_ids" (on every shard, each under its own).
        """
        if text is None:
            text = f"m{len(self.journal[broadcaster])}"
        event = event or self.chat_event(broadcaster, chatter, text, id, emote, **fields)
        message = self._enter(broadcaster, event, text)
        for subscription in self.subscriptions_to("channel.chat.message", broadcaster):
            message.notification_id = notification_id()
            self._deliver_message(message, subscription, message.notification_id)
            if repeat:
                self._repeat(message, subscription, repeat)
        if not message.deliveries:
            self.lost_at_twitch += 1
        return message

    def resend(self, message, new_id=False):
        """Sends a message once more, as Twitch does when in doubt, under the same notification id or a new one."""
        id = notification_id() if new_id else message.notification_id
        return self.emit("channel.chat.message", message.broadcaster, message.event, id)

    def notice(self, broadcaster, text, notice_type="announcement", **fields):
        """Gives a notice in a channel."""
        event = {
            "broadcaster_user_id": broadcaster, **self.names_of(broadcaster), "source_broadcaster_user_id": None,
            "source_broadcaster_user_login": None, "source_broadcaster_user_name": None, "chatter_user_id": "5551001",
            "chatter_user_login": "tidewatch", "chatter_user_name": "TideWatch", "chatter_is_anonymous": False,
            "color": "#1E90FF", "badges": [], "source_badges": None, "system_message": text,
            "message_id": str(uuid.uuid4()), "source_message_id": None, "is_source_only": None,
            "message": {"text": "", "fragments": []}, "notice_type": notice_type, **dict.fromkeys(NOTICE_PARTS)}
        if notice_type == "announcement":
            event["announcement"] = {"color": "PRIMARY"}
        event.update(fields)
        message = self._enter(broadcaster, event, text)
        for subscription in self.subscriptions_to("channel.chat.notification", broadcaster):
            self._deliver_message(message, subscription)
        return message

    def delete(self, broadcaster, message_id):
        """Deletes one message, which need not have been said yet."""
        if message := self.messages.get(message_id):
            message.removed_at = time.monotonic()
        return self.emit("channel.chat.message_delete", broadcaster, {
            "broadcaster_user_id": broadcaster, **self.names_of(broadcaster), "target_user_id": "5551001",
            "target_user_login": "tidewatch", "target_user_name": "TideWatch", "message_id": message_id})

    def clear(self, broadcaster, user=None):
        """Clears a channel, or one user's messages in it."""
        now = time.monotonic()
        for message in self.journal[broadcaster]:
            if message.removed_at is None and user in (None, message.chatter):
                message.removed_at = now
        event = {"broadcaster_user_id": broadcaster, **self.names_of(broadcaster)}
        if user is None:
            return self.emit("channel.chat.clear", broadcaster, event)
        return self.emit("channel.chat.clear_user_messages", broadcaster, {
            **event, "target_user_id": user, "target_user_login": "x", "target_user_name": "X"})

    def chat_event(self, broadcaster, chatter, text, id=None, emote=False, **fields):
        """Returns the event of a channel.chat.message."""
        user = self.users[chatter]
        event = {
            "broadcaster_user_id": broadcaster, **self.names_of(broadcaster), "source_broadcaster_user_id": None,
            "source_broadcaster_user_login": None, "source_broadcaster_user_name": None, "chatter_user_id": chatter,
            "chatter_user_login": user["login"], "chatter_user_name": user["display_name"],
            "message_id": id or str(uuid.uuid4()), "source_message_id": None, "is_source_only": None,
            "message": {"text": f"\x01ACTION {text}\x01" if emote else text, "fragments": [text_fragment(text)]},
            "color": "#1E90FF", "badges": [], "source_badges": None, "message_type": "text", "cheer": None,
            "reply": None, "channel_points_custom_reward_id": None, "channel_points_animation_id": None}
        if chatter == broadcaster:
            event["badges"] = [{"set_id": "broadcaster", "id": "1", "info": ""}]
        event.update(fields)
        return event

    def _enter(self, broadcaster, event, text):
        message = Message(len(self.journal[broadcaster]), broadcaster, event, text)
        self.journal[broadcaster].append(message)
        self.recent.append(message)
        self.messages[message.id] = message
        return message

    def _deliver_message(self, message, subscription, id=None):
        written_to = self.deliver(subscription, message.event, message.broadcaster, id)
        if written_to is not None:
            message.deliveries.append((time.monotonic(), written_to))

    def _repeat(self, message, subscription, how):
        same_id = message.notification_id
        shards = list(self.conduits[subscription.conduit_id].shards) if how.startswith("shards") else [None]
        for shard in shards:
            id = notification_id() if how.endswith("ids") else same_id
            self.deliver(subscription, message.event, message.broadcaster, id, shard)


def text_fragment(text, **fields):
    """Returns a message's fragment: plain text, unless fields say otherwise."""
    return {"type": "text", "text": text, "cheermote": None, "emote": None, "mention": None, **fields}
