"""What every application that answers knows of a request that failed."""

REFUSED_KEY = "dosar.refused"
"""Where a request that the server refused by itself says with which status."""


def place_in_code(error: Exception) -> str:
    """File and line where it was raised."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
