"""The gateway's users, accounts and streams, and the subscriptions that they need."""
import resource
from typing import NamedTuple

# What a channel's room is made of.
CHAT = (
    "channel.chat.message", "channel.chat.notification", "channel.chat.message_delete", "channel.chat.clear",
    "channel.chat.clear_user_messages")


class User(NamedTuple):
    """A user of the gateway."""

    id: int
    token: str


class Account(NamedTuple):
    """A linked account: its id in the gateway, its broadcaster's at Twitch, and what `account add` said."""

    id: int
    broadcaster: str
    login: str
    added: dict


class People:
    """Sets up who uses the gateway."""

    async def setup(self, channels=1, users=("alice", "bob"), start=True, live=True, share=2, **settings):
        """Adds users, of whom the first has a stream with some accounts that is shared with the others, and starts.

        share: the chat level of the others; settings: the gateway's environment.
        """
        self.gateway.settings.update(settings)
        self.twitch.add_user("TideWatch", "5551001")
        self.twitch.add_user("MossyCobalt", "5551002")
        for name in users:
            await self.add_user(name)
        for number in range(channels):
            self.accounts.append(await self.link_account(users[0], f"chan{number}"))
        self.channels = [account.broadcaster for account in self.accounts]
        self.stream = await self.add_stream(users[0], "Main", self.accounts)
        for name in users[1:]:
            await self.share(name, share)
        if live:
            for channel in self.channels:
                self.twitch.set_live(channel, f"1{channel}", viewers=7)
        if start:
            await self.gateway.start()
            await self.subscribed()

    async def setup_limited(self, descriptors, **setup):
        """Sets up a gateway that may have so many descriptors open, and starts it."""
        await self.setup(start=False, **setup)
        limits = (descriptors, descriptors)
        await self.gateway.start(preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits))
        await self.subscribed()

    async def add_user(self, name):
        """Adds a user."""
        added = await self.gateway.json("user", "add", name)
        self.users[name] = User(added["id"], added["access_token"])
        return added

    async def link_account(self, user, login):
        """Links a new account of Twitch's to a user, outside of the stream."""
        broadcaster = self.twitch.add_user(login)
        added = await self.add_tokens(user, broadcaster)
        return Account(added["id"], broadcaster, login, added)

    async def add_tokens(self, user, broadcaster):
        """Gives the gateway new tokens of an account, and returns what it says."""
        token = self.twitch.make_token(broadcaster)
        return await self.gateway.json(
            "account", "add", "--user", user, "--access-token", token.access, "--refresh-token", token.refresh)

    async def add_stream(self, user, name, accounts):
        """Adds a stream with accounts and returns its id."""
        ids = [str(account.id) for account in accounts]
        return (await self.gateway.json("stream", "add", "--user", user, "--name", name, "--account", *ids))["id"]

    async def share(self, user, level):
        """Shares the stream with a user at a chat level."""
        await self.gateway.command("stream", "share", str(self.stream), "--with", user, "--chat-level", str(level))

    def account_of(self, broadcaster):
        """Returns the id of a broadcaster's account."""
        return next(account.id for account in self.accounts if account.broadcaster == broadcaster)

    def missing_subscriptions(self):
        """Returns what the stream's rooms need and is not subscribed to."""
        conduit = self.twitch.conduit()
        present = {each.key for each in self.twitch.subscriptions.values() if conduit and each.is_enabled_in(conduit)}
        return [(type, channel) for channel in self.channels for type in CHAT if (type, channel) not in present]

    async def subscribed(self):
        """Waits until all that is needed is subscribed to; the seconds that took, or None."""
        took = await self.until(lambda: not self.missing_subscriptions(), 30)
        if took is None:
            self.ok("every subscription is there", False, f"missing {self.missing_subscriptions()[:5]}")
        return took
