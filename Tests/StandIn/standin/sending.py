"""POST /chat/messages: who may send, Twitch's limits, and the line's way back."""
import asyncio
import re
import time
import uuid
from typing import NamedTuple

INVALID = "The request's input was not valid. Please see the endpoint's documentation for possible reasons."


class Send(NamedTuple):
    """One line that Twitch took in: "ok", or why it was dropped."""

    at: float
    sender: str
    broadcaster: str
    text: str
    outcome: str


class Sending:
    """Takes lines in, and judges whether they keep Twitch's rules."""

    def sent(self):
        """Returns the lines that were not dropped."""
        return [send for send in self.sends if send.outcome == "ok"]

    async def helix_send(self, request):
        """/chat/messages."""
        broadcaster, sender = request.json.get("broadcaster_id"), request.json.get("sender_id")
        text = request.json.get("message")
        known = broadcaster in self.users and sender in self.users
        if request.method != "POST" or not known or not isinstance(text, str) or not text:
            return self.error(400, INVALID)
        if problem := self._sender_problem(request, sender, broadcaster):
            return self.error(*problem)
        if len(text) > 500:
            self.violations.append("text over 500 characters sent to Twitch")
            return self.error(400, INVALID)
        drop = self.drop_next.pop(0) if self.drop_next else None
        if (broadcaster, sender) in self.banned:
            return self.error(403, "The sender is not permitted to send chat messages to the broadcaster's chat room.")
        if self.enforce_limits and not drop:
            drop = self._limit_broken(sender, broadcaster, text)
        if not drop and _is_bare_command(text):
            drop = "msg_rejected"
        self.sends.append(Send(time.monotonic(), sender, broadcaster, text, drop or "ok"))
        if drop:
            reason = {"code": drop, "message": f"dropped: {drop}"}
            return self.reply(200, {"data": [{"message_id": "", "is_sent": False, "drop_reason": reason}]})
        id = str(uuid.uuid4())
        self._show(id, sender, broadcaster, text, request.json.get("reply_parent_message_id"))
        if self.hold_answers is not None:
            await self.hold_answers.wait()
        return self.reply(200, {"data": [{"message_id": id, "is_sent": True, "drop_reason": None}]})

    def _sender_problem(self, request, sender, broadcaster):
        """Why the token does not let this sender write here, as an error's status and message."""
        token = request.token
        if token.kind == "user":
            if token.user_id != sender:
                self.violations.append(f"WRONG ACCOUNT: token of {token.user_id} sends as {sender}")
                return 401, "The ID in sender_id must match the user ID in the access token."
            if "user:write:chat" not in token.scopes:
                return 401, "Missing scope: user:write:chat"
            if request.json.get("for_source_only") is not None:
                return 400, "for_source_only cannot be used with a user token"
            return None
        if not {"user:write:chat", "user:bot"} <= self.grants[sender]:
            return 401, "The sender must have authorized the app with the user:write:chat and user:bot scopes."
        if "channel:bot" not in self.grants[broadcaster] and not self.may_moderate(sender, broadcaster):
            return 401, ("The broadcaster must have authorized the app with the channel:bot scope, "
                         "or the sender must be a moderator.")
        return None

    def _limit_broken(self, sender, broadcaster, text):
        """The drop reason's code of a line that breaks a limit, which is a violation, or repeats another."""
        now = time.monotonic()
        recent = [send for send in self.sent() if send.sender == sender and now - send.at < 30]
        here = [send for send in recent if send.broadcaster == broadcaster]
        privileged = self.may_moderate(sender, broadcaster)
        if len(recent) >= (100 if privileged else 20):
            kind = "privileged" if privileged else "ordinary"
            self._mute(sender, f"{len(recent) + 1} in 30 s by {sender} ({kind})")
        if privileged:
            return None
        if any(now - send.at < 0.999 for send in here):
            self._mute(sender, f"2 within 1 s by {sender} in {broadcaster}")
        if any(send.text == text for send in here):
            return "msg_duplicate"
        return "msg_ratelimit" if self.muted_until.get(sender, 0) > now else None

    def _mute(self, sender, why):
        self.violations.append(f"send limit broken: {why}")
        self.muted_until[sender] = time.monotonic() + 3600

    def _show(self, id, sender, broadcaster, text, parent):
        """Brings the line back to the channel: at once, a little later, or never, as echo_delay says."""
        fields = {}
        if parent:
            fields["reply"] = {
                "parent_message_id": parent, "parent_message_body": "x", "parent_user_id": "5551001",
                "parent_user_name": "TideWatch", "parent_user_login": "tidewatch", "thread_message_id": parent,
                "thread_user_id": "5551001", "thread_user_name": "TideWatch", "thread_user_login": "tidewatch"}
        action = re.fullmatch(r"[/.]me (.*)", text, re.S)
        if action:
            text = action.group(1)
        elif text[0] in "/.":
            text = text.split(" ", 1)[1]        # a command's word is swallowed; an escaped lead (". .") passes

        def echo():
            self.say(broadcaster, text, sender, id, emote=bool(action), **fields)
        if self.echo_delay is None:
            return
        if self.echo_delay <= 0 or self.rng.random() < 0.3:
            echo()
        else:
            asyncio.get_running_loop().call_later(self.echo_delay, echo)


def _is_bare_command(text):
    return text[0] in "/." and " " not in text
