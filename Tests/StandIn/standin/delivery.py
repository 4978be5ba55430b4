"""How notifications find their way to a shard, and what is lost on it."""
import json
import uuid
import zlib

from .identifiers import notification_id


class Delivery:
    """Routes events by conduit to the shards."""

    def emit(self, type, broadcaster, event, id=None):
        """Delivers an event to all who subscribed to it; the last connection it was written to, or None."""
        written_to = None
        for subscription in self.subscriptions_to(type, broadcaster):
            written_to = self.deliver(subscription, event, broadcaster, id) or written_to
        return written_to

    def deliver(self, subscription, event, key, id=None, shard=None):
        """Delivers an event by the shard that the key's hash says, or by the given one.

        Returns the connection (or the webhook's shard) that it was written to, None when it was lost.
        """
        conduit = self.conduits.get(subscription.conduit_id)
        if conduit is None:
            return None
        notification = self.notification(subscription, event, id)
        for candidate in self._route(conduit, key) if shard is None else [conduit.shards.get(shard)]:
            if candidate is None or not self.alive(candidate):
                continue
            if candidate.method == "webhook":
                self.queue_webhook(candidate, subscription, event, notification)
                return candidate
            connection = candidate.session.connection
            connection.text(notification)
            return None if connection.blackhole else connection
        return None

    def notification(self, subscription, event, id=None):
        """Returns the notification of an event."""
        return {
            "metadata": {
                "message_id": id or notification_id(), "message_type": "notification",
                "message_timestamp": self.stamp() if self.stamp else self.now(),
                "subscription_type": subscription.type, "subscription_version": subscription.version},
            "payload": {"subscription": subscription.json(), "event": event}}

    def session_message(self, type, payload, subscription=None):
        """Returns a message that is about the session or a subscription, not an event."""
        metadata = {"message_id": str(uuid.uuid4()), "message_type": type, "message_timestamp": self.now()}
        if subscription:
            metadata["subscription_type"] = subscription.type
            metadata["subscription_version"] = subscription.version
        return {"metadata": metadata, "payload": payload}

    def revoke(self, subscription, reason):
        """Revokes a subscription and says so on the first living shard that it routes to."""
        subscription.status = reason
        conduit = self.conduits.get(subscription.conduit_id)
        if conduit is None:
            return
        for shard in self._route(conduit, subscription.condition.get("broadcaster_user_id", "x")):
            if shard and self.alive(shard):
                shard.session.connection.text(self.revocation(subscription))
                return

    def revoke_all_of(self, user, reason):
        """Revokes all subscriptions that a user gives the right to."""
        for subscription in list(self.subscriptions.values()):
            if subscription.condition.get("user_id") == user:
                self.revoke(subscription, reason)

    def alive(self, shard):
        """Whether what is delivered by a shard can arrive."""
        if shard.status != "enabled":
            return False
        return shard.method == "webhook" or (shard.session is not None and shard.session.is_open)

    def revocation(self, subscription):
        """Returns the word that a subscription was revoked."""
        return self.session_message("revocation", {"subscription": subscription.json()}, subscription)

    def _route(self, conduit, key):
        """The shards to try, in order: the hash's, then one other. None stands for one that was never assigned."""
        if conduit.count == 0:
            return []
        first = zlib.crc32(key.encode()) % conduit.count
        ids = [str(first)]
        others = [str(id) for id in range(conduit.count) if id != first]
        if others:
            ids.append(self.rng.choice(others))
        return [conduit.shards.get(id) for id in ids]


def encode(message):
    """Returns a message's text with the escapes that Twitch uses."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").encode()
