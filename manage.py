#!/usr/bin/env python3
"""EvalHub's one entry point: `up`, `test`, `checks`, `lock` and every Django command, on nothing but Python."""

import sys

if sys.version_info < (3, 11):
    sys.exit("EvalHub needs Python 3.11 or newer, and this is Python %d.%d." % sys.version_info[:2])

from evalhub.launch.entry import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
