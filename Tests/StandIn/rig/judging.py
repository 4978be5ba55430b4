"""What a scenario ends with: everything that was said is accounted for, and the contract was kept."""
import collections

from clients.verdict import Account, different_orders, latencies

EXACTLY = "every message exactly once and in order"


class Judging:
    """Settles accounts with the watchers."""

    async def settle(self, timeout=5):
        """Waits until every watcher has what was delivered without a doubt since it joined, or time is up."""
        def all_came():
            return all(not self._due(watcher) - watcher.ids() for watcher in self.watchers)
        return await self.until(all_came, timeout, 0.1)

    async def complete(self, label=EXACTLY, allow_gap=False, timeout=5):
        """Settles, and checks that nothing was lost, doubled or out of order; returns the counts.

        allow_gap: what is missing or late where a gap was told is all right.
        """
        await self.settle(timeout)
        counts, faults, gaps = collections.Counter(), [], 0
        for watcher in self.watchers:
            gaps += watcher.gaps()
            for channel in self.channels:
                verdict = Account(watcher, self.account_of(channel), self.twitch.journal[channel]).verdict()
                counts.update(verdict.counts())
                faults += self._faults(verdict, f"{watcher.name} ch{self.channels.index(channel)}")
        wrong = ["lost", "doubled", "disorder", "phantom"] + ([] if allow_gap else ["told", "order_told"])
        shown = ["expected", "got", "lost", "doubled", "disorder"]
        shown += [name for name in counts if counts[name] and name not in shown]
        detail = " ".join(f"{name}={counts[name]}" for name in shown) + f" gaps={gaps}{self._latency()}"
        self.ok(label, not any(counts[name] for name in wrong), "; ".join([detail, *faults[:8]]))
        different = different_orders(self.watchers)
        self.ok("all clients saw one order", not different, different[:3] or "")
        return counts

    def strict(self):
        """Checks that neither the gateway's frames to any client nor what it asks of Twitch ever broke the rules."""
        bad = list(dict.fromkeys(problem for reader in self.watchers + self.clients for problem in reader.all_bad()))
        self.ok("every frame keeps the contract", not bad, bad[:4] or "")
        self.rules_kept()

    def rules_kept(self, what="Twitch's rules kept"):
        """Checks that Twitch has nothing to complain of."""
        violations = list(dict.fromkeys(self.twitch.violations))
        self.ok(what, not violations, violations[:5] or "")

    def _due(self, watcher):
        return {
            message.id for channel in self.channels for message in self.twitch.journal[channel]
            if message.certain and message.removed_at is None and message.said_at >= watcher.joined}

    def _faults(self, verdict, where):
        faults = [f"lost {where} {self._traced(message)}" for message in verdict.lost[:3]]
        faults += [f"doubled {where} #{message.number}" for message in verdict.doubled[:3]]
        faults += [f"order {where} {self._traced(late)} after {self._traced(early)} {self._noted_around(late)}"
                   for late, early in verdict.disorder[:3]]
        return faults + [f"phantom {where} {id}" for id in verdict.phantom[:2]]

    def _traced(self, message):
        connections = [getattr(to, "number", "webhook") for _, to in message.deliveries]
        return f"#{message.number} (t+{message.said_at - self.began:.3f} conn {connections})"

    def _noted_around(self, message):
        return [
            f"{what}@{at - self.began:.2f}" for at, what in self.twitch.events
            if -1.5 < at - message.said_at < 0.4 and ("CHAOS" in what or "shard" in what)][-4:]

    def _latency(self):
        sorted_latencies = latencies(self.watchers, self.twitch.messages)
        if not sorted_latencies:
            return ""
        count = len(sorted_latencies)
        middle, most, last = (sorted_latencies[index] * 1000 for index in (count // 2, count * 99 // 100, -1))
        return f" latency p50={middle:.1f} p99={most:.1f} max={last:.0f} ms"
