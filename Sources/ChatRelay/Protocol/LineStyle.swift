/// How a line is meant: said, or acted (`/me`). The raw value is the message's type on the wire.
enum LineStyle: String {
  case text
  case emote
}
