"""Tokens expire, are revoked or cannot be had."""
import asyncio
import time

from . import complete, scenario


@scenario(limit=60, ends=complete)
async def app_token_expires(rig):
    """the app token expires in the middle of a burst: one new one"""
    await rig.setup(channels=6, start=False)
    rig.twitch.subscribing_takes = 0.05
    await rig.gateway.start(ready=False)
    await rig.until(lambda: len(rig.twitch.subscriptions) >= 6, 10, 0.005)
    before = rig.twitch.app_tokens_issued
    rig.twitch.expire("app")
    rig.within("everything subscribed in spite of it", await rig.rebuilt(30), 30)
    more = rig.twitch.app_tokens_issued - before
    rig.ok("one refresh", more == 1, f"{before} before, {more} more; 401s {rig.twitch.count_status(401)}")
    # And during a burst of everything.
    await rig.watch()
    before = rig.twitch.app_tokens_issued
    rig.twitch.expire("app")
    async with rig.traffic(30):
        for shard, old in rig.reset_shards().items():
            await rig.check_reassigned(f"shard {shard} assigned with a new token", shard, old, within=3, timeout=20)
        await asyncio.sleep(1)
    more = rig.twitch.app_tokens_issued - before
    rig.ok("one refresh again", more == 1, more)


@scenario(limit=90)
async def user_token_expires(rig):
    """a user token expires during a burst of sends: one refresh, all sent, stored before use"""
    await rig.setup(channels=1)
    alice = await rig.client("alice")
    account, channel = rig.accounts[0].id, rig.channels[0]
    rig.twitch.expire("user")
    before = rig.twitch.refresh_calls[channel]
    for number in range(8):
        alice.send_line(account, f"burst {number}", f"b{number}")
    for number in range(8):
        outcome = await alice.outcome(f"b{number}")
        rig.ok(f"line {number} sent", outcome and outcome.get("is_sent"), outcome)
    refreshes = rig.twitch.refresh_calls[channel] - before
    rig.ok("one refresh", refreshes <= 1, refreshes)
    if not refreshes:
        rig.info("(0 refreshes: it sends with the app token)")
    await rig.crash()
    alice = await rig.client("alice")
    outcome = await alice.post(account, "after a kill", "k")
    rig.ok("after kill -9 the stored pair still works", outcome and outcome.get("is_sent"), outcome)


@scenario(limit=120)
async def user_revoked(rig):
    """the user revoked the app: refresh refused; told once, sends refused, others unharmed, relinking heals"""
    await rig.watched(channels=2)
    client = await rig.client("alice")
    (account, revoked, _, _), (_, other, _, _) = rig.accounts

    def is_unwritable(frame):
        return frame["type"] == "status" and not frame["accounts"].get(str(account), {}).get("writable", True)
    mark, began = client.mark(), time.monotonic()
    revoke_app(rig, revoked)
    status = await client.wait(is_unwritable, 15, mark)
    took = time.monotonic() - began if status else None
    rig.within("status tells that the account cannot be written to", took, 15)
    outcome = await client.post(account, "x", "u1")
    rig.ok("a send is refused with an error", outcome and outcome["type"] == "error", outcome)
    await asyncio.sleep(3)
    told = len(client.since(mark, "status"))
    rig.ok("told once", told <= 2, told)
    refreshes = rig.twitch.refresh_calls[revoked]
    rig.ok("one refused refresh", refreshes <= 2, refreshes)
    async with rig.traffic(20, [other], head_start=1):
        pass
    await rig.complete("the other channel is unharmed")
    rig.twitch.refresh_refused.discard(revoked)
    added = await rig.add_tokens("alice", revoked)
    rig.ok("relinking keeps the account's id", added["id"] == account, added)
    took = await rig.until(lambda: not rig.missing_subscriptions(), 75)
    rig.within("subscriptions come back after relinking (<= 10 s)", took, 10)
    status = await client.status()
    shown = status and status["accounts"].get(str(account))
    rig.ok("writable again", shown and shown.get("writable"), shown)


def revoke_app(rig, user):
    """Takes from the app all that a user granted, as the user can at Twitch."""
    for token in list(rig.twitch.tokens.values()):
        if token.user_id == user:
            del rig.twitch.tokens[token.access]
    rig.twitch.refresh_refused.add(user)
    rig.twitch.grants[user].clear()
    rig.twitch.revoke_all_of(user, "authorization_revoked")


@scenario(limit=120)
async def oauth_bad(rig):
    """OAuth down at the start: serves, tries again, becomes ready by itself"""
    await rig.setup(channels=2, start=False)
    fault = rig.twitch.fault(None, "^/oauth2/", times=6, status=503)
    try:
        await rig.gateway.start(ready=False)
    except RuntimeError as error:
        rig.ok("serves though OAuth answers 503", False, str(error)[:300])
        return
    took = await rig.until(rig.twitch.ready, 60)
    rig.within("ready by itself (<= 30 s)", took, 30, f"hits {fault.hits}")
