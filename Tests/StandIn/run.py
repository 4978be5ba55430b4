#!/usr/bin/env python3
"""run.py list | all | NAME…: each scenario drives the real binary against the stand-in."""
import asyncio, importlib, os, resource, sys, time, traceback, uvloop

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import scenarios
from rig import Rig

MODULES = ["s_protocol", "s_faults", "s_resume", "s_send", "s_load", "s_chaos"]


def main():
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))
    except (ValueError, OSError):
        pass
    for m in MODULES:
        if os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), m + ".py")):
            importlib.import_module(m)
    names = sys.argv[1:] or ["list"]
    if names == ["list"]:
        for n, s in scenarios.ALL.items():
            print(f"{n:28} {s['limit']:4} s  {s['doc']}")
        return
    if names == ["all"]:
        names = [n for n, s in scenarios.ALL.items() if not s["slow"]]
    elif names == ["slow"]:
        names = [n for n, s in scenarios.ALL.items() if s["slow"]]
    else:
        out = []
        for n in names:
            out += [k for k in scenarios.ALL if k == n or (n.endswith("*") and k.startswith(n[:-1]))]
        names = out
    fails, total = [], 0
    for n in names:
        s = scenarios.ALL[n]
        t0 = time.monotonic()
        async def go():
            async with Rig(n, **s["rig"]) as rig:
                try:
                    await asyncio.wait_for(s["fn"](rig), s["limit"])
                except asyncio.TimeoutError:
                    rig.ok("ended within its time", False, f"{s['limit']} s")
                    raise RuntimeError("time limit")
                except Exception as e:
                    rig.ok("ran to its end", False, f"{type(e).__name__}: {e}"[:400])
                    if os.environ.get("QA_TRACE"):
                        traceback.print_exc()
                    raise RuntimeError("broken")
                finally:
                    global last
                    last = rig.checks
        try:
            uvloop.run(go())
        except RuntimeError as e:
            if str(e) not in ("time limit", "broken"):
                traceback.print_exc()
        bad = [c for c in last if not c[0]]
        total += len(last)
        fails += [(n, c) for c in bad]
        print(f"---- {n}: {len(last) - len(bad)}/{len(last)} in {time.monotonic() - t0:.1f} s\n", flush=True)
    print(f"==== {total} checks, {len(fails)} failed")
    for n, c in fails:
        print(f"FAIL {n}: {c[1]} [{c[2][:200]}]")
    sys.exit(1 if fails else 0)


main()
