"""Names that do not resolve, certificates that are wrong, a Helix that is slow or broken."""
import asyncio
import contextlib
import os
import ssl
import subprocess

from . import complete, scenario

# What goes wrong with assigning a shard: how, how often, and the seconds in which it is assigned all the same.
ASSIGNMENT_FAULTS = {
    "500 empty x3": (dict(status=500), 3, 6),
    "503 HTML x3": (dict(status=503, body=b"<html>busy</html>"), 3, 6),
    "dropped connections x3": (dict(drop=True), 3, 6),
    "slow by 10 s, once": (dict(delay=10), 1, 22),
    "answer lost once": (dict(lost=True), 1, 6),
    "200 with garbage once": (dict(status=202, body=b"not json"), 1, 6)}


@scenario(limit=120, ends=complete)
async def helix_bad(rig):
    """Helix slow by 10 s, then 5xx, while shards are reset: made good"""
    await rig.watched(channels=3)
    async with rig.traffic(20, head_start=0.5):
        for what, (how, times, bound) in ASSIGNMENT_FAULTS.items():
            old = rig.twitch.shard_connection("0")
            fault = rig.twitch.fault("PATCH", "/eventsub/conduits/shards$", times, **how)
            old.reset()
            await rig.check_reassigned(f"{what}: assigned again <= {bound} s", "0", old, within=bound, timeout=45)
            fault.times = 0
            await asyncio.sleep(2)
            took = await rig.until(rig.twitch.ready, 30)
            rig.ok("both shards ready", took is not None)


def make_certificate(folder, name):
    """Makes a self-signed certificate of a host name, and returns the paths of it and of its key."""
    certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run([
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
        "-subj", f"/CN={name}"], check=True, stderr=subprocess.DEVNULL)
    return certificate, key


@contextlib.asynccontextmanager
async def untrusted_server(rig):
    """Listens under a wrong certificate; gives the port, and what was sent to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(rig.folder, "wrong.example"))
    received = []

    async def serve(reader, writer):
        received.append(await reader.read(100))
        writer.close()
    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1], received


@scenario(limit=60)
async def dns_tls(rig):
    """EventSub's name does not resolve; its certificate is wrong: told, healthz 200, no storm, SIGTERM works"""
    await rig.setup(channels=1, start=False)
    async with untrusted_server(rig) as (port, received):
        for what, settings in {
                "DNS of EventSub": {"TWITCH_EVENTSUB_URL": "ws://nosuch.invalid/ws"},
                "TLS of EventSub": {"TWITCH_EVENTSUB_URL": f"wss://127.0.0.1:{port}/ws"},
                "DNS of Helix": {"TWITCH_API_URL": "http://nosuch.invalid/helix"},
                "TLS of Helix": {"TWITCH_API_URL": f"https://127.0.0.1:{port}/helix"},
                "DNS of OAuth": {"TWITCH_AUTH_URL": "http://nosuch.invalid/oauth2"}}.items():
            await serve_all_the_same(rig, what, settings)
    rig.ok("no request was sent over the untrusted TLS", not any(received), received[:4])


async def serve_all_the_same(rig, what, settings):
    """Starts with settings that cannot work, and checks that it serves, says so, and ends well."""
    try:
        await rig.gateway.start(ready=False, **settings)
    except RuntimeError as error:
        rig.ok(f"{what}: serves all the same", False, str(error)[:200])
        return
    await asyncio.sleep(3)
    health = await rig.gateway.health()
    rig.ok(f"{what}: healthz 200, readyz 503", health == (200, 503), health)
    lines = rig.gateway.log_lines()
    rig.ok(f"{what}: told in the log, no storm", 1 <= len(lines) <= 25, f"{len(lines)}: {lines[-1:]}")
    rig.info(f"health {await rig.health(await rig.client('alice'))}")
    status, took = await rig.gateway.stop()
    rig.ok(f"{what}: SIGTERM ends it", status == 0 and took < 10, f"{status} {took:.1f} s")
