enum TwitchPlaceholder {}
