"""Floor 5: what the command line can do, a module each; heavy imports stay inside the command that needs them."""
