"""AWS on a laptop: MiniStack in this process, with what AWS does and MiniStack does not added by wrapping it."""

from aiops.engine.endpoint import deliver_to
from aiops.engine.environment import ACCOUNT, REGION
from aiops.engine.errors import EngineError
from aiops.engine.server import Engine

__all__ = ["ACCOUNT", "REGION", "Engine", "EngineError", "deliver_to"]
