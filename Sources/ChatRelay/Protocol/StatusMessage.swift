import Storage
import Twitch

/// Who can be read and written on a stream right now, for one user.
struct StatusMessage: ServerMessage {
  /// What a user is told about unasked when it changes.
  var standing: Standing
  /// What the channels of stream accounts say about themselves. It may change without anybody being told.
  var titles: [AccountID: ChannelTitle] = [:]

  func write(to json: inout JSONWriter) {
    json.member("type", "status")
    json.member("status") { json in
      json.member("data_incoming", standing.isLive)
      json.member("data_pushing", standing.isLive)
      // This gateway relays chat and no video.
      json.member("data_pulling", false)
    }
    json.member("accounts") { json in
      for entry in standing.entries {
        json.member(entry.id.rawValue) { write(entry, to: &$0) }
      }
    }
    json.member("health") { json in
      json.member("state", standing.problems.state.rawValue)
      json.member("problems", array: standing.problems) { json, problem in
        json.object { write(problem, to: &$0) }
      }
    }
  }

  private func write(_ problem: Health.Problem, to json: inout JSONWriter) {
    json.member("code", problem.key.code.rawValue)
    json.member("message", problem.condition.message)
    json.member("since", problem.since.milliseconds)
    if case .account(let id) = problem.key.subject { json.member("account_id", id.rawValue) }
  }

  private func write(_ entry: Standing.Entry, to json: inout JSONWriter) {
    json.member("name", DisplayName.safe(entry.name))
    json.member("network") { json in
      json.member("name", entry.network.rawValue)
      json.member("displayName", entry.network.displayName)
    }
    json.member("ready", entry.isReady)
    json.member("writable", entry.isWritable)
    json.member("live", entry.isLive)
    guard let url = entry.url else { return }
    json.member("http_url", url)
    json.member("title", ifPresent: titles[entry.id]?.title)
    json.member("category", ifPresent: titles[entry.id]?.category)
  }
}

/// What a channel's page says above the chat.
struct ChannelTitle: Equatable {
  var title: String
  var category: String
}
