"""Shards that are webhooks: signed posts, one after the other, and the challenge before them."""
import asyncio
import hashlib
import hmac
import json
import uuid

import aiohttp

from .identifiers import token_text


class Webhooks:
    """Posts to the callbacks of webhook shards."""

    def queue_webhook(self, shard, subscription, event, notification):
        """Has a notification posted after those that wait already."""
        if shard.queue is None:
            shard.queue = asyncio.Queue()
            self.spawn(self._post_queued(shard))
        shard.queue.put_nowait((subscription, event, notification))

    async def post_webhook(self, shard, subscription, event, notification, secret=None, stamp=None, body=None):
        """Posts one notification; the status, or the error in words."""
        body = body or json.dumps({"subscription": subscription.json(), "event": event}).encode()
        metadata = notification["metadata"]
        headers = {
            **_signed("notification", body, secret or shard.secret, metadata["message_id"],
                      stamp or metadata["message_timestamp"]),
            "Twitch-Eventsub-Subscription-Type": subscription.type,
            "Twitch-Eventsub-Subscription-Version": subscription.version}
        try:
            async with aiohttp.ClientSession() as http, http.post(shard.callback, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except Exception as error:
            return repr(error)

    async def challenge_webhook(self, conduit, shard):
        """Asks a callback to prove that it is the app's, and sets the shard's status accordingly."""
        challenge = token_text(30)
        about = {"conduit_id": conduit.id, "shard": shard.id}
        body = json.dumps({"challenge": challenge, "conduit_shard": about}).encode()
        headers = _signed("webhook_callback_verification", body, shard.secret, str(uuid.uuid4()), self.now())
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as http:
                async with http.post(shard.callback, data=body, headers=headers) as answer:
                    passed = answer.status == 200 and await answer.text() == challenge
        except Exception:
            passed = False
        shard.status = "enabled" if passed else "webhook_callback_verification_failed"
        self.note(f"webhook shard {shard.id} {shard.status}")

    async def _post_queued(self, shard):
        while True:
            await self.post_webhook(shard, *(await shard.queue.get()))


def _signed(type, body, secret, id, stamp):
    signature = hmac.new(secret.encode(), id.encode() + stamp.encode() + body, hashlib.sha256).hexdigest()
    return {
        "Twitch-Eventsub-Message-Id": id, "Twitch-Eventsub-Message-Retry": "0", "Twitch-Eventsub-Message-Type": type,
        "Twitch-Eventsub-Message-Signature": f"sha256={signature}", "Twitch-Eventsub-Message-Timestamp": stamp,
        "Content-Type": "application/json"}
