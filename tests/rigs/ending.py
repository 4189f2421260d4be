"""What a rig leaves behind when somebody ends it: nothing."""

import signal
import sys


def clean_up_when_ended() -> None:
    """Let a rig that is ended stop its programs and take its folders away first, as ``with`` does."""
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit("Ended before it was done."))
