"""What a scenario works with: the gateway as a process, the stand-in, the clients, and the checks."""
