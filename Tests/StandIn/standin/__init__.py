"""A second Twitch, written from the facts about Twitch and the samples only."""
