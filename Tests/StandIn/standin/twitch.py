"""The whole of the second Twitch: what it knows, and its two servers."""
import asyncio
import collections
import random
import time

from aiohttp import web

from .chat import Chat
from .conduits import Conduits
from .delivery import Delivery
from .eventsub import EventSub
from .helix import Helix
from .http import HTTP
from .oauth import CLIENT_ID, CLIENT_SECRET, OAuth
from .people import People
from .sending import Sending
from .subscriptions import Subscriptions, SubscriptionTable
from .webhooks import Webhooks


class StandIn(People, Chat, Delivery, Webhooks, Conduits, Subscriptions, EventSub, HTTP, OAuth, Helix, Sending):
    """A Twitch that can be told to misbehave, and that keeps a journal of what it delivered.

    All that it knows is here; each base class is what it does about one topic, in a file of its own. Everything happens
    in one asyncio loop.
    """

    def __init__(self, budget, seed):
        self.rng = random.Random(seed)
        self.tasks = set()
        # Users and tokens, by their ids.
        self.users, self.user_ids, self.channels, self.streams = {}, {}, {}, {}
        self.moderators, self.grants = collections.defaultdict(set), collections.defaultdict(set)
        self.banned = set()                     # (broadcaster, user)
        self.tokens, self.refreshes, self.devices = {}, {}, {}
        self.client_secrets = {CLIENT_ID: CLIENT_SECRET}
        self.app_expires, self.user_expires = 5_000_000, 14_000
        # EventSub.
        self.conduits, self.subscriptions = {}, SubscriptionTable()
        self.sessions, self.connections, self.moves = {}, [], {}
        # What happened.
        self.journal = collections.defaultdict(list)        # broadcaster -> its messages
        self.messages = {}                      # by id
        self.recent = collections.deque(maxlen=4000)
        self.events = []                        # (time, what)
        self.log, self.http_hits = [], collections.Counter()
        self.sends = []
        self.violations = []                    # what a good client does not do
        self.refresh_calls, self.app_tokens_issued = collections.Counter(), 0
        self.lost_at_twitch = 0                 # messages that no shard took
        # The limits of Helix and of chat.
        self.budget, self.buckets = budget, {}  # points a minute
        self.enforce_limits, self.muted_until = True, {}
        # What goes wrong.
        self.faults = []
        self.time_offset = 0.0
        self.stamp = None                       # callable: the message_timestamp of the next notification
        self.patch_failures = {}                # shard id -> how often its assignment fails
        self.welcome_delay = []                 # seconds for the next connections; None: never
        self.refusals = 0                       # of the next connections
        self.around_welcome = None              # callable: just before and after the welcome of a planned reconnect
        self.refresh_refused = set()            # user ids
        self.shrinking_leaves_surplus = False   # a bug that Twitch had
        self.subscribing_takes = 0.0            # seconds
        self.drop_next = []                     # drop_reason codes for the next sends
        self.echo_delay = 0.02                  # seconds until a line that was sent is shown; None: never
        self.hold_answers = None                # asyncio.Event: answers to accepted sends wait for it

    async def start(self):
        """Begins to listen, on ports that the system chooses."""
        app = web.Application(client_max_size=1 << 24)
        app.router.add_route("*", "/{tail:.*}", self.answer)
        self.runner = web.AppRunner(app, access_log=None, keepalive_timeout=75)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.websocket_server = await asyncio.start_server(self.accept, "127.0.0.1", 0, backlog=1000)
        self.websocket_url = f"ws://127.0.0.1:{self.websocket_server.sockets[0].getsockname()[1]}/ws"

    async def stop(self):
        """Ends all connections and servers."""
        for connection in list(self.connections):
            connection.writer.transport.abort()
            connection.ended("stop", "stop")
        self.websocket_server.close()
        for task in list(self.tasks):
            task.cancel()
        await self.runner.cleanup()

    def environment(self):
        """Returns the variables that point the gateway here."""
        return {
            "TWITCH_CLIENT_ID": CLIENT_ID, "TWITCH_CLIENT_SECRET": CLIENT_SECRET,
            "TWITCH_API_URL": f"{self.base_url}/helix", "TWITCH_AUTH_URL": f"{self.base_url}/oauth2",
            "TWITCH_EVENTSUB_URL": self.websocket_url}

    def spawn(self, job):
        """Runs a job until it ends or the stand-in does."""
        task = asyncio.ensure_future(job)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def note(self, what):
        """Puts something that happened on record."""
        self.events.append((time.monotonic(), what))

    def noted(self, *words):
        """Returns what is on record and contains one of the words."""
        return [what for _, what in self.events if any(word in what for word in words)]

    def connects(self):
        """Returns how many connections to EventSub were made."""
        return len([what for _, what in self.events if what.startswith("connect")])
