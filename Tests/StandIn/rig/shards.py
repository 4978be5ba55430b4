"""How shards are lost and made good."""


class Shards:
    """Waits for shards and conduits to be well again, and checks how long that takes."""

    def connections(self):
        """Returns the connections of the two shards that there are by default, by id."""
        return {id: self.twitch.shard_connection(id) for id in "01"}

    def reset_shards(self):
        """Resets the connections of both shards, and returns what they were."""
        lost = self.connections()
        for connection in lost.values():
            connection.reset()
        return lost

    async def reassigned(self, shard, old, timeout=40):
        """Waits until a shard has a living session on another connection; the seconds that took, or None."""
        def is_reassigned():
            conduit = self.twitch.conduit()
            found = conduit and conduit.shards.get(shard)
            return found and self.twitch.alive(found) and found.session.connection is not old
        return await self.until(is_reassigned, timeout, 0.01)

    async def check_reassigned(self, what, shard, old, within=2, timeout=40):
        """Checks that a shard has a living session on another connection in time; the seconds that took, or None."""
        took = await self.reassigned(shard, old, timeout)
        self.within(what, took, within)
        return took

    async def rebuilt(self, timeout=60, other_than=None):
        """Waits until there is a conduit with all shards and subscriptions; the seconds that took, or None."""
        def is_rebuilt():
            conduit = self.twitch.conduit()
            return conduit and conduit is not other_than and self.twitch.ready() and not self.missing_subscriptions()
        return await self.until(is_rebuilt, timeout)

    def check_nothing_dropped(self):
        """Checks that every message found a living shard."""
        self.ok("nothing dropped at Twitch", self.twitch.lost_at_twitch == 0, self.twitch.lost_at_twitch)
