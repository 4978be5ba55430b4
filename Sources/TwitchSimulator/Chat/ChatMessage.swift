/// A message in one channel's chat with all that its event says.
struct ChatMessage {
  struct Reply {
    let parent: Identifier<Simulator.Message>
    let body: String
    let author: Simulator.User
    let thread: Identifier<Simulator.Message>
    let threadAuthor: Simulator.User
  }

  /// Where it was said, when that was in another channel of a shared chat.
  struct Source {
    let channel: Identifier<Simulator.User>
    let id: Identifier<Simulator.Message>
    let badges: [Simulator.Badge]
  }

  var id: Identifier<Simulator.Message>
  let chatter: Identifier<Simulator.User>
  let text: String
  var isAction = false
  var fragments: [Fragment] = []
  var badges: [Simulator.Badge] = []
  var color = ""
  var type = "text"
  var reply: Reply?
  var rewardID: String?
  var animationID: String?
  var source: Source?
  var isSourceOnly = false
  /// Whether Send Chat Message brought it.
  var isSent = false
  var deleted = false

  var bits: Int {
    fragments.reduce(0) { sum, fragment in
      if case .cheermote(let cheer, _) = fragment { sum + cheer.bits } else { sum }
    }
  }

  /// The text as the event has it: an action is wrapped, as in IRC's CTCP.
  var wrappedText: String { isAction ? "\u{1}ACTION \(text)\u{1}" : text }

  var messageJSON: JSON { ["text": .string(wrappedText), "fragments": .array(fragments.map(\.json))] }

  var heldJSON: JSON { ["text": .string(text), "fragments": .array(fragments.map(\.heldJSON))] }
}

extension Simulator.Badge {
  var json: JSON { ["set_id": .string(setId), "id": .string(id), "info": .string(info)] }
}

extension ChatMessage.Reply {
  var json: JSON {
    [
      "parent_message_id": JSON(parent), "parent_message_body": .string(body), "parent_user_id": JSON(author.id),
      "parent_user_name": JSON(author.displayName), "parent_user_login": JSON(author.login),
      "thread_message_id": JSON(thread), "thread_user_id": JSON(threadAuthor.id),
      "thread_user_name": JSON(threadAuthor.displayName), "thread_user_login": JSON(threadAuthor.login),
    ]
  }
}
