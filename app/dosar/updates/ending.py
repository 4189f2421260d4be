"""After a good day an update is over: the version before goes, and then the data of before."""

from datetime import datetime
from pathlib import Path

from dosar.updates.data.kept import end_keeping
from dosar.updates.programs.trial import end_trial


def end_update(data: Path, now: datetime) -> bool:
    """End what has lasted for a good day; whether something was removed. ``now`` is UTC.

    On a full disk both stay until a later look: a version before that could still take over, without its data, would
    find those of the new one, which it cannot read.
    """
    try:
        removed = end_trial(now)
    except OSError:
        return False
    return end_keeping(data, now) or bool(removed)
