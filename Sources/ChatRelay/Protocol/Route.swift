import Storage

/// From which account to which stream account: what makes a writer (`account_id`, `cur_stream_account_id`).
struct Route: Hashable {
  var sender: AccountID
  var target: AccountID
}
