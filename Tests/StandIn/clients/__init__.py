"""Strict WebSocket clients, written from docs/protocol.md only, and what they say about what they got."""
