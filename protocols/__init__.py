"""The words: bytes to values and back. Pure, but for aio/."""
