"""The web: the parent's chat page, the staff console, and the health addresses. Floor 4."""
