"""id.twitch.tv: app tokens, refreshing, validation, revocation and the device code flow."""
import string
import time
from urllib.parse import parse_qsl

from aiohttp import web

from .identifiers import token_text

CLIENT_ID = "qaclient0123456789abcdefghijk0"
CLIENT_SECRET = "qasecret0123456789abcdefghijk0"


class Token:
    """An access token of the app or of a user."""

    def __init__(self, kind, access, client_id, expires_in, user_id=None, scopes=(), refresh=None):
        self.kind, self.access, self.client_id, self.user_id = kind, access, client_id, user_id
        self.scopes, self.refresh = list(scopes), refresh
        self.expires_at = time.monotonic() + expires_in

    @property
    def valid(self):
        """Whether it may still be used."""
        return time.monotonic() < self.expires_at


class OAuth:
    """The endpoints below /oauth2."""

    async def oauth(self, request, method, path, body):
        """Answers one request."""
        form = dict(parse_qsl(body.decode("latin1"), keep_blank_values=True)) if body else {}
        for name, value in request.query.items():
            form.setdefault(name, value)
        if path == "/validate" and method == "GET":
            return self._validate(request.headers.get("Authorization", ""))
        client_id = form.get("client_id")
        if path == "/revoke":
            return self._revoke_token(client_id, form)
        if client_id not in self.client_secrets:
            return self.oauth_error(400, "invalid client")
        if path == "/device":
            return self._device(form)
        if path != "/token":
            return self.oauth_error(404, "not found")
        grants = {
            "client_credentials": self._app_token, "refresh_token": self._refresh,
            "urn:ietf:params:oauth:grant-type:device_code": self._device_token}
        grant = grants.get(form.get("grant_type"))
        return grant(client_id, form) if grant else self.oauth_error(400, "invalid grant type")

    def oauth_error(self, status, message):
        """An error in the shape that OAuth's endpoints have."""
        return self.reply(status, {"status": status, "message": message})

    def _validate(self, authorization):
        if not authorization:
            return self.oauth_error(401, "missing authorization token")
        token = self.tokens.get(authorization.split(" ", 1)[-1])
        if token is None or not token.valid:
            return self.oauth_error(401, "invalid access token")
        left = int(token.expires_at - time.monotonic())
        if token.kind == "app":
            return self.reply(200, {"client_id": token.client_id, "scopes": None, "expires_in": left})
        return self.reply(200, {
            "client_id": token.client_id, "login": self.users[token.user_id]["login"], "scopes": token.scopes or None,
            "user_id": token.user_id, "expires_in": left})

    def _revoke_token(self, client_id, form):
        if client_id not in self.client_secrets:
            return self.oauth_error(404, "client does not exist")
        if "token" not in form:
            return self.oauth_error(400, "missing oauth token")
        token = self.tokens.pop(form["token"], None)
        if token is None:
            return self.oauth_error(400, "Invalid token")
        self.note(f"revoked a token of {token.user_id}")
        return web.Response(status=200)

    def _device(self, form):
        device_code = token_text(40, string.ascii_letters + string.digits)
        user_code = token_text(8, string.ascii_uppercase)
        scopes = (form.get("scopes") or form.get("scope") or "").split()
        self.devices[device_code] = {"user_code": user_code, "scopes": scopes, "user_id": None, "used": False}
        return self.reply(200, {
            "device_code": device_code, "expires_in": 1800, "interval": 1, "user_code": user_code,
            "verification_uri": f"https://www.twitch.tv/activate?public=true&device-code={user_code}"})

    def _app_token(self, client_id, form):
        if form.get("client_secret") != self.client_secrets[client_id]:
            return self.oauth_error(403, "invalid client secret")
        self.app_tokens_issued += 1
        token = Token("app", token_text(30), client_id, self.app_expires)
        self.tokens[token.access] = token
        self.note("app token")
        return self.reply(200, {
            "access_token": token.access, "expires_in": self.app_expires, "token_type": "bearer"})

    def _refresh(self, client_id, form):
        if "client_secret" not in form:
            return self.oauth_error(400, "missing client secret")
        if form["client_secret"] != self.client_secrets[client_id]:
            return self.oauth_error(403, "invalid client secret")
        refresh = self.refreshes.get(form.get("refresh_token", ""))
        self.refresh_calls[refresh["user_id"] if refresh else "?"] += 1
        if refresh is None or refresh["dead"] or refresh["user_id"] in self.refresh_refused:
            return self.oauth_error(400, "Invalid refresh token")
        refresh["dead"] = True
        self.note(f"refreshed {refresh['user_id']}")
        return self._user_token(refresh["user_id"], refresh["scopes"])

    def _device_token(self, client_id, form):
        device = self.devices.get(form.get("device_code", ""))
        if device is None or device["used"]:
            return self.oauth_error(400, "invalid device code")
        if device["user_id"] is None:
            return self.oauth_error(400, "authorization_pending")
        device["used"] = True
        return self._user_token(device["user_id"], device["scopes"])

    def _user_token(self, user_id, scopes):
        token = self.make_token(user_id, scopes)
        return self.reply(200, {
            "access_token": token.access, "expires_in": self.user_expires, "refresh_token": token.refresh,
            "scope": token.scopes, "token_type": "bearer"})
