"""Where the frozen app starts: the same entry as the command `creditdesk`."""

import multiprocessing
import sys

from creditdesk.__main__ import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
