enum ChatRelayPlaceholder {}
