"""What goes wrong while starting, said as a sentence for the person at the terminal."""

import signal


class LaunchError(Exception):
    """A reason not to start; its text says what happened and what to do next."""


class StopRequested(BaseException):
    """Somebody asked to stop (Ctrl-C, SIGTERM, SIGHUP); not an error, so no `except Exception` swallows it."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number)
        self.signal = number
