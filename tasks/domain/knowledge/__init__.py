"""What the agent knows of each service, one file each, all of them found by being here:

ARNS       CloudFormation type name -> ARN template with {partition}, {region}, {account} and {id}
FAULTS     the events that may tell of trouble
CREATIONS  the events after which a good state is to be remembered: a resource appears, or is opted in by its tag
RULES      what those events mean; the first that holds decides
"""

from importlib import import_module
from pkgutil import iter_modules

from tasks.domain.kinds import Kind, Rule

_SERVICES = [import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__)]

ARNS: dict[str, str] = {name: arn for one in _SERVICES for name, arn in one.ARNS.items()}
FAULTS: tuple[Kind, ...] = tuple(kind for one in _SERVICES for kind in one.FAULTS)
CREATIONS: tuple[Kind, ...] = tuple(kind for one in _SERVICES for kind in one.CREATIONS)
RULES: tuple[Rule, ...] = tuple(rule for one in _SERVICES for rule in one.RULES)
