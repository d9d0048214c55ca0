"""`python -m evalhub.client`, the same as the command `evalhub`."""

from __future__ import annotations

import sys

from evalhub.client.command.main import main

sys.exit(main())
