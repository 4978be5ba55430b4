"""Conduits and their shards: what Helix lets the app do with them, and what a scenario can do to them."""
import uuid

from aiohttp import web

# What a shard's status becomes when the server closes its session with a code.
STATUS_AFTER = {
    "server 4000": "websocket_internal_error", "server 4001": "websocket_received_inbound_traffic",
    "server 4002": "websocket_failed_ping_pong", "server 4004": "websocket_failed_to_reconnect",
    "server 4005": "websocket_network_timeout", "server 4006": "websocket_network_error"}


class Shard:
    """One shard that was assigned at least once."""

    def __init__(self, id):
        self.id, self.status, self.session, self.method = id, "enabled", None, "websocket"
        self.connected_at = self.disconnected_at = None
        self.callback = self.secret = self.queue = None

    def json(self):
        """As Helix lists it."""
        transport = {"method": self.method}
        if self.method == "webhook":
            transport["callback"] = self.callback
        else:
            transport["session_id"] = self.session.id if self.session else ""
            transport["connected_at"] = self.connected_at
            if self.disconnected_at:
                transport["disconnected_at"] = self.disconnected_at
        return {"id": self.id, "status": self.status, "transport": transport}


class Conduit:
    """A conduit and those of its shards that were assigned."""

    def __init__(self, client_id, count):
        self.id, self.client_id, self.count = str(uuid.uuid4()), client_id, count
        self.shards = {}

    def json(self):
        """As Helix lists it."""
        return {"id": self.id, "shard_count": self.count}


class Conduits:
    """The conduits, by hand and by Helix."""

    def conduit(self):
        """Returns the first conduit, or None."""
        return next(iter(self.conduits.values()), None)

    def ready(self, conduit=None):
        """Whether a conduit (the first one) exists and all its shards are alive."""
        conduit = conduit or self.conduit()
        if conduit is None:
            return False
        shards = [conduit.shards.get(str(id)) for id in range(conduit.count)]
        return all(shard and self.alive(shard) for shard in shards)

    def add_conduit(self, client_id, count):
        """Makes a conduit."""
        conduit = Conduit(client_id, count)
        self.conduits[conduit.id] = conduit
        return conduit

    def shard_connection(self, id):
        """Returns the connection of a shard of the first conduit, or None when it was never assigned."""
        shard = self.conduit().shards.get(id)
        return shard.session.connection if shard and shard.session else None

    def set_status(self, shard, status, tell=True):
        """Sets a shard's status, and tells those who subscribed to conduit.shard.disabled."""
        shard.status = status
        shard.disconnected_at = self.now()
        self.note(f"shard {shard.id} {status}")
        if not tell:
            return
        conduit = next(conduit for conduit in self.conduits.values() if shard in conduit.shards.values())
        event = {
            "conduit_id": conduit.id, "shard_id": shard.id, "status": status, "transport": shard.json()["transport"]}
        for subscription in list(self.subscriptions.values()):
            if subscription.type == "conduit.shard.disabled" and subscription.is_enabled_in(conduit):
                self.deliver(subscription, event, "shard")

    def connection_gone(self, connection, why):
        """Lets a connection that ended go, and disables the shards that it served."""
        if connection in self.connections:
            self.connections.remove(connection)
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.dead = True
        status = why if why.startswith("websocket_") else STATUS_AFTER.get(why, "websocket_disconnected")
        for conduit in self.conduits.values():
            for shard in conduit.shards.values():
                if shard.session is session and shard.status == "enabled":
                    self.set_status(shard, status)

    def delete_conduit(self, id, revoke=False, close=None):
        """Deletes a conduit.

        revoke: with a word for each subscription; close: the code that its sockets are closed with. Without it they
        stay open, silent but for keepalives.
        """
        conduit = self.conduits.pop(id)
        self.note(f"conduit deleted {id}")
        sessions = [shard.session for shard in conduit.shards.values() if shard.session and shard.session.is_open]
        for subscription in self.subscriptions.values():
            if subscription.conduit_id == id:
                subscription.status = "conduit_deleted"
                if revoke and sessions:
                    sessions[0].connection.text(self.revocation(subscription))
        if close is not None:
            for session in sessions:
                session.connection.close(close)

    # Helix

    def helix_conduits(self, request):
        """/eventsub/conduits."""
        if request.token.kind != "app":
            return self.app_token_required()
        own = [conduit for conduit in self.conduits.values() if conduit.client_id == request.token.client_id]
        if request.method == "GET":
            return self.reply(200, {"data": [conduit.json() for conduit in own]})
        if request.method == "POST":
            return self._create_conduit(request, own)
        if request.method == "PATCH":
            return self._resize_conduit(request)
        if request.method == "DELETE":
            if "id" not in request.query:
                return self.error(400, 'Missing required parameter "id"')
            conduit = self._own_conduit(request, request.query["id"])
            if conduit is None:
                return self.error(404, "not found")
            self.delete_conduit(conduit.id)
            return web.Response(status=204)
        return self.error(404, "not found")

    def _create_conduit(self, request, own):
        count = request.json.get("shard_count")
        if not _is_shard_count(count):
            return self.error(400, "The shard count is invalid")
        if len(own) >= 5:
            return self.error(429, "conduit limit reached")
        conduit = self.add_conduit(request.token.client_id, count)
        self.note(f"conduit created {conduit.id}")
        return self.reply(200, {"data": [conduit.json()]})

    def _resize_conduit(self, request):
        id, count = request.json.get("id"), request.json.get("shard_count")
        if not id or not _is_shard_count(count):
            return self.error(400, "The shard count is invalid")
        conduit = self._own_conduit(request, id)
        if conduit is None:
            return self.error(404, "not found")
        conduit.count = count
        self.note(f"conduit resized {count}")
        if not self.shrinking_leaves_surplus:
            for surplus in [id for id in conduit.shards if int(id) >= count]:
                del conduit.shards[surplus]
        return self.reply(200, {"data": [conduit.json()]})

    def helix_shards(self, request):
        """/eventsub/conduits/shards."""
        if request.token.kind != "app":
            return self.app_token_required()
        if request.method == "GET":
            return self._list_shards(request)
        if request.method == "PATCH":
            return self._assign_shards(request)
        return self.error(404, "not found")

    def _list_shards(self, request):
        if "conduit_id" not in request.query:
            return self.error(400, 'Missing required parameter "conduit_id"')
        conduit = self._own_conduit(request, request.query["conduit_id"])
        if conduit is None:
            return self.error(404, "not found")
        shards = sorted(conduit.shards.values(), key=lambda shard: int(shard.id))
        if "status" in request.query:
            shards = [shard for shard in shards if shard.status == request.query["status"]]
        page, pagination = self.page(request, shards, 100)
        return self.reply(200, {"data": [shard.json() for shard in page], "pagination": pagination})

    def _assign_shards(self, request):
        id, wanted = request.json.get("conduit_id"), request.json.get("shards")
        if not id:
            return self.error(400, 'Missing required parameter "conduit_id"')
        if not isinstance(wanted, list) or not wanted:
            return self.error(400, 'Missing required parameter "shards"')
        if not all(_is_assignment(assignment) for assignment in wanted):
            return self.error(400, 'Missing required parameter ""')
        conduit = self._own_conduit(request, id)
        if conduit is None:
            return self.error(404, "not found")
        data, errors = [], []
        for assignment in wanted:
            if not isinstance(assignment["id"], str):
                self.violations.append("shard id is not a string")
            shard_id = str(assignment["id"])
            problem = self._assign(conduit, shard_id, assignment["transport"])
            if problem:
                errors.append({"id": shard_id, "message": problem, "code": "invalid_parameter"})
            else:
                data.append(conduit.shards[shard_id].json())
        return self.reply(202, {"data": data, "errors": errors})

    def _assign(self, conduit, id, transport):
        """Assigns one shard; what is wrong with that, or None."""
        if self.patch_failures.get(id, 0) > 0:
            self.patch_failures[id] -= 1
            return "The websocket session is not connected."
        if not id.isdigit() or int(id) >= conduit.count:
            return "The shard id is outside the conduit's range"
        if transport["method"] == "websocket":
            session = self.sessions.get(transport.get("session_id", ""))
            if session is None or not session.is_open:
                return "The websocket session is not connected."
            shard = conduit.shards.setdefault(id, Shard(id))
            shard.session, shard.method, shard.status = session, "websocket", "enabled"
            shard.connected_at, shard.disconnected_at = session.connected_at, None
            session.bound = True
            self.note(f"shard {id} assigned conn {session.connection.number}")
            return None
        if transport["method"] == "webhook":
            shard = conduit.shards.setdefault(id, Shard(id))
            shard.method, shard.callback, shard.secret = "webhook", transport.get("callback"), transport.get("secret")
            shard.status = "webhook_callback_verification_pending"
            self.spawn(self.challenge_webhook(conduit, shard))
            return None
        return "The transport method is invalid"

    def _own_conduit(self, request, id):
        conduit = self.conduits.get(id)
        return conduit if conduit and conduit.client_id == request.token.client_id else None


def _is_shard_count(count):
    return isinstance(count, int) and 1 <= count <= 20000


def _is_assignment(assignment):
    if not isinstance(assignment, dict) or "id" not in assignment:
        return False
    return isinstance(assignment.get("transport"), dict) and "method" in assignment["transport"]
