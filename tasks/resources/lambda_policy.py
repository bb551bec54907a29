"""A function's resource policy is written statement by statement, with AddPermission's own words."""

from typing import Any

from tasks.domain.errors import NotRecovered
from tasks.domain.payload import Json

# Condition key, in small letters, to AddPermission's parameter.
_CONDITIONS = {
    "aws:sourcearn": "SourceArn",
    "aws:sourceaccount": "SourceAccount",
    "aws:principalorgid": "PrincipalOrgID",
    "lambda:eventsourcetoken": "EventSourceToken",
    "lambda:functionurlauthtype": "FunctionUrlAuthType",
    "lambda:invokedviafunctionurl": "InvokedViaFunctionUrl",
}


def add(client: Any, name: str, statement: Json) -> None:
    """Write one statement, as GetPolicy returned it; NotRecovered rather than without one of its conditions."""
    tests = {key: value for one in statement.get("Condition", {}).values() for key, value in one.items()}
    if other := sorted(key for key in tests if key.lower() not in _CONDITIONS):
        raise NotRecovered(
            f"statement {statement['Sid']} of the policy of {name} has conditions that AddPermission does not know "
            f"({', '.join(other)}): add it by hand"
        )
    conditions = {_CONDITIONS[key.lower()]: value for key, value in tests.items()}
    if "InvokedViaFunctionUrl" in conditions:
        conditions["InvokedViaFunctionUrl"] = str(conditions["InvokedViaFunctionUrl"]).lower() == "true"
    client.add_permission(
        FunctionName=name,
        StatementId=statement["Sid"],
        Action=statement["Action"],
        Principal=_principal(statement["Principal"]),
        **conditions,
    )


def _principal(given: Any) -> str:
    """The policy names a service or an ARN by its kind, AddPermission bare."""
    return str(next(iter(given.values())) if isinstance(given, dict) else given)
