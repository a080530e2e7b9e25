"""Floor 4: the edges. A channel turns what arrives into an Incoming, and sends what the outbox owes."""
