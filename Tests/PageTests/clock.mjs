/** Runs `script(advance)` with timers that only `advance(milliseconds)` moves on. */
export async function withClock(script) {
  const { setTimeout, clearTimeout, Date: { now } } = globalThis;
  const timers = new Map();
  let time = 1_700_000_000_000;
  let last = 0;
  globalThis.setTimeout = (action, delay = 0) => {
    timers.set(++last, { at: time + delay, action });
    return last;
  };
  globalThis.clearTimeout = (timer) => timers.delete(timer);
  Date.now = () => time;

  const advance = async (milliseconds) => {
    const end = time + milliseconds;
    for (;;) {
      await settled();
      const [next] = [...timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
      if (!next) break;
      const [timer, { at, action }] = next;
      timers.delete(timer);
      time = at;
      action();
    }
    time = end;
  };

  try {
    await script(advance);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    Date.now = now;
  }
}

/** Lets everything that waits for a promise go on. */
function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
