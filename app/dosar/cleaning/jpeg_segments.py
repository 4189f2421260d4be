"""A JPEG inside another file, without what a camera wrote beside the picture; not decoded, so not changed."""

import struct

START, SCAN = 0xD8, 0xDA
ADOBE, COMMENT = 0xEE, 0xFE
APPLICATION_SEGMENTS = range(0xE1, 0xF0)


def strip_jpeg_metadata(content: bytes) -> bytes:
    """The same picture without place, device, thumbnail and comments. What is no JPEG comes back as it is.

    The segment of Adobe stays: it says how the colours are to be read.
    """
    if content[:2] != b"\xff\xd8":
        return content
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == SCAN:
            break
        end = at + 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
        if marker == ADOBE or (marker not in APPLICATION_SEGMENTS and marker != COMMENT):
            kept.append(content[at:end])
        at = end
    return b"".join([*kept, content[at:]])
