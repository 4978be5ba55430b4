/** The account that everybody has: their own name on the internal chat. */
export const internal = 0;

/**
 * The accounts that the last `status` listed, which one the person writes as, and where to.
 *
 * What was picked stays picked for as long as it can be used, whatever else a new `status` says, and comes back when
 * it can be used again.
 */
export class Accounts {
  all = [];
  #picked;
  #aims = new Map();
  #writers = new Set();
  #refusals = new Map();

  /** `picked` is the account that the person wrote as last time, if any. */
  constructor(picked = null) {
    this.#picked = picked;
  }

  /** Takes over the `accounts` of a `status`. */
  update(accounts) {
    this.all = Object.entries(accounts).map(([id, account]) => ({
      id: Number(id),
      name: account.name,
      network: account.network,
      isReady: account.ready,
      isWritable: account.writable,
      isLive: account.live,
      isChannel: "http_url" in account,
      url: account.http_url ?? null,
      title: account.title ?? null,
      category: account.category ?? null,
    }));
    this.all.sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
    this.#refusals.clear();
  }

  get(id) {
    return this.all.find((account) => account.id === id);
  }

  get channels() {
    return this.all.filter((account) => account.isChannel);
  }

  get isLive() {
    return this.channels.some((account) => account.isLive);
  }

  /**
   * The account that lines are written with now: the one that was picked, else one that is the person's own for all
   * one can tell.
   *
   * Who may write on a stream may also write as its channels, and nobody should speak as somebody else without having
   * picked it.
   */
  get sender() {
    const wanted = this.get(this.#picked);
    if (wanted?.isWritable) return wanted;
    const name = this.get(internal)?.name.toLowerCase();
    const usable = this.all.filter((account) => account.isWritable && account.id !== internal);
    return usable.find((account) => account.name.toLowerCase() === name)
      ?? usable.find((account) => !account.isChannel)
      ?? usable[0]
      ?? this.all.find((account) => account.isWritable);
  }

  /** The stream accounts that `sender` can write to; empty for those that write to their own chat. */
  get targets() {
    const sender = this.sender;
    if (!sender || sender.id === internal || sender.isReady) return [];
    const reachable = this.channels.filter((account) => account.network.name === sender.network.name);
    const live = reachable.filter((account) => account.isLive);
    return live.length > 0 ? live : reachable;
  }

  /** The stream account that lines go to: the sender itself where that is ready. */
  get target() {
    const { sender, targets } = this;
    if (!sender || sender.id === internal || sender.isReady) return sender;
    const chosen = targets.find((account) => account.id === this.#aims.get(sender.id));
    return chosen ?? (targets.length === 1 ? targets[0] : undefined);
  }

  /**
   * How far writing is: `none` (no account), `aimless` (several channels to choose from, or none), `refused`,
   * `preparing` (its writer is being made), `ready`.
   */
  get state() {
    const { sender, target } = this;
    if (!sender) return "none";
    if (!target) return "aimless";
    if (sender.id === internal || sender.isReady || this.#writers.has(this.#pair)) return "ready";
    return this.#refusals.has(this.#pair) ? "refused" : "preparing";
  }

  /** Why the writer was refused. */
  get refusal() {
    return this.#refusals.get(this.#pair);
  }

  /** The keys that name sender and target in requests. */
  get route() {
    return { account_id: this.sender?.id, cur_stream_account_id: this.target?.id };
  }

  pick(id) {
    this.#picked = id;
    this.#refusals.clear();
  }

  aim(id) {
    this.#aims.set(this.sender.id, id);
    this.#refusals.clear();
  }

  /** A writer is ready, of this person's pages or of another. */
  addWriter({ account_id: sender, cur_stream_account_id: target }) {
    this.#writers.add(pair(sender, target));
  }

  refuseWriter(reason) {
    this.#refusals.set(this.#pair, reason);
  }

  /** A new connection: what the gateway still has of our writers is not known. */
  forgetWriters() {
    this.#writers.clear();
    this.#refusals.clear();
  }

  get #pair() {
    return pair(this.sender?.id, this.target?.id);
  }
}

function pair(sender, target) {
  return `${sender}→${target}`;
}

/** Live channels first, then other channels, the person's other accounts, and the internal chat. */
function rank(account) {
  if (account.id === internal) return 3;
  if (!account.isChannel) return 2;
  return account.isLive ? 0 : 1;
}
