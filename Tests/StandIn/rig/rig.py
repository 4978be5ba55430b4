"""One scenario's world, from its temporary folder to what is kept of a failure."""
import asyncio
import contextlib
import os
import random
import shutil
import tempfile
import time

from standin.twitch import StandIn

from .audience import Audience
from .gateway import Gateway
from .judging import Judging
from .people import People
from .shards import Shards
from .traffic import Traffic

# Where the logs of failed scenarios are kept, and the program `swarm` is.
ROOT = os.environ.get("STANDIN_FOLDER", "/tmp/chat-relay-standin")


class Rig(People, Audience, Shards, Judging):
    """A stand-in, a gateway that is not started yet, and a list of checks. Used by `async with`."""

    def __init__(self, name, budget=60000):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix=f"qa-{name}-", dir="/tmp")
        self.began = time.monotonic()
        seed = int(os.environ.get("QA_SEED", "1"))
        self.rng = random.Random(seed)
        self.twitch, self.gateway = StandIn(budget, seed), Gateway(self)
        self.processes, self.clients, self.watchers = [], [], []
        self.checks = []                        # (passed, what, detail)
        self.users, self.accounts = {}, []
        self.stream, self.channels = None, []   # the stream's id, and its broadcasters'

    async def __aenter__(self):
        await self.twitch.start()
        return self

    async def __aexit__(self, error, *_):
        for watcher in self.watchers:
            await watcher.finish()
        for process in self.processes:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        await self.twitch.stop()
        if error or not all(passed for passed, _, _ in self.checks) or os.environ.get("QA_KEEP"):
            self._keep_logs()
        self.remove_journals()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Checks

    def ok(self, what, passed, detail=""):
        """Makes a check: says whether it passed, and returns that."""
        self.checks.append((bool(passed), what, str(detail)))
        detail = f" [{detail}]" if detail != "" else ""
        print(f"{'ok  ' if passed else 'FAIL'} {self.name}: {what}{detail}", flush=True)
        return bool(passed)

    def within(self, what, took, bound, *details):
        """Checks that something happened (took is not None) and took no longer than a bound, in seconds."""
        seconds = "never" if took is None else f"{took:.3f} s"
        return self.ok(what, took is not None and took <= bound, ", ".join([seconds, *map(str, details)]))

    def info(self, what):
        """Says something that is worth knowing when a check fails."""
        print(f"     {self.name}: {what}", flush=True)

    def alive(self):
        """Checks that the program runs."""
        return self.ok("the program is alive", self.gateway.running, self.gateway.process.returncode)

    # Time

    async def until(self, is_so, timeout=10, step=0.02):
        """Waits until something holds; the seconds that took, or None when the time was up."""
        began = time.monotonic()
        while time.monotonic() - began < timeout:
            holds = is_so()
            if asyncio.iscoroutine(holds):
                holds = await holds
            if holds:
                return time.monotonic() - began
            await asyncio.sleep(step)
        return None

    def traffic(self, rate, channels=None, repeats=0.0, head_start=0.0):
        """Lets chatters talk for the length of an `async with`; see Traffic."""
        return Traffic(self, rate, channels, repeats, head_start)

    async def crash(self):
        """Ends the gateway with kill -9 and starts it again."""
        await self.gateway.kill()
        await self.gateway.start()
        await self.subscribed()

    async def restart(self):
        """Ends the gateway in good order and starts it again."""
        await self.gateway.stop()
        await self.gateway.start()
        await self.subscribed()

    # The end

    def _keep_logs(self):
        kept = os.path.join(ROOT, "logs", self.name)
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(kept)
        for path in (self.gateway.log_path, self.gateway.output_path):
            if os.path.exists(path):
                shutil.copy(path, kept)
        rows = [(at, f"EVENT {what}") for at, what in self.twitch.events]
        rows += [(it.at, f"HTTP {it.method} {it.path} {it.status} {it.note}") for it in self.twitch.log]
        with open(os.path.join(kept, "standin.log"), "w") as file:
            file.writelines(f"{at - self.began:9.3f} {what}\n" for at, what in sorted(rows))

    def remove_journals(self):
        """Removes what a gateway that was killed left in memory: its journal."""
        for folder, _, _ in os.walk(self.folder):
            journal = os.path.join(folder, "history.journal")
            if os.path.islink(journal):
                with contextlib.suppress(OSError):
                    os.remove(os.readlink(journal))
