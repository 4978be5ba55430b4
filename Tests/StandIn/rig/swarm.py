"""Thousands of browsers at once: the program `swarm` (swarm.c) next to the gateway."""
import asyncio
import json
import os
import subprocess

from .gateway import niced
from .rig import ROOT


async def start_swarm(rig, path, count, mode, seconds, window=None):
    """Starts so many browsers; swarm.c says what the modes are. window: the seconds over which they connect."""
    arguments = ["127.0.0.1", rig.gateway.port, path, count, mode, seconds] + ([window] if window else [])
    process = await asyncio.create_subprocess_exec(
        *niced(os.path.join(ROOT, "swarm"), *map(str, arguments)), stdout=subprocess.PIPE)
    rig.processes.append(process)
    return process


async def swarmed(process):
    """Waits until a swarm ends, and returns what it says of itself."""
    output, _ = await process.communicate()
    return json.loads(output)
