"""What a person can cause: one clear line on standard error, and an exit status."""

from typer.exceptions import TyperException


class Failed(TyperException):
    """It could not be done: what, where, what to do."""

    exit_code = 1


class BadInput(TyperException):
    """What was given cannot be used; a message of several lines names one fault in each."""

    exit_code = 2
