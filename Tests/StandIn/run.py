#!/usr/bin/env python3
"""run.py list | all | slow | NAME…: drives the real binary through scenarios. NAME* is all that begin so."""
import asyncio
import contextlib
import importlib
import os
import pkgutil
import resource
import sys
import time
import traceback

import uvloop

import scenarios
from rig.rig import Rig


async def run(scenario):
    """Runs one scenario and returns its checks."""
    async with Rig(scenario.name, scenario.budget) as rig:
        try:
            await asyncio.wait_for(scenario.run(rig), scenario.limit)
        except asyncio.TimeoutError:
            rig.ok("ended within its time", False, f"{scenario.limit} s")
        except Exception as error:
            rig.ok("ran to its end", False, f"{type(error).__name__}: {error}"[:400])
            if os.environ.get("QA_TRACE"):
                traceback.print_exc()
    return rig.checks


def chosen(words):
    """Returns the scenarios that the command line asks for."""
    everything = list(scenarios.ALL.values())
    if words in (["all"], ["slow"]):
        return [scenario for scenario in everything if scenario.slow == (words == ["slow"])]
    found = []
    for word in words:
        prefix = word.removesuffix("*")
        matching = [it for it in everything if it.name == word or (prefix != word and it.name.startswith(prefix))]
        if not matching:
            sys.exit(f"There is no scenario {word}.")
        found += matching
    return found


def main():
    """Lists or runs scenarios; the status is 1 when a check failed."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
    for module in pkgutil.iter_modules(scenarios.__path__):
        importlib.import_module(f"scenarios.{module.name}")
    words = sys.argv[1:] or ["list"]
    if words == ["list"]:
        for scenario in scenarios.ALL.values():
            print(f"{scenario.name:28} {scenario.limit:4} s  {scenario.about}")
        return
    total, failed = 0, []
    for scenario in chosen(words):
        began = time.monotonic()
        checks = uvloop.run(run(scenario))
        bad = [f"{scenario.name}: {what} [{detail[:200]}]" for passed, what, detail in checks if not passed]
        total += len(checks)
        failed += bad
        took = time.monotonic() - began
        print(f"---- {scenario.name}: {len(checks) - len(bad)}/{len(checks)} in {took:.1f} s\n", flush=True)
    print(f"==== {total} checks, {len(failed)} failed")
    for failure in failed:
        print(f"FAIL {failure}")
    sys.exit(1 if failed else 0)


main()
