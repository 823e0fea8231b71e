"""``python -m dualcore``."""

import os
import sys

# Threads that wait for work must not spin: with anything else running, spinning costs a factor of ten.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from dualcore.cli import main

sys.exit(main())
