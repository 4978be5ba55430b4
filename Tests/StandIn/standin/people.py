"""Who is on this Twitch: users, their channels, what they granted, who is live."""
import time
from datetime import datetime, timezone

from .identifiers import token_text
from .oauth import CLIENT_ID, Token

SCOPES = ("user:read:chat", "user:write:chat", "user:bot", "channel:bot")

PICTURES = "https://static-cdn.jtvnw.net/jtv_user_pictures"


class People:
    """The stand-in's users and their tokens."""

    def add_user(self, login, id=None):
        """Adds a user with a channel of their own and returns the user's id."""
        id = id or self._new_user_id()
        while id in self.users:
            id = self._new_user_id()
        self.users[id] = {
            "id": id, "login": login.lower(), "display_name": login, "type": "", "broadcaster_type": "",
            "description": "",
            "profile_image_url": f"{PICTURES}/{id}-profile_image-300x300.png",
            "offline_image_url": "", "view_count": 0, "created_at": "2018-05-02T11:20:30Z"}
        self.user_ids[login.lower()] = id
        self.channels[id] = {
            "title": f"{login}'s show", "game_id": "1469308723", "game_name": "Software and Game Development"}
        return id

    def make_token(self, user_id, scopes=None):
        """Gives the app a user's token, with a refresh token, as if the user had granted the scopes."""
        scopes = SCOPES if scopes is None else scopes
        token = Token("user", token_text(30), CLIENT_ID, self.user_expires, user_id, scopes, token_text(50))
        self.tokens[token.access] = token
        self.refreshes[token.refresh] = {"user_id": user_id, "scopes": list(scopes), "dead": False}
        self.grants[user_id] |= set(scopes)
        return token

    def expire(self, kind):
        """Ends the life of every token of a kind, "app" or "user"."""
        for token in self.tokens.values():
            if token.kind == kind:
                token.expires_at = 0

    def live(self, broadcaster, viewers=10):
        """Begins a broadcaster's stream and tells the subscribers."""
        event = {
            "id": str(self.rng.randrange(10**10, 10**11)), "broadcaster_user_id": broadcaster,
            **self.names_of(broadcaster), "type": "live",
            "started_at": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}
        self.set_live(broadcaster, event["id"], viewers, event["started_at"])
        self.emit("stream.online", broadcaster, event)

    def set_live(self, broadcaster, id, viewers, started_at="2026-11-21T10:00:00Z"):
        """Has a broadcaster be live, without a word to anybody."""
        self.streams[broadcaster] = {"id": id, "viewers": viewers, "started_at": started_at}

    def offline(self, broadcaster):
        """Ends a broadcaster's stream and tells the subscribers."""
        stream = self.streams.pop(broadcaster, None)
        self.emit("stream.offline", broadcaster, {
            "id": stream["id"] if stream else "1", "broadcaster_user_id": broadcaster, **self.names_of(broadcaster)})

    def names_of(self, broadcaster):
        """Returns the two names of a broadcaster as events carry them."""
        user = self.users[broadcaster]
        return {"broadcaster_user_login": user["login"], "broadcaster_user_name": user["display_name"]}

    def now(self):
        """Returns the time by Twitch's clock, which may be wrong, as EventSub writes it."""
        wall = time.time() + self.time_offset
        seconds = datetime.fromtimestamp(int(wall), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        fraction = f"{int((wall % 1) * 1e9):09d}".rstrip("0")
        return seconds + (f".{fraction}" if fraction else "") + "Z"

    def _new_user_id(self):
        return str(self.rng.randrange(10_000_000, 999_999_999))
