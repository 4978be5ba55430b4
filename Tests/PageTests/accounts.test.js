import assert from "node:assert/strict";
import { test } from "node:test";
import { Accounts } from "../../Public/accounts.js";
import { accounts, otherChannel } from "./samples.mjs";

function listed(changes, picked) {
  const list = new Accounts(picked);
  list.update(accounts(changes));
  return list;
}

test("a person writes as who has their name, else as an account that is no channel, else as a channel", () => {
  assert.equal(listed({ 14: { name: "John" } }).sender.id, 14);
  assert.equal(listed().sender.id, 17);
  assert.equal(listed({ 17: null }).sender.id, 14);
  assert.equal(listed({ 14: null, 17: null }).sender.id, 0);
});

test("a channel writes to itself", () => {
  const list = listed({}, 14);
  assert.equal(list.state, "ready");
  assert.deepEqual(list.route, { account_id: 14, cur_stream_account_id: 14 });
});

test("the internal chat needs nothing", () => {
  const list = listed();
  list.pick(0);
  assert.equal(list.state, "ready");
  assert.deepEqual(list.route, { account_id: 0, cur_stream_account_id: 0 });
});

test("any other account waits for its writer", () => {
  const list = listed();
  list.pick(17);
  assert.equal(list.state, "preparing");
  assert.deepEqual(list.route, { account_id: 17, cur_stream_account_id: 14 });
  list.addWriter(list.route);
  assert.equal(list.state, "ready");
});

test("with several live channels one is chosen first", () => {
  const list = listed({ 15: otherChannel });
  list.pick(17);
  assert.equal(list.state, "aimless");
  assert.deepEqual(list.targets.map((account) => account.id), [14, 15]);
  list.aim(15);
  assert.deepEqual(list.route, { account_id: 17, cur_stream_account_id: 15 });
});

test("a channel that is not live is no target while another is", () => {
  const list = listed({ 15: { ...otherChannel, live: false } });
  list.pick(17);
  assert.deepEqual(list.targets.map((account) => account.id), [14]);
});

test("while nobody is live the channels that are listed are targets all the same", () => {
  const list = listed({ 14: { live: false } });
  list.pick(17);
  assert.deepEqual(list.targets.map((account) => account.id), [14]);
});

test("accounts of another network cannot write to Twitch", () => {
  const list = listed({ 17: { network: { name: "elsewhere", displayName: "Elsewhere" } } });
  list.pick(17);
  assert.equal(list.state, "aimless");
});

test("what was picked outlasts a new status", () => {
  const list = listed();
  list.pick(17);
  list.addWriter(list.route);
  list.update(accounts());
  assert.equal(list.sender.id, 17);
  assert.equal(list.state, "ready");
});

test("what was picked comes back when it can be used again", () => {
  const list = listed();
  list.pick(17);
  list.update(accounts({ 14: null, 17: null }));
  assert.equal(list.sender.id, 0);
  list.update(accounts());
  assert.equal(list.sender.id, 17);
});

test("an account that cannot write is not written with", () => {
  assert.equal(listed({ 14: { writable: false, ready: false } }, 14).sender.id, 17);
});

test("a refused writer stays refused until something changes", () => {
  const list = listed({}, 17);
  list.refuseWriter("Link it again.");
  assert.deepEqual([list.state, list.refusal], ["refused", "Link it again."]);
  list.pick(17);
  assert.equal(list.state, "preparing");
});

test("a new connection starts without writers", () => {
  const list = listed({}, 17);
  list.addWriter(list.route);
  list.forgetWriters();
  assert.equal(list.state, "preparing");
});

test("without accounts nobody writes", () => assert.equal(new Accounts().state, "none"));
