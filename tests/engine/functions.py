"""Functions on the engine."""

import io
import zipfile

from aiops.engine import Engine
from engine.identities import ROLE

EXAMPLE = """
class NotYet(Exception):
    pass

def handler(event, context):
    if event.get("fail"):
        raise NotYet("two lines:\\nNotThis: second")
    return {"got": event}
"""


def make_function(engine: Engine, name: str, source: str) -> None:
    """A function with this source, which may do everything, once it is active."""
    with zipfile.ZipFile(package := io.BytesIO(), "w") as archive:
        archive.writestr("index.py", source)
    lambdas = engine.client("lambda")
    lambdas.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Handler="index.handler",
        Role=ROLE,
        Code={"ZipFile": package.getvalue()},
    )
    lambdas.get_waiter("function_active_v2").wait(FunctionName=name)
