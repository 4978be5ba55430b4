import Testing

@testable import ChatRelay

@Suite struct MarkdownTests {
  private func markdown(_ text: String) -> String {
    var markdown = Markdown()
    markdown.append(text)
    return markdown.text
  }

  @Test(arguments: [
    ("yay", "yay"), ("here's a message, \"quoted\"; ok?", "here's a message, \"quoted\"; ok?"),
    ("*bold* _it_ `code`", #"\*bold\* \_it\_ \`code\`"#),
    ("<img src=x onerror=alert(1)>", #"\<img src\=x onerror\=alert\(1\)\>"#),
    ("&lt;b&gt;", #"\&lt;b\&gt;"#), (#"\*"#, #"\\\*"#),
    ("# heading", ##"\# heading"##), ("- item", #"\- item"#), ("1. item", #"1\. item"#), ("1) item", #"1\) item"#),
    ("> quote", #"\> quote"#), ("+ item", #"\+ item"#), ("===", #"\=\=\="#), ("~~~", #"\~\~\~"#),
    ("    code", "code"), ("\tcode", "code"), ("a\nb", "a b"), ("a\u{0}b\u{1}", "a b "), ("a\u{2028}# b", ##"a \# b"##),
    ("\u{2}\u{2}\u{2}\u{2}code", "code"), ("\u{2} \u{85}  code", "code"),
    ("[x](javascript:alert(1))", #"\[x\]\(javascript:alert\(1\)\)"#),
    ("javascript:alert(1)", #"javascript:alert\(1\)"#),
  ])
  func whatMeansSomethingIsEscaped(_ text: String, _ expected: String) {
    #expect(markdown(text) == expected)
  }

  @Test(arguments: [
    ("see https://example.com/a_b", #"see [https://example\.com/a\_b](https://example.com/a\_b)"#),
    ("http://x.y.", #"[http://x\.y](http://x.y)\."#),
    ("(https://x.y/z)", #"\([https://x\.y/z](https://x.y/z)\)"#),
    (
      "https://en.wikipedia.org/wiki/Seal_(animal)",
      #"[https://en\.wikipedia\.org/wiki/Seal\_\(animal\)](https://en.wikipedia.org/wiki/Seal\_\(animal\))"#
    ),
    ("HTTPS://X.Y", #"[HTTPS://X\.Y](HTTPS://X.Y)"#),
    ("見てhttps://a.b/c", #"見て[https://a\.b/c](https://a.b/c)"#), ("link:http://a.b", #"link:[http://a\.b](http://a.b)"#),
    ("![x](https://a.b/c)", #"\!\[x\]\([https://a\.b/c](https://a.b/c)\)"#),
    ("a:b http:/x https://a.b", #"a:b http:/x [https://a\.b](https://a.b)"#),
    ("e\u{301}http://a.b", #"e\u{301}[http://a\.b](http://a.b)"#.replacing(#"\u{301}"#, with: "\u{301}")),
    ("1http://a.b", #"1http://a\.b"#),
    ("https://", "https://"), ("http:// x", "http:// x"), ("xhttps://a.b", #"xhttps://a\.b"#),
    ("ftp://a.b", #"ftp://a\.b"#),
    ("https://a/?b=1&copy;=2", #"[https://a/?b\=1\&copy;\=2](https://a/?b=1\&copy;=2)"#),
    ("https://a/\"onload=x", #"[https://a/"onload\=x](https://a/%22onload=x)"#),
    ("https://a/<b>", #"[https://a/\<b](https://a/%3Cb)\>"#),
    ("https://é.x", #"[https://é\.x](https://%C3%A9.x)"#),
    (#"https://a/\"#, #"[https://a/\\](https://a/%5C)"#),
  ])
  func webAddressesBecomeLinksAndNothingElse(_ text: String, _ expected: String) {
    #expect(markdown(text) == expected)
  }

  @Test func anEmoteIsAnImageNamedLikeIt() {
    var markdown = Markdown()
    markdown.append("hi! ")
    markdown.appendImage(named: ":)](x", url: "https://cdn/1")
    #expect(markdown.text == #"hi\! ![:\)\]\(x](https://cdn/1)"#)
  }
}
