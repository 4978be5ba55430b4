"""EventSub subscriptions: who may have which, and what Helix says about them."""
import asyncio
import collections
import uuid

from aiohttp import web

READ_CHAT = {
    "channel.chat.message", "channel.chat.notification", "channel.chat.message_delete", "channel.chat.clear",
    "channel.chat.clear_user_messages", "channel.chat_settings.update"}

VERSIONS = {
    **dict.fromkeys(READ_CHAT, "1"), "channel.chat.user_message_hold": "1", "channel.chat.user_message_update": "1",
    "stream.online": "1", "stream.offline": "1", "channel.update": "2", "channel.shared_chat.begin": "1",
    "channel.shared_chat.update": "1", "channel.shared_chat.end": "1", "user.whisper.message": "1",
    "user.authorization.grant": "1", "user.authorization.revoke": "1", "conduit.shard.disabled": "1"}

# How often the same type and condition may be subscribed to, over all conduits.
DUPLICATES = 3


class Subscription:
    """A subscription over a conduit."""

    def __init__(self, type, version, condition, conduit_id, created_at, cost=0):
        self.id, self.status = str(uuid.uuid4()), "enabled"
        self.type, self.version, self.condition, self.conduit_id = type, version, condition, conduit_id
        self.created_at, self.cost = created_at, cost

    @property
    def key(self):
        """What the stand-in finds it by."""
        return (self.type, self.condition.get("broadcaster_user_id"))

    def is_enabled_in(self, conduit):
        """Whether it is a living one of a conduit."""
        return self.status == "enabled" and self.conduit_id == conduit.id

    def json(self):
        """As Helix and notifications show it."""
        return {
            "id": self.id, "status": self.status, "type": self.type, "version": self.version,
            "condition": self.condition, "transport": {"method": "conduit", "conduit_id": self.conduit_id},
            "created_at": self.created_at, "cost": self.cost}


class SubscriptionTable(dict):
    """Subscriptions by id, with an index by type and broadcaster."""

    def __init__(self):
        super().__init__()
        self.by_key = collections.defaultdict(dict)

    def add(self, subscription):
        """Adds one under its id."""
        self[subscription.id] = subscription
        self.by_key[subscription.key][subscription.id] = subscription

    def pop(self, id):
        """Takes one out and returns it, or None."""
        subscription = super().pop(id, None)
        if subscription is not None:
            self.by_key[subscription.key].pop(id, None)
        return subscription

    def clear(self):
        """Takes all out."""
        super().clear()
        self.by_key.clear()


class Subscriptions:
    """The subscriptions, by hand and by Helix."""

    def subscriptions_to(self, type, broadcaster):
        """Returns the living subscriptions to what happens in a channel."""
        found = self.subscriptions.by_key[(type, broadcaster)].values()
        return [subscription for subscription in found if subscription.status == "enabled"]

    def subscribe(self, type, version, condition, conduit_id, cost=0):
        """Makes a subscription without asking whether it is allowed."""
        subscription = Subscription(type, version, condition, conduit_id, self.now(), cost)
        self.subscriptions.add(subscription)
        return subscription

    async def helix_subscriptions(self, request):
        """/eventsub/subscriptions."""
        if request.method == "POST":
            if self.subscribing_takes:
                await asyncio.sleep(self.subscribing_takes)
            return self._create_subscription(request)
        if request.method == "GET":
            return self._list_subscriptions(request)
        if request.method == "DELETE":
            if "id" not in request.query:
                return self.error(400, 'Missing required parameter "id"')
            if self.subscriptions.pop(request.query["id"]) is None:
                return self.error(404, "subscription does not exist")
            return web.Response(status=204)
        return self.error(404, "not found")

    def _create_subscription(self, request):
        type, version = request.json.get("type"), request.json.get("version")
        condition, transport = request.json.get("condition") or {}, request.json.get("transport") or {}
        if transport.get("method") != "conduit" or request.token.kind != "app":
            return self.error(400, "invalid transport and auth combination")
        if VERSIONS.get(type) != version:
            return self.error(400, "invalid subscription type and version")
        conduit = self.conduits.get(transport.get("conduit_id", ""))
        if conduit is None:
            return self.error(400, "conduit does not exist")
        if problem := self._condition_problem(type, condition):
            return self.error(400, problem)
        if not self._is_authorised(type, condition):
            return self.error(403, "subscription missing proper authorization")
        broadcaster = condition.get("broadcaster_user_id")
        same = [other for other in self.subscriptions_to(type, broadcaster) if other.condition == condition]
        for other in same:
            if other.conduit_id == conduit.id:
                return self.error(409, "subscription already exists", id=other.id)
        if len(same) >= DUPLICATES:
            return self.error(429, "maximum subscriptions with type and condition exceeded")
        free = type in READ_CHAT or type == "conduit.shard.disabled" or self.grants.get(broadcaster)
        subscription = self.subscribe(type, version, condition, conduit.id, 0 if free else 1)
        # Adding up thousands for each would cost more than all else.
        count = len(self.subscriptions)
        total = sum(each.cost for each in self.subscriptions.values()) if count < 2000 else 0
        return self.reply(202, {
            "data": [subscription.json()], "total": count, "total_cost": total, "max_total_cost": 10000})

    def _condition_problem(self, type, condition):
        for name, value in condition.items():
            if not isinstance(value, str):
                return "condition values must be strings"
            if name in ("broadcaster_user_id", "user_id") and value not in self.users:
                return "invalid user in condition"
        if type in READ_CHAT:
            needed = {"broadcaster_user_id", "user_id"}
        elif "client_id" in condition or type == "user.whisper.message":
            needed = set()
        else:
            needed = {"broadcaster_user_id"}
        return None if needed <= set(condition) else "missing condition"

    def _is_authorised(self, type, condition):
        """Table 7.1 of the facts, with an app token."""
        if type not in READ_CHAT:
            return True
        broadcaster, user = condition["broadcaster_user_id"], condition["user_id"]
        if not {"user:read:chat", "user:bot"} <= self.grants[user]:
            return False
        if "channel:bot" not in self.grants[broadcaster] and not self.may_moderate(user, broadcaster):
            return False
        return (broadcaster, user) not in self.banned

    def _list_subscriptions(self, request):
        known = ("status", "type", "user_id", "subscription_id", "conduit_id")
        filters = [name for name in known if name in request.query]
        if len(filters) > 1:
            return self.error(400, "only one filter may be given")
        found = list(self.subscriptions.values())
        for name in filters:
            wanted = request.query[name]
            found = [subscription for subscription in found if wanted in _filter_values(subscription, name)]
        page, pagination = self.page(request, found, 100)
        return self.reply(200, {
            "total": len(found), "data": [subscription.json() for subscription in page], "total_cost": 0,
            "max_total_cost": 10000, "pagination": pagination})


def _filter_values(subscription, name):
    if name == "user_id":
        return subscription.condition.values()
    return [getattr(subscription, "id" if name == "subscription_id" else name)]
