"""What goes wrong with the engine itself."""


class EngineError(Exception):
    """The engine cannot start, cannot be reached or was given no event; one clear line."""
