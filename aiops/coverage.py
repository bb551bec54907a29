"""`aiops coverage`: what the agent itself says of what it could bring back, by the function that looks daily."""

import json

from aiops.account import asking, client
from aiops.errors import Failed
from aiops.names import CHECK_COVERAGE
from aiops.screen import show_table
from tasks.domain.payload import Json
from tasks.domain.text import clean, inert

COLUMNS = ("type", "resource", "autonomy", "restorable", "missing")
# It looks at every managed resource.
PATIENCE_SECONDS = 300


def show(*, as_json: bool) -> None:
    """A line for what the agent itself needs, and for each managed resource."""
    covers = _ask()
    if as_json:
        for one in covers:
            print(json.dumps({**one, ("restorable" if one["arn"] else "ready"): not one["missing"]}))
    else:
        show_table([_row(one) for one in covers], columns=COLUMNS)


def _row(one: Json) -> tuple[str, ...]:
    verdict = "no" if one["missing"] else "yes"
    return (
        one["type"],
        inert(one["name"]),
        one["autonomy"] or "-",
        verdict,
        inert("; ".join(one["missing"]), 600) or "-",
    )


def _ask() -> list[Json]:
    functions = client("lambda", patience=PATIENCE_SECONDS)
    with asking():
        answer = functions.invoke(FunctionName=CHECK_COVERAGE, Payload=json.dumps({"ask": True}))
        said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        error = clean(f"{said.get('errorType')}: {said.get('errorMessage')}", 500)
        raise Failed(f"{CHECK_COVERAGE}: {error}; its log says more")
    return list(said["covers"])
