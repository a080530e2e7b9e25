"""Floor 3: what is kept. SQL lives here and nowhere else."""
