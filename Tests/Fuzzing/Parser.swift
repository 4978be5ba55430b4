/// What reads bytes from outside. Each case has a file of its own that feeds it and says what it promises.
enum Parser: String, CaseIterable {
  case requests
  case frames
  case texts
  case responses
  case serverFrames
  case answers
  case webhooks
  case heads
  case firstHeads
  case settings
  case timestamps
  case cursors
  case segments

  func read(_ bytes: [UInt8]) {
    switch self {
    case .requests: readRequest(bytes)
    case .frames: readFrame(bytes)
    case .texts: readText(bytes)
    case .responses: readResponse(bytes)
    case .serverFrames: readServerFrames(bytes)
    case .answers: readAnswer(bytes)
    case .webhooks: readWebhook(bytes)
    case .heads: readHead(bytes)
    case .firstHeads: readFirstHead(bytes)
    case .settings: readSettings(bytes)
    case .timestamps: readTimestamp(bytes)
    case .cursors: readCursor(bytes)
    case .segments: readSegment(bytes)
    }
  }
}
