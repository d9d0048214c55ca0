#!/usr/bin/env python3
"""EvalHub's one entry point: `up`, `test`, `checks`, `lock` and every Django command, on nothing but Python."""

import sys

# Words an old Python can read too, so that it says what is wrong.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("EvalHub needs Python 3.11 or newer, and this is Python %s." % sys.version.split()[0])  # noqa: UP031

from evalhub.launch.entry import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
