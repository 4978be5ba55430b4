enum TwitchSimulatorPlaceholder {}
