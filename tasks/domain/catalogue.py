"""All that the agent knows of the services, put together from the files of knowledge/."""

from importlib import import_module
from pkgutil import iter_modules

from tasks.domain import knowledge
from tasks.domain.kinds import Kind, Rule

_SERVICES = [import_module(f"{knowledge.__name__}.{one.name}") for one in iter_modules(knowledge.__path__)]

ARNS: dict[str, str] = {name: arn for one in _SERVICES for name, arn in one.ARNS.items()}
TYPES = tuple(ARNS)
FAULTS: tuple[Kind, ...] = tuple(kind for one in _SERVICES for kind in one.FAULTS)
CREATIONS: tuple[Kind, ...] = tuple(kind for one in _SERVICES for kind in one.CREATIONS)
RULES: tuple[Rule, ...] = tuple(rule for one in _SERVICES for rule in one.RULES)
