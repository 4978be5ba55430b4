"""SIGTERM, SIGINT and SIGHUP."""
import asyncio
import json
import os
import signal
import ssl
import subprocess
import time

from clients.client import Refused

from . import scenario
from .network import make_certificate
from .sending import is_sent


@scenario(limit=60)
async def sigterm(rig):
    """SIGTERM: readyz fails, clients get 1012, in-flight sends finish, exit <= 10 s with status 0"""
    await rig.setup(channels=1)
    await end_with_send_in_flight(rig)
    await end_with_send_that_hangs(rig)
    rig.twitch.hold_answers = None
    await rig.gateway.start()
    clients = [await rig.client("alice") for _ in range(200)]
    async with rig.traffic(50, head_start=0.5):
        took = await end_by(rig, signal.SIGINT)
    status, codes = rig.gateway.process.returncode, {client.close_code for client in clients}
    rig.ok("SIGINT with 200 clients under load: status 0, all told 1012", status == 0 and codes == {1012},
           f"{status} {took:.1f} s {codes}")


async def end_with_send_in_flight(rig):
    """Ends the gateway while a line waits for Twitch's answer, which then comes."""
    alice, bob = await rig.client("alice"), await rig.client("bob")
    rig.twitch.hold_answers, rig.twitch.echo_delay = asyncio.Event(), 0
    alice.send_line(rig.accounts[0].id, "in flight", "f")
    await rig.until(lambda: rig.twitch.sends, 5)
    began = time.monotonic()
    rig.gateway.signal(signal.SIGTERM)
    await asyncio.sleep(0.15)
    statuses = [await rig.gateway.status_of("/readyz", 1) for _ in range(2)]
    rig.info(f"readyz after SIGTERM: {statuses}; healthz {await rig.gateway.status_of('/healthz', 1)}")
    rig.ok("readyz fails at once", 200 not in statuses, statuses)
    await asyncio.sleep(1.5)
    rig.ok("it waits for the send in flight", rig.gateway.running, rig.gateway.process.returncode)
    rig.twitch.hold_answers.set()
    outcome = await alice.outcome("f", 5)
    rig.ok("the send in flight is finished and told", outcome and is_sent(outcome), outcome)
    for client, what in ((bob, "clients get 1012"), (alice, "the sender too")):
        code = await client.wait_closed(10)
        rig.ok(what, code == 1012, (code, client.close_reason))
    await rig.gateway.wait_end()
    check_ended(rig, "exit <= 10 s with status 0", time.monotonic() - began)


async def end_with_send_that_hangs(rig):
    """Ends the gateway while a line waits for an answer that never comes."""
    rig.twitch.hold_answers = asyncio.Event()
    await rig.gateway.start()
    alice = await rig.client("alice")
    alice.send_line(rig.accounts[0].id, "never", "n")
    await rig.until(lambda: len(rig.twitch.sends) > 1, 5)
    check_ended(rig, "even when a send never ends: exit <= 10 s", await end_by(rig, signal.SIGTERM))
    rig.info(f"its sender got {alice.of('textresult', 'error')[-1:]}, close {alice.close_code}")
    rig.twitch.hold_answers.set()


async def end_by(rig, number):
    """Sends a signal and waits for the end; the seconds that took."""
    began = time.monotonic()
    rig.gateway.signal(number)
    await rig.gateway.wait_end()
    return time.monotonic() - began


def check_ended(rig, what, took):
    """Checks that the gateway ended well and in time."""
    status = rig.gateway.process.returncode
    rig.ok(what, status == 0 and took <= 10, f"{status} {took:.1f} s")


class Configuration:
    """A configuration file that the gateway reads again at SIGHUP."""

    def __init__(self, rig, **settings):
        self.rig, self.path = rig, os.path.join(rig.folder, "chat-relay.json")
        rig.gateway.settings.update({"CHAT_RELAY_CONFIG": self.path, "CHAT_RELAY_LOG_LEVEL": None})
        self.write(**settings)

    def write(self, **settings):
        """Writes the settings."""
        self.write_text(json.dumps(settings))

    def write_text(self, text):
        """Writes what need be no JSON."""
        with open(self.path, "w") as file:
            file.write(text)

    async def reload(self, pause=1.5):
        """Sends SIGHUP, gives the gateway a moment, and returns what it logged."""
        mark = len(self.rig.gateway.log())
        self.rig.gateway.signal(signal.SIGHUP)
        await asyncio.sleep(pause)
        self.rig.alive()
        return self.rig.gateway.log()[mark:]


async def served_name(rig):
    """Returns the name in the certificate that is served."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", rig.gateway.port, ssl=context)
    certificate = writer.get_extra_info("ssl_object").getpeercert(True)
    writer.close()
    subject = subprocess.run(
        ["openssl", "x509", "-inform", "der", "-noout", "-subject"], input=certificate, capture_output=True)
    return subject.stdout.decode().strip()


@scenario(limit=90)
async def sighup(rig):
    """SIGHUP re-reads configuration and certificates; a broken file keeps the old and says so"""
    certificate, key = make_certificate(rig.folder, "one.example")
    files = {"tls_certificate": certificate, "tls_key": key}
    await rig.setup(channels=1, start=False)
    configuration = Configuration(rig, log_level="info", **files)
    await rig.gateway.start(ready=False)
    name = await served_name(rig)
    rig.ok("serves the first certificate", "one.example" in name, name)
    make_certificate(rig.folder, "two.example")
    configuration.write(log_level="debug", allowed_origins=["https://allowed.example"], **files)
    told = await configuration.reload()
    name = await served_name(rig)
    rig.ok("after SIGHUP the second certificate", "two.example" in name, name)
    rig.info(f"log says: {told[-500:]}")
    configuration.write_text("{ broken")
    told, name = await configuration.reload(), await served_name(rig)
    rig.ok("a broken file is told and changes nothing", told.strip() and "two.example" in name, told[-300:])
    with open(certificate, "w") as file:
        file.write("no certificate")
    configuration.write(log_level="info", **files)
    told, name = await configuration.reload(), await served_name(rig)
    rig.ok("a broken certificate is told and changes nothing", told.strip() and "two.example" in name, told[-300:])
    status, took = await rig.gateway.stop()
    rig.ok("ends well", status == 0, (status, took))


@scenario(limit=120)
async def sighup_live(rig):
    """SIGHUP under load: shards 2 -> 4 -> 2, origins, log level, history; one wrong key changes nothing; clients stay
    connected
    """
    await rig.setup(channels=6, start=False)
    configuration = Configuration(rig, log_level="info", shards=2)
    await rig.gateway.start()
    await rig.subscribed()
    await rig.watch()
    async with rig.traffic(40, head_start=1):
        for count in (4, 2, 3):
            configuration.write(log_level="info", shards=count)
            await check_resized(rig, configuration, count)
        configuration.write(log_level="debug", shards=5, nonsense=1)
        told = await configuration.reload()
        rig.ok("one wrong key: nothing changes and the log says why",
               rig.twitch.conduit().count == 3 and "nonsense" in told, told[-300:])
        configuration.write(log_level="info", shards=3, allowed_origins=["https://allowed.example"])
        await configuration.reload(pause=1)
        status = await status_with_origin(rig, "https://evil.example")
        rig.ok("allowed_origins is in force", status == 403, status)
        status = await status_with_origin(rig, "https://allowed.example")
        rig.ok("the allowed one may", status == 101, status)
        configuration.write(log_level="info", shards=3, port=1)
        rig.info(f"told: {(await configuration.reload(pause=1))[-300:]}")
    await rig.complete("nothing lost over all of it")
    rig.ok("clients stayed connected", all(watcher.connects == 1 for watcher in rig.watchers),
           [watcher.connects for watcher in rig.watchers])


async def check_resized(rig, configuration, count):
    """Reloads and checks that there are so many shards then, and no more sockets than that."""
    lost = rig.twitch.lost_at_twitch
    began = time.monotonic()
    await configuration.reload(pause=0)
    resized = await rig.until(lambda: rig.twitch.conduit().count == count and rig.twitch.ready(), 20)
    took = None if resized is None else time.monotonic() - began
    rig.within(f"shards -> {count}", took, 10)
    await asyncio.sleep(2)
    rig.info(f"messages dropped at Twitch by the resize: {rig.twitch.lost_at_twitch - lost}")
    sockets = len(rig.twitch.connections)
    rig.ok("no socket more than needed", sockets == count, sockets)


async def status_with_origin(rig, origin):
    """Connects as a page of some origin; the HTTP status."""
    try:
        await rig.client("alice", headers={"Origin": origin})
    except Refused as error:
        return error.status
    return 101
