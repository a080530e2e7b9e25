"""What the bureau publishes: curated entries, tables, routing and calendar, and how a question finds them.

Floor 0: imports nothing of ours; no database, no network, no clock.
"""

import os

# Before numpy is loaded: its threads wait for each other by spinning, and with matrices as small as ours several
# take up to six times as long as one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
