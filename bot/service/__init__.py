"""Floor 3: what the desk does: engine, desk, sender, rounds."""
