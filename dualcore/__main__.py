"""``python -m dualcore``."""

import sys

from dualcore.cli import main

sys.exit(main())
