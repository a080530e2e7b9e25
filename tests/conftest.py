"""What holds for every test: the semantic layer is off unless a test turns it on.

The extra is installed where tests run, and would embed the whole content with every desk that a test starts.
"""

import os

os.environ["BOT__MATCHING__SEMANTIC"] = "off"
