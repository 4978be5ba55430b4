/// What the demo's chatters say. `{hype}`, `{wave}`, `{love}` are the channel's emotes, `{streamer}` and `{someone}` names.
enum TalkLines {
  static let remarks = [
    "that lighthouse looks so cozy already", "good evening from a very rainy balcony {wave}",
    "the water reflections LUL they are wobbling like jelly", "ok the new palette is gorgeous {love}",
    "this soundtrack is living in my head rent free", "first try?? {hype} {hype}", "SeemsGood",
    "can we talk about how good the font is", "who else is half working half watching Kappa",
    "just got home, what did I miss?", "the seagull is back!! PogChamp", "that seagull has better pathfinding than me",
    "I would pay money for a game that is only the fishing part", "HeyGuys first time catching this live",
    "love the little sound when you save", "naming things: still the hardest part",
    "my cat sat down to watch too, she likes the seagull", "watching this with soup. 10/10 evening",
    "that easing curve is chef's kiss", "the commit message made me laugh LUL", "wait you can pet the crab?",
    "pet the crab {hype}", "we need a crab hat", "cozy stream is cozy {love}",
    "I learned more tonight than in the whole semester", "NotLikeThis the off-by-one is always where you look last",
    "try zooming out once, the whole island is so pretty", "GlitchCat GlitchCat GlitchCat",
    "hello from Lisbon {wave}", "hello from Sapporo, it is morning here VoHiYo", "greetings from the night shift",
    "the fog layer!! how did you do the fog layer", "every stream needs a hydration check, drink some water {streamer}",
    "is the source public somewhere?", "that transition was smooth", "bleedPurple bleedPurple",
    "I am stealing that keyboard shortcut", "the tests are green, I repeat, the tests are green {hype}",
    "what a vibe tonight <3", "tiny waves, huge feelings", "I came for the code and stayed for the crab",
    "that shade of teal should be illegal", "Kappa definitely not a bug, definitely a feature",
    "the little lamp flicker is such a nice touch", "lol the crab walked through the wall", "ship it {hype}",
    "can the boat have a name? I vote Boaty", "you are making this look easy", "ok back to my own deadlines BibleThump",
    "https://example.com/tidal-charts has real tide data by the way", "the parallax really sells it",
    "今日もおつかれさま VoHiYo", "schönen Abend zusammen {wave}", "bonsoir tout le monde :)",
    "that bug had been hiding since last week??", "I refactored something once. never again Kappa",
    "could listen to that rain loop for hours", "one more feature, they said LUL", "🦀🦀🦀", "the vibes are immaculate ✨",
    "shoutout to the mods, you keep it lovely in here", "lurking while I fold laundry {love}",
  ]

  static let actions = [
    "refills the tea", "pets the crab", "waves from the pier {wave}", "is taking notes", "hides behind the lighthouse",
    "hums along with the sea shanty", "counts seagulls", "puts on a tiny sailor hat {hype}",
  ]

  static let cheers = [
    "Cheer100 for the crab fund", "Cheer50 keep going, it looks great", "uni25 have a cookie on me",
    "Cheer500 that fog earned it {hype}", "Cheer1000 happy dev-versary!", "Cheer10 a small splash :)",
  ]

  static let resubs = [
    "another month by the sea {love}", "still my favourite corner of the internet", "has it been that long already?",
    "here for the crab",
  ]

  static let announcements = [
    "Tonight: the fishing minigame, then questions. Be kind to each other!",
    "The map editor poll is open until the end of the stream.",
    "Short break in ten minutes. Stretch, drink, say hi to a pet.",
  ]

  static let spam = [
    "Best viewers and followers, cheap!! come look at my profile", "W A N T  T O  B E  F A M O U S ? ? message me now",
  ]

  /// Short conversations: who speaks (a number for each person), what, and the line that it answers.
  static let dialogues: [[(speaker: Int, text: String, answers: Int?)]] = [
    [
      (0, "what engine is this?", nil),
      (1, "home-made! there was a whole stream about the renderer last month", 0),
      (0, "that is wild, going to look it up {hype}", 1),
    ],
    [
      (0, "does the tide change while you play?", nil), (1, "every six minutes, watch the rocks on the left", 0),
      (2, "I never noticed that and I watched for weeks LUL", 1),
    ],
    [
      (0, "{streamer} did you try turning the shadow offset down?", nil), (1, "oh that could be it", 0),
      (2, "big brain {hype}", 0), (0, "SeemsGood", nil),
    ],
    [
      (0, "{someone} how was your exam?", nil), (1, "passed!! thanks for asking <3", 0),
      (2, "congrats PogChamp", 1), (3, "well deserved {love}", 1),
    ],
    [
      (0, "tabs or spaces", nil), (1, "here we go LUL", 0), (2, "yes", 0), (3, "formatter and peace", 0),
    ],
    [
      (0, "is the crab hostile?", nil), (1, "only if you take its snack", 0), (0, "same", 1),
    ],
    [
      (0, "why does the boat float above the water", nil), (1, "it is a very proud boat", 0),
      (2, "hovercraft DLC confirmed Kappa", 0),
    ],
    [
      (0, "new here, what are we building?", nil),
      (1, "a small game about keeping a lighthouse. welcome! {wave}", 0), (2, "welcome in HeyGuys", 0),
      (0, "thank you, this is lovely", nil),
    ],
    [
      (0, "which keyboard is that? sounds great", nil), (1, "the one with the clicky thunder", 0),
      (2, "my neighbours would file a complaint LUL", 0),
    ],
    [
      (0, "the lamp should turn slower at night imo", nil), (1, "agree, slower and warmer", 0),
      (2, "counterpoint: disco lighthouse", 0), (3, "DISCO LIGHTHOUSE {hype} {hype} {hype}", 2),
    ],
    [
      (0, "anyone know the name of this song?", nil), (1, "third one on the rainy playlist I think", 0),
      (0, "thx {love}", 1),
    ],
    [
      (0, "how long have you been working on it {streamer}?", nil), (1, "since spring I think?", 0),
      (2, "there are dev logs from April, yes", 1),
    ],
  ]
}
