"""Fingerprints of what may be secret."""

import hashlib

# Dear to guess with, cheap to make: a few milliseconds.
ROUNDS = 10_000


def digest(data: bytes, salt: str) -> str:
    """64 hex digits that tell equal data of one owner, and do not let anybody look a short secret up."""
    return hashlib.pbkdf2_hmac("sha256", data, salt.encode(), ROUNDS).hex()
