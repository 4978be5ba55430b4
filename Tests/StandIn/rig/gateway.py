"""The real program as a process: its commands, its start and end, its log and what it takes."""
import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import time

import aiohttp

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.environ.get("CHAT_RELAY_BIN", os.path.join(HERE, "../../../.build/debug/chat-relay"))


def free_port():
    """Returns a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def niced(*command):
    """Returns a command with the priority that QA_NICE asks for."""
    nice = os.environ.get("QA_NICE")
    return ("nice", "-n", nice, *command) if nice else command


class Gateway:
    """One data folder and port, and the process that serves them."""

    def __init__(self, rig):
        self.rig = rig
        self.data = os.path.join(rig.folder, "data")
        self.port = free_port()
        self.settings = {}          # of the environment; None takes one away
        self.process = None
        self.log_path, self.output_path = os.path.join(rig.folder, "gw.err"), os.path.join(rig.folder, "gw.out")
        self.log_mark = 0           # where the log of the last start begins
        self.serving_after = self.ready_after = None

    # Commands

    def environment(self, **settings):
        """Returns what the program is started with."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CHAT_RELAY_", "TWITCH_"))}
        environment = {
            **clean, **self.rig.twitch.environment(), "CHAT_RELAY_DATA": self.data, "CHAT_RELAY_PORT": str(self.port),
            "CHAT_RELAY_HOST": "127.0.0.1", "CHAT_RELAY_LOG_LEVEL": "info", **self.settings, **settings}
        return {name: value for name, value in environment.items() if value is not None}

    async def spawn_command(self, *arguments, **settings):
        """Starts a command of the program."""
        return await asyncio.create_subprocess_exec(
            BINARY, *arguments, env=self.environment(**settings), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=self.rig.folder)

    async def try_command(self, *arguments, timeout=30, **settings):
        """Runs a command and returns its status, its output and its errors."""
        process = await self.spawn_command(*arguments, **settings)
        try:
            output, errors = await asyncio.wait_for(process.communicate(), timeout)
        except asyncio.TimeoutError:
            process.kill()
            raise RuntimeError(f"{arguments} took over {timeout} s") from None
        return process.returncode, output.decode(), errors.decode()

    async def command(self, *arguments):
        """Runs a command that has to succeed, and returns its output."""
        status, output, errors = await self.try_command(*arguments)
        if status != 0:
            raise RuntimeError(f"{arguments}: status {status}: {errors[-500:]}")
        return output

    async def json(self, *arguments):
        """Runs a command that has to succeed, and returns what it says in JSON."""
        return json.loads(await self.command(*arguments, "--json"))

    # Life

    async def start(self, ready=True, timeout=30, wrap=(), preexec=None, **settings):
        """Starts serving, and waits until it says its address, and until it is ready."""
        began = time.monotonic()
        with open(self.output_path, "ab") as output, open(self.log_path, "ab") as log:
            output_mark, self.log_mark = output.tell(), log.tell()
            self.process = await asyncio.create_subprocess_exec(
                *(wrap or niced()), BINARY, "serve", env=self.environment(**settings), stdin=subprocess.DEVNULL,
                stdout=output, stderr=log, cwd=self.rig.folder, preexec_fn=preexec)
        self.rig.processes.append(self.process)
        while not re.search(r"https?://", _text(self.output_path, output_mark)):
            if self.process.returncode is not None:
                raise RuntimeError(f"serve ended with {self.process.returncode}: {self.log()[-600:]}")
            if time.monotonic() - began > timeout:
                raise RuntimeError("serve printed no address")
            await asyncio.sleep(0.02)
        self.serving_after = time.monotonic() - began
        if ready:
            if not await self.wait_ready(timeout):
                raise RuntimeError(f"not ready within {timeout}: {self.log()[-800:]}")
            self.ready_after = time.monotonic() - began

    async def wait_ready(self, timeout=30):
        """Waits until it is ready; whether it became so."""
        async def is_ready():
            return self.process.returncode is not None or await self.status_of("/readyz") == 200
        took = await self.rig.until(is_ready, timeout, 0.05)
        return took is not None and self.process.returncode is None

    def signal(self, number):
        """Sends a signal."""
        if self.running:
            self.process.send_signal(number)

    async def kill(self):
        """Ends it with kill -9, when there is one."""
        if self.running:
            self.signal(signal.SIGKILL)
            await self.process.wait()

    async def stop(self):
        """Ends it with SIGTERM; the status, None when it had to be killed, and the seconds it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        ended = await self.wait_end()
        if not ended:
            await self.kill()
        return self.process.returncode if ended else None, time.monotonic() - began

    async def wait_end(self):
        """Waits until it ends by itself, for twelve seconds at most; whether it did."""
        try:
            await asyncio.wait_for(self.process.wait(), 12)
        except asyncio.TimeoutError:
            return False
        return True

    @property
    def running(self):
        """Whether there is a process."""
        return self.process is not None and self.process.returncode is None

    # What it says

    def log(self):
        """Returns what it logged since it was started."""
        return _text(self.log_path, self.log_mark)

    def log_lines(self, *words):
        """Returns the lines it logged since it was started, those with one of the words when there are any."""
        lines = self.log().splitlines()
        return [line for line in lines if any(word in line.lower() for word in words)] if words else lines

    async def status_of(self, path, timeout=3):
        """Asks for a path and returns the HTTP status, or the name of the error."""
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(timeout)) as http:
                async with http.get(f"http://127.0.0.1:{self.port}{path}") as answer:
                    return answer.status
        except (OSError, aiohttp.ClientError, asyncio.TimeoutError) as error:
            return type(error).__name__

    async def health(self):
        """Returns the HTTP statuses of /healthz and /readyz."""
        return await self.status_of("/healthz"), await self.status_of("/readyz")

    # What it takes

    def memory(self):
        """Returns its resident memory in MB."""
        resident = re.search(r"VmRSS:\s+(\d+)", _text(f"/proc/{self.process.pid}/status"))
        return int(resident[1]) / 1024 if resident else 0

    def descriptors(self):
        """Returns how many descriptors it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def processor_seconds(self):
        """Returns the processor time it took so far."""
        fields = _text(f"/proc/{self.process.pid}/stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def files(self):
        """Returns the paths of the files in its data folder."""
        return [os.path.join(self.data, name) for name in os.listdir(self.data)]

    def files_with(self, text):
        """Returns the names of those of its files that contain a text."""
        found = []
        for path in self.files():
            with open(path, "rb") as file:
                if text.encode() in file.read():
                    found.append(os.path.basename(path))
        return found


def _text(path, start=0):
    with open(path, "rb") as file:
        if start:
            file.seek(start)
        return file.read().decode("utf-8", "replace")
