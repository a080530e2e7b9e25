"""What the bureau publishes: curated entries, tables, routing and calendar, and how a question finds them.

Floor 0: imports nothing of ours; no database, no network, no clock.
"""
