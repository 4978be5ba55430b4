"""Twitch, or what stands before it, answers otherwise than is written."""
import asyncio
import os
import ssl
import subprocess
import time
import uuid

from aiohttp import web

from . import complete, scenario


def refuse_chat(rig, channel, answer):
    """From now on adding that channel's channel.chat.message gets this answer."""
    create = rig.twitch._create_subscription

    def refusing(request):
        condition = request.json.get("condition") or {}
        is_meant = request.json["type"] == "channel.chat.message" and condition.get("broadcaster_user_id") == channel
        return answer() if is_meant else create(request)

    rig.twitch._create_subscription = refusing


async def check_others(rig, channel):
    """Everything that is not about that channel gets subscribed to."""
    def missing():
        return [what for what in rig.missing_subscriptions() if what[1] != channel]

    rig.within("all others subscribed", await rig.until(lambda: not missing(), 60, 0.2), 60, missing())


@scenario(limit=120)
async def one_subscription_always_fails(rig):
    """500 for ever for one channel's chat: all that is not about it is there nevertheless"""
    await rig.setup(channels=3, start=False)
    refuse_chat(rig, rig.channels[1], lambda: rig.twitch.raw_reply(500, b""))
    await rig.gateway.start(ready=True)
    await check_others(rig, rig.channels[1])


@scenario(limit=120)
async def one_subscription_is_always_too_much(rig):
    """429 without words and with points left for one channel's chat: the same"""
    await rig.setup(channels=3, start=False)
    answer = {"error": "Too Many Requests", "status": 429, "message": ""}
    refuse_chat(rig, rig.channels[1], lambda: rig.twitch.reply(429, answer))
    await rig.gateway.start(ready=True)
    await check_others(rig, rig.channels[1])


@scenario(limit=200)
async def conflict_with_something_elsewhere(rig):
    """409 with the id of a subscription that this conduit does not list: told, and not asked for for ever"""
    await rig.setup(channels=2, start=False)
    elsewhere = str(uuid.uuid4())
    refuse_chat(rig, rig.channels[0], lambda: rig.twitch.error(409, "subscription already exists", id=elsewhere))
    await rig.gateway.start(ready=True)
    client = await rig.client("alice")
    began = time.monotonic()
    told = None
    while told is None and time.monotonic() - began < 120:
        health = await rig.health(client)
        if "subscriptions_missing" in str(health):
            told = time.monotonic() - began
        await asyncio.sleep(1)
    rig.within("told", told, 120)
    rig.ok("few calls", rig.twitch.count_status(409) <= 4, rig.twitch.count_status(409))


@scenario(limit=120)
async def app_token_refused_in_other_words(rig):
    """the app token ends early, and the 401 speaks of something else: a new one all the same"""
    await rig.setup(channels=2)
    answer = rig.twitch.helix

    async def helix(request, method, path, body):
        token = rig.twitch.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if token is None or not token.valid:
            return rig.twitch.error(401, "The app access token is invalid or has expired")
        return await answer(request, method, path, body)

    rig.twitch.helix = helix
    issued = rig.twitch.app_tokens_issued
    rig.twitch.expire("app")
    rig.reset_shards()
    rig.within("ready again", await rig.until(rig.twitch.ready, 60, 0.1), 10)
    rig.ok("one new token", rig.twitch.app_tokens_issued - issued == 1, rig.twitch.app_tokens_issued - issued)


@scenario(limit=120)
async def the_login_server_answers_oddly(rig):
    """a redirection, a page and a time-out in place of a refresh: the account works on"""
    await rig.setup(channels=1)
    client = await rig.client("alice")
    for status in (302, 404, 408):
        rig.twitch.expire("user")
        rig.twitch.fault("POST", "^/oauth2/token", times=1, status=status)
        outcome = await client.post(rig.accounts[0].id, f"after {status}", f"after-{status}", timeout=30)
        rig.ok(f"sent after a {status}", outcome and outcome.get("is_sent") is True, outcome)
    rig.ok("no account is to be linked again", "relink_needed" not in str(await rig.health(client)))


def certificate(folder):
    """Makes a certificate for this machine that nobody has signed; gives its path and its key's."""
    paths = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", paths[1], "-out", paths[0], "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:TRUE"],
        check=True, capture_output=True)
    return paths


@scenario(limit=120, ends=complete)
async def helix_says_goodbye_over_tls(rig):
    """Helix over TLS, by a server that ends idle connections as Python's do: it says goodbye and waits for ours"""
    chain, key = certificate(rig.folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    application = web.Application(client_max_size=1 << 24)
    application.router.add_route("*", "/{tail:.*}", rig.twitch.answer)
    runner = web.AppRunner(application, access_log=None, keepalive_timeout=3)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    environment = {name: value.replace(rig.twitch.base_url, url) for name, value in rig.twitch.environment().items()}
    rig.twitch.environment = lambda: environment | {"SSL_CERT_FILE": chain}
    try:
        await rig.watched(channels=1)
        client = await rig.client("alice")
        for number in range(3):
            # Longer than the server keeps a connection.
            await asyncio.sleep(4)
            outcome = await client.post(rig.accounts[0].id, f"line {number}", f"line-{number}", timeout=25)
            rig.ok(f"line {number} sent", outcome and outcome.get("is_sent") is True, outcome)
            old = rig.twitch.shard_connection("0")
            old.reset()
            await rig.check_reassigned(f"shard assigned after pause {number}", "0", old, within=2)
    finally:
        await runner.cleanup()
