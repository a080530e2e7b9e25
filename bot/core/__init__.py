"""Floor 1: words and rules. Pure: no I/O, no clock, no chance."""
