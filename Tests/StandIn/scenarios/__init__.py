"""What goes wrong, a file for each topic. A scenario is a function of a Rig, and is run by its name."""
import functools
import os
from typing import NamedTuple

ALL = {}

# What Twitch sent and answered once, a file each.
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../TwitchTests/Samples")


class Scenario(NamedTuple):
    """One scenario that run.py can run."""

    name: str
    about: str
    limit: int          # seconds
    slow: bool          # whether `run.py all` leaves it out
    budget: int         # Helix points a minute
    run: callable


def scenario(limit=60, slow=False, budget=60000, ends=None):
    """Makes a function a scenario, after which come what ends does with the rig, and that all kept the rules."""
    def register(body):
        @functools.wraps(body)
        async def run(rig):
            await body(rig)
            if ends:
                await ends(rig)
            rig.strict()
        ALL[body.__name__] = Scenario(body.__name__, " ".join(body.__doc__.split()), limit, slow, budget, run)
        return run
    return register


async def complete(rig):
    """At the end every message came exactly once and in order, and the program runs."""
    await rig.complete()
    rig.alive()


async def complete_but_for_gaps(rig):
    """At the end the same, unless a gap was told."""
    await rig.complete(allow_gap=True)
    rig.alive()
