"""A shard that is a webhook, next to one that is a WebSocket."""
import asyncio
from datetime import datetime, timedelta, timezone

from . import complete, scenario


@scenario(limit=60, ends=complete)
async def webhooks(rig):
    """one shard is a webhook: challenge, HMAC, retries with the same id, replay window; mixed with a WebSocket shard"""
    await rig.setup(
        channels=4, start=False, CHAT_RELAY_SHARDS="1", CHAT_RELAY_WEBHOOK_SHARDS="1",
        CHAT_RELAY_PUBLIC_URL=f"http://127.0.0.1:{rig.gateway.port}")
    await rig.gateway.start(ready=False)
    took = await rig.until(rig.twitch.ready, 15)
    shards = list(rig.twitch.conduit().shards.values()) if rig.twitch.conduit() else []
    rig.ok("both kinds of shards are enabled", took is not None,
           [(shard.id, shard.method, shard.status) for shard in shards])
    await rig.subscribed()
    alice, _ = await rig.watch()
    async with rig.traffic(40, head_start=3):
        pass
    await rig.complete()
    by_method = {shard.method: shard for shard in shards}
    await post_by_hand(rig, by_method["webhook"], alice)
    # The WebSocket shard is lost: traffic goes by the webhook.
    async with rig.traffic(40, head_start=0.5):
        shard = by_method["websocket"].id
        old = rig.twitch.shard_connection(shard)
        old.fin()
        await rig.check_reassigned("the socket is back within 2 s", shard, old, timeout=10)
        await asyncio.sleep(1)
    # What was posted by hand is in no journal.
    for watcher in rig.watchers:
        watcher.items = [item for item in watcher.items if item.text != "thrice"]


async def post_by_hand(rig, shard, watcher):
    """Posts what is forged, old, repeated or broken."""
    channel = rig.channels[0]
    subscription = rig.twitch.subscriptions_to("channel.chat.message", channel)[0]

    def prepare(text):
        event = rig.twitch.chat_event(channel, "5551001", text)
        return shard, subscription, event, rig.twitch.notification(subscription, event)
    status = await rig.twitch.post_webhook(*prepare("forged"), secret="wrong secret!")
    rig.ok("a wrong signature gets 4xx", isinstance(status, int) and 400 <= status < 500, status)
    eleven_minutes_ago = datetime.now(timezone.utc) - timedelta(minutes=11)
    stamp = eleven_minutes_ago.strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
    rig.info(f"eleven minutes old: answered {await rig.twitch.post_webhook(*prepare('old'), stamp=stamp)}")
    thrice = prepare("thrice")
    statuses = [await rig.twitch.post_webhook(*thrice) for _ in range(3)]
    rig.ok("a resend with the same id is answered 2xx",
           all(isinstance(status, int) and 200 <= status < 300 for status in statuses), statuses)
    rig.info(f"not JSON, signed well: {await rig.twitch.post_webhook(*prepare('broken'), body=b'not json')}")
    await asyncio.sleep(0.5)
    texts = [item.text for item in watcher.messages()]
    counts = tuple(texts.count(text) for text in ("thrice", "forged", "old"))
    rig.ok("relayed once; forged and old ones never", counts == (1, 0, 0), counts)
