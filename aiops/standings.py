"""`aiops incidents --autonomy`: how far each issue class may go in each environment, where that ever changed."""

import json

from aiops.account import asking, client
from aiops.names import PATTERNS_TABLE
from aiops.policy import load
from aiops.screen import show_table
from tasks.domain.earning import Standing, level, why
from tasks.domain.payload import load as load_payload
from tasks.domain.text import inert
from tasks.store.items import decode, encode

COLUMNS = ("issue", "environment", "level", "successes since", "because")


def show(*, as_json: bool) -> None:
    """By policy.yaml's ceilings. Where nothing has counted yet, an issue class is where the policy lets it start."""
    policy, dynamo, rows = load(None), client("dynamodb"), list[tuple[str, ...]]()
    with asking():
        pages = dynamo.get_paginator("scan").paginate(
            TableName=PATTERNS_TABLE,
            FilterExpression="begins_with(pattern_id, :level)",
            ExpressionAttributeValues=encode({":level": "LEVEL#"}),
        )
        found = [decode(item) for page in pages for item in page["Items"]]
    for item in sorted(found, key=lambda one: (one["issue"], one["environment"])):
        standing, answer = load_payload(Standing, item), policy.recover.get(item["issue"])
        now = level(standing, answer, policy.earning) if answer and policy.earning else "as the policy says"
        if as_json:
            told = {name: item[name] for name in ("issue", "environment", "run", "history")}
            print(json.dumps({**told, "level": now}))
        rows.append((item["issue"], inert(item["environment"]), now, str(standing.run), inert(why(standing)) or "-"))
    if as_json:
        return
    show_table(rows, columns=COLUMNS)
    if not rows:
        print("Nothing has been earned or lost yet: the policy's own levels hold.")
