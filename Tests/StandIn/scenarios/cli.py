"""The program's commands: what they say in JSON, and what of mistakes."""
import asyncio

from standin.people import SCOPES

from . import scenario


def one_line(status, errors):
    """Whether a command failed with one line that says why."""
    return status == 1 and len(errors.strip().splitlines()) == 1


@scenario(limit=60)
async def cli(rig):
    """shapes of --json, config errors, busy port, wrong secret"""
    gateway = rig.gateway
    rig.twitch.add_user("TideWatch", "5551001")
    alice = await check_adding(rig)
    await check_mistakes(rig)
    await check_settings(rig)
    await gateway.start()
    status, _, errors = await gateway.try_command("serve", timeout=20)
    rig.ok("busy port: one clear line, status 1", one_line(status, errors), (status, errors[-300:]))
    for kind in ("conduit", "shard", "subscription", "account", "stream"):
        listed = await gateway.json(kind, "list")
        rig.ok(f"{kind} list", isinstance(listed, list) and listed, str(listed)[:150])
    reset = await gateway.json("user", "token", "alice", "--reset")
    rig.ok("user token --reset", reset.get("access_token") not in (None, "", alice["access_token"]))
    await check_linking(rig)


async def check_adding(rig):
    """Adds a user, an account and a stream; what was said of the user."""
    user = await rig.add_user("alice")
    rig.ok("user add", set(user) == {"id", "username", "access_token"} and isinstance(user["id"], int), user)
    users = await rig.gateway.json("user", "list")
    rig.ok("user list", isinstance(users, list) and users[0]["username"] == "alice" and "access_token" not in users[0],
           users)
    account = await rig.link_account("alice", "chan0")
    added = account.added
    rig.ok("account add",
           {"id", "name", "network", "network_user_id"} <= set(added) and added["network"] == "twitch"
           and added["network_user_id"] == account.broadcaster, added)
    stream = await rig.gateway.json(
        "stream", "add", "--user", "alice", "--name", "My Chat", "--account", str(account.id))
    rig.ok("stream add", {"id", "name", "slug", "accounts"} <= set(stream) and isinstance(stream["accounts"], list),
           stream)
    return user


async def check_mistakes(rig):
    """A name that is taken, and tokens that are none."""
    status, _, errors = await rig.gateway.try_command("user", "add", "alice", "--json")
    rig.ok("a name twice: status 1, one line", one_line(status, errors), (status, errors))
    status, _, errors = await rig.gateway.try_command(
        "account", "add", "--user", "alice", "--access-token", "x", "--refresh-token", "y", "--json")
    rig.ok("a wrong pair: status 1, one line", one_line(status, errors), (status, errors[-200:]))


async def check_settings(rig):
    """Settings that are right, wrong, and only wrong for Twitch."""
    status, output, errors = await rig.gateway.try_command("check")
    rig.ok("check passes", status == 0, (status, output[-300:], errors[-200:]))
    wrong = {"CHAT_RELAY_PORT": "notaport", "CHAT_RELAY_SHARDS": "-3", "TWITCH_API_URL": "ftp://x"}
    status, output, errors = await rig.gateway.try_command("check", **wrong)
    told = output + errors
    rig.ok("check says every wrong setting at once", status == 1 and all(name in told for name in wrong),
           (status, told[-500:]))
    status, _, errors = await rig.gateway.try_command("serve", timeout=20, TWITCH_CLIENT_SECRET="wrong")
    rig.ok("wrong secret: one clear line, status 1", status == 1 and len(errors.strip().splitlines()) <= 2,
           (status, errors[-300:]))


async def check_linking(rig):
    """Links an account by the device code flow, and removes it."""
    process = await rig.gateway.spawn_command("account", "link", "--user", "alice")
    rig.processes.append(process)
    await rig.until(lambda: rig.twitch.devices, 10)
    device = next(iter(rig.twitch.devices.values()))
    rig.ok("link asks for exactly the scopes", set(device["scopes"]) == set(SCOPES), device["scopes"])
    device["user_id"] = user = rig.twitch.add_user("linked")
    try:
        said = b"".join(await asyncio.wait_for(process.communicate(), 20)).decode()
        told = device["user_code"] in said and "linked" in said
        rig.ok("account link", process.returncode == 0 and told, said[-300:])
    except asyncio.TimeoutError:
        rig.ok("account link", False, "took over 20 s")
    accounts = await rig.gateway.json("account", "list")
    account = next(account for account in accounts if account["network_user_id"] == user)
    await rig.gateway.command("account", "remove", str(account["id"]))
    revoked = rig.twitch.noted(f"revoked a token of {user}")
    rig.ok("account remove revokes the token at Twitch", revoked, revoked)
