"""Remembered resources that are gone, or opted out, without an event that told: the sweep's second half."""

from collections.abc import Set
from itertools import islice

from botocore.exceptions import BotoCoreError, ClientError

from tasks.domain.events import swept
from tasks.domain.missing import CLOSE, deletions, facts, known_as, missing
from tasks.domain.moment import iso, seconds
from tasks.domain.payload import Json, Resource
from tasks.domain.sweep import REPORT, WATCH, Finding
from tasks.resources import module
from tasks.runtime.clients import client
from tasks.runtime.drifts import Terms, changes, dealt_with, drift_id, report
from tasks.runtime.observe import logger
from tasks.runtime.policy import policy
from tasks.store import snapshots

# Each asks CloudTrail for a second or two; what is decided is closed, so that the others have their turn.
MOST = 50


def search(terms: Terms, *, seen: Set[str], now: float) -> list[str]:
    """Look for every snapshot whose resource is not among the `seen` ones; returns what refused the look, and why."""
    dynamo, refused = client("dynamodb"), []
    rows = snapshots.every(dynamo, terms.snapshots_table)
    open_ones = (row["resource_arn"] for row in rows if row["resource_arn"] not in seen and "closed" not in row)
    for arn in islice(filter(swept, open_ones), MOST):
        try:
            finding = _look(terms, arn, now)
        except (ClientError, BotoCoreError) as error:  # one that refuses the look, or hangs, must not hide the others
            refused.append(f"{arn}: {error}")
            continue
        logger.info("searched", extra={"resource": arn, "finding": finding.action, "why": finding.why})
    return refused


def _look(terms: Terms, arn: str, now: float) -> Finding:
    dynamo, table = client("dynamodb"), terms.snapshots_table
    row: Json = snapshots.read(dynamo, table, arn) or {}
    resource = Resource(row["resource_type"], row["resource_id"], arn, row["autonomy"])
    records = changes(resource, deletions(resource.type), since=row["taken_at"])
    since = seconds(row.get("unseen_since", "")) or now
    finding = missing(
        row,
        records,
        exists=module(resource.type).snapshot(client, resource.id) is not None,
        dealt_with=dealt_with(terms, arn, known_as(records or [])),
        patient=now - since >= terms.grace,
        policy=policy(),
        recovery_role=terms.recovery_role,
    )
    if finding.action in (WATCH, REPORT) and dealt_with(terms, arn, [drift_id(terms, resource, finding)]):
        finding = Finding(CLOSE, "told already")
    if finding.action == REPORT:
        report(terms, resource, finding, since=row["taken_at"], facts=facts(row, records or []))
    elif finding.action == CLOSE:
        snapshots.close(dynamo, table, arn, at=iso(now))
    return finding
