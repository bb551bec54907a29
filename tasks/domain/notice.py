"""What is sent to people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """`subject` at most 100 characters of ASCII, as SNS wants it."""

    subject: str
    body: str
