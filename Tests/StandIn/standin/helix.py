"""Helix: authorization, the points of the rate limit, and the small endpoints about users and channels."""
import inspect
import json
import time


class HelixRequest:
    """One request whose token was good."""

    def __init__(self, method, query, json, token):
        self.method, self.query, self.json, self.token = method, query, json, token


class Bucket:
    """A client's points, which come back by the second."""

    def __init__(self, limit):
        self.limit, self.points, self.filled_at = limit, float(limit), time.monotonic()
        self.taken = self.denied = 0

    def take(self):
        """Takes one point; whether there was one."""
        now = time.monotonic()
        self.points = min(self.limit, self.points + (now - self.filled_at) * self.limit / 60)
        self.filled_at = now
        if self.points < 1:
            self.denied += 1
            return False
        self.points -= 1
        self.taken += 1
        return True

    def seconds_until_full(self):
        """How long it takes until all points are back."""
        return (self.limit - self.points) / (self.limit / 60)


class Helix:
    """The endpoints below /helix that are in no file of their own."""

    async def helix(self, request, method, path, body):
        """Answers one request."""
        authorization = request.headers.get("Authorization", "")
        if not authorization.startswith("Bearer "):
            return self.error(401, "OAuth token is missing")
        token = self.tokens.get(authorization.removeprefix("Bearer "))
        if token is None or not token.valid:
            return self.error(401, "Invalid OAuth token")
        if request.headers.get("Client-Id") != token.client_id:
            return self.error(401, "Client ID and OAuth token do not match")
        bucket = self._bucket(token, is_send=method == "POST" and path == "/chat/messages")
        if not bucket.take():
            response = self.error(429, "Request limit exceeded")
            self.rate_headers(response, bucket)
            return response
        content = {}
        if body:
            try:
                content = json.loads(body)
            except ValueError:
                return self.error(400, "malformed JSON")
            if "json" not in request.headers.get("Content-Type", ""):
                self.violations.append(f"no JSON content type at {path}")
        endpoint = {
            "/users": self.helix_users, "/streams": self.helix_streams, "/channels": self.helix_channels,
            "/authorization/users": self.helix_authorizations, "/chat/messages": self.helix_send,
            "/eventsub/conduits": self.helix_conduits, "/eventsub/conduits/shards": self.helix_shards,
            "/eventsub/subscriptions": self.helix_subscriptions, "/chat/badges/global": self.helix_nothing,
            "/chat/badges": self.helix_nothing, "/chat/emotes/global": self.helix_emotes,
            "/chat/color": self.helix_nothing,
        }.get(path, self.helix_unknown)
        response = endpoint(HelixRequest(method, request.query, content, token))
        if inspect.isawaitable(response):
            response = await response
        self.rate_headers(response, bucket)
        return response

    def rate_headers(self, response, bucket):
        """Adds the rate limit's headers; without a bucket those of an app that has just begun."""
        now = time.time() + self.time_offset
        limit, left, reset = self.budget, self.budget - 1, now
        if bucket:
            limit, left, reset = bucket.limit, int(bucket.points), now + bucket.seconds_until_full()
        response.headers["Ratelimit-Limit"] = str(limit)
        response.headers["Ratelimit-Remaining"] = str(left)
        response.headers["Ratelimit-Reset"] = str(int(reset) + (1 if left < 1 else 0))

    def app_buckets(self):
        """Returns the buckets of all that is asked for with app tokens but sends."""
        return [bucket for (_, user, is_send), bucket in self.buckets.items() if user is None and not is_send]

    def page(self, request, items, size):
        """Returns the page that a request asks for, and what leads to the next one."""
        start = int(request.query.get("after", "0") or 0)
        more = start + size < len(items)
        return items[start:start + size], {"cursor": str(start + size)} if more else {}

    def app_token_required(self):
        """Refuses a user's token."""
        return self.error(401, "The request requires an app access token")

    def may_moderate(self, user, broadcaster):
        """Whether a user is a channel's broadcaster or moderator."""
        return user == broadcaster or user in self.moderators[broadcaster]

    def helix_users(self, request):
        """/users."""
        ids, logins = request.query.getall("id", []), request.query.getall("login", [])
        if len(ids) + len(logins) > 100:
            return self.error(400, "The parameter was malformed")
        if not ids and not logins:
            if request.token.kind != "user":
                return self.error(400, "Must provide an ID, Login or OAuth Token.")
            ids = [request.token.user_id]
        wanted = dict.fromkeys(ids + [self.user_ids.get(login.lower()) for login in logins])
        return self.reply(200, {"data": [self.users[id] for id in wanted if id in self.users]})

    def helix_streams(self, request):
        """/streams."""
        first = int(request.query.get("first", 20))
        if first > 100:
            return self.error(400, 'The parameter "first" was malformed: the value must be less than or equal to 100')
        ids, logins = request.query.getall("user_id", []), request.query.getall("user_login", [])
        if len(ids) > 100:
            return self.error(400, "too many ids")
        wanted = set(ids) | {self.user_ids.get(login.lower()) for login in logins}
        found = [broadcaster for broadcaster in self.streams if not wanted or broadcaster in wanted]
        page, pagination = self.page(request, found, first)
        return self.reply(200, {"data": [self._stream(id) for id in page], "pagination": pagination})

    def _stream(self, broadcaster):
        stream, user, channel = self.streams[broadcaster], self.users[broadcaster], self.channels[broadcaster]
        preview = f"https://static-cdn.jtvnw.net/previews-ttv/live_user_{user['login']}-{{width}}x{{height}}.jpg"
        return {
            "id": stream["id"], "user_id": broadcaster, "user_login": user["login"], "user_name": user["display_name"],
            "game_id": channel["game_id"], "game_name": channel["game_name"], "type": "live", "title": channel["title"],
            "viewer_count": stream["viewers"], "started_at": stream["started_at"], "language": "en",
            "thumbnail_url": preview, "tag_ids": [], "tags": ["English"], "is_mature": False}

    def helix_channels(self, request):
        """/channels."""
        known = [id for id in request.query.getall("broadcaster_id", []) if id in self.users]
        return self.reply(200, {"data": [self._channel(id) for id in known]})

    def _channel(self, broadcaster):
        user, channel = self.users[broadcaster], self.channels[broadcaster]
        return {
            "broadcaster_id": broadcaster, "broadcaster_login": user["login"], "broadcaster_name": user["display_name"],
            "broadcaster_language": "en", "game_id": channel["game_id"], "game_name": channel["game_name"],
            "title": channel["title"], "delay": 0, "tags": [], "content_classification_labels": [],
            "is_branded_content": False}

    def helix_authorizations(self, request):
        """/authorization/users."""
        known = [id for id in request.query.getall("user_id", []) if id in self.users and self.grants[id]]
        return self.reply(200, {"data": [
            {"user_id": id, "user_name": self.users[id]["display_name"], "user_login": self.users[id]["login"],
             "scopes": sorted(self.grants[id])} for id in known]})

    def helix_emotes(self, request):
        """/chat/emotes/global, of which there are none."""
        template = "https://static-cdn.jtvnw.net/emoticons/v2/{{id}}/{{format}}/{{theme_mode}}/{{scale}}"
        return self.reply(200, {"data": [], "template": template})

    def helix_nothing(self, request):
        """A list without anything in it."""
        return self.reply(200, {"data": []})

    def helix_unknown(self, request):
        """An endpoint that there is not."""
        return self.error(404, "not found")

    def _bucket(self, token, is_send):
        key = (token.client_id, token.user_id, is_send)
        if key not in self.buckets:
            self.buckets[key] = Bucket(4000 if is_send else self.budget)
        return self.buckets[key]
