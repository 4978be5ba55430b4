"""What a frame of the gateway has to be, by docs/protocol.md."""
import json


def problems(message):
    """Returns what is wrong with a message, in sentences."""
    type = message.get("type")
    if not isinstance(type, str):
        return [f"no type: {json.dumps(message)[:200]}"]
    wrong = RULES[type](message) if type in RULES else []
    return [f"{type}: {what} in {json.dumps(message)[:300]}" for what in wrong]


def _status(message):
    status, accounts = message.get("status"), message.get("accounts")
    if not isinstance(status, dict) or not _all(status, bool, "data_incoming", "data_pushing", "data_pulling"):
        yield "status booleans"
    else:
        if status["data_pulling"]:
            yield "data_pulling must be false"
        if status["data_incoming"] != status["data_pushing"]:
            yield "incoming == pushing"
    if not isinstance(accounts, dict) or "0" not in accounts:
        yield "accounts has 0"
    else:
        for id, account in accounts.items():
            yield from _status_account(id, account)


def _status_account(id, account):
    network = account.get("network")
    if not id.isdigit():
        yield f"key {id}"
    if not isinstance(account.get("name"), str) or not isinstance(network, dict) or not _all(
            network, str, "name", "displayName"):
        yield f"account {id} name/network"
    if not _all(account, bool, "ready", "writable", "live"):
        yield f"account {id} booleans"
    elif id == "0":
        standing = account["ready"] and account["writable"] and not account["live"]
        if network != {"name": "irc", "displayName": "IRC"} or not standing:
            yield "account 0"
        if "http_url" in account:
            yield "http_url on 0"


def _line(message):
    """A text or an emote."""
    author = message.get("from")
    if not _is_int(message.get("account_id")):
        yield "account_id"
    if not _all(message, str, "text", "markdown"):
        yield "text/markdown"
    if not isinstance(author, dict) or not isinstance(author.get("name"), str):
        yield "from"
        return
    yield from _relayed(message)
    if "timestamp" in message and not _is_int(message["timestamp"]):
        yield "timestamp"
    yield from _internal_line(message) if message.get("account_id") == 0 else _twitch_line(message)


def _internal_line(message):
    if message.get("network") != "irc":
        yield "network irc"
    if not _is_int(message["from"].get("id")):
        yield "from.id integer"
    to = message.get("to", {"id": 0, "name": ""})
    if not isinstance(to, dict) or not _is_int(to.get("id")) or not isinstance(to.get("name"), str):
        yield "to"


def _twitch_line(message):
    if message.get("network") != "twitch" or not _is_int(message.get("stream_id")):
        yield "network/stream_id"
    if not isinstance(message["from"].get("id"), str):
        yield "from.id string"
    if not _is_int(message.get("timestamp")):
        yield "timestamp"
    if "\x01" in message.get("text", ""):
        yield "U+0001"
    if not isinstance(message["from"].get("picture", ""), str):
        yield "picture"


def _notice(message):
    if not _is_int(message.get("account_id")) or not _all(message, str, "notice_type", "text"):
        yield "keys"
    yield from _relayed(message)


def _relayed(message):
    """What every message that is kept in the history has."""
    for name in ("id", "cursor"):
        if not isinstance(message.get(name), str) or not message[name]:
            yield name


def _result(message):
    ids = _is_int(message.get("account_id")) and _is_int(message.get("cur_stream_account_id"))
    if not ids or not isinstance(message.get("id"), str) or not isinstance(message.get("is_sent"), bool):
        yield "keys"
    elif message["is_sent"]:
        if not isinstance(message.get("message_id"), str) or not message["message_id"]:
            yield "message_id"
    elif not isinstance(message.get("drop_reason"), dict) or not _all(message["drop_reason"], str, "code", "message"):
        yield "drop_reason"


def _queued(message):
    if not isinstance(message.get("id"), str) or not all(
            _is_int(message.get(name)) for name in ("account_id", "cur_stream_account_id", "queue")):
        yield "keys"


def _writer_result(message):
    if not _is_int(message.get("account_id")) or not _is_int(message.get("cur_stream_account_id")):
        yield "ids"


def _view_count(message):
    if not all(_is_int(message.get(name)) for name in ("viewer_count", "stream_id", "account_id")):
        yield "integers"


def _error(message):
    if not _all(message, str, "code", "message"):
        yield "code/message"


def _delete(message):
    if not _is_int(message.get("account_id")) or not isinstance(message.get("message_id"), str):
        yield "keys"


def _clear(message):
    if not _is_int(message.get("account_id")):
        yield "account_id"
    if not isinstance(message.get("user_id", ""), str):
        yield "user_id"


RULES = {
    "status": _status, "text": _line, "emote": _line, "notice": _notice, "textresult": _result, "emoteresult": _result,
    "queued": _queued, "writerresult": _writer_result, "viewcountresult": _view_count, "error": _error,
    "delete": _delete, "clear": _clear}


def _is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _all(fields, kind, *names):
    return all(isinstance(fields.get(name), kind) for name in names)
