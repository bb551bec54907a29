"""What the sweep makes of a managed resource."""

import json
from typing import Any

import pytest
from managed import resource
from published import ACCOUNT, Json, actors, call

from tasks.domain.errors import Malformed
from tasks.domain.incident import understand
from tasks.domain.knowledge.s3 import BUCKET
from tasks.domain.policy import Policy
from tasks.domain.sweep import Finding, accepted, compare, drift, fingerprint

ROLE = f"arn:aws:iam::{ACCOUNT}:role/aiops-recovery"
POLICY = Policy({}, ("cloudformation.amazonaws.com",), (), (), 60, (), ())
GOOD = {"state": {"policy": None}, "taken_at": "2026-03-01T12:00:00.000Z"}
SAME, OTHER = {"policy": None}, {"policy": "{}"}
DIFFERENCE = ("s3_bucket_policy_public", "policy lets everybody in: A")
HARM = call("PutBucketPolicy")["detail"]
HARMLESS = call("PutBucketPolicy", {"requestParameters.bucketPolicy": {"Statement": []}})["detail"]
REFUSED = {**HARM, "errorCode": "AccessDenied"}
MEANT = {**HARM, "userIdentity": actors()["AssumedRole invokedBy cloudformation"]}
OURS = {**HARM, "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": ROLE}}}}

# last snapshot, state now, difference, changes since, stands long enough: what to do
TABLE: list[tuple[Any, Json, Any, list[Json] | None, bool, str]] = [
    (None, SAME, None, [], False, "REMEMBER"),
    (GOOD, SAME, None, [], True, "KEEP"),
    (GOOD, SAME, DIFFERENCE, [HARM], True, "KEEP"),
    (GOOD, OTHER, None, [], True, "REMEMBER"),
    (GOOD, OTHER, DIFFERENCE, [HARMLESS], True, "REMEMBER"),
    (GOOD, OTHER, DIFFERENCE, [MEANT], True, "REMEMBER"),
    (GOOD, OTHER, DIFFERENCE, [MEANT, OURS], True, "REMEMBER"),
    (GOOD, OTHER, DIFFERENCE, [MEANT, REFUSED], False, "REMEMBER"),
    (GOOD, OTHER, DIFFERENCE, [], False, "WATCH"),
    (GOOD, OTHER, DIFFERENCE, [HARM], False, "WATCH"),
    (GOOD, OTHER, DIFFERENCE, None, False, "WATCH"),
    (GOOD, OTHER, DIFFERENCE, None, True, "WATCH"),
    (GOOD, OTHER, DIFFERENCE, [], True, "REPORT"),
    (GOOD, OTHER, DIFFERENCE, [HARM], True, "REPORT"),
    (GOOD, OTHER, DIFFERENCE, [MEANT, HARM], True, "REPORT"),
    (GOOD, OTHER, DIFFERENCE, [HARM, MEANT], True, "REPORT"),
    (GOOD, OTHER, DIFFERENCE, [OURS], True, "REPORT"),
    (GOOD, OTHER, DIFFERENCE, [REFUSED], True, "REPORT"),
]


@pytest.mark.parametrize(("good", "now", "difference", "changes", "patient", "action"), TABLE)
def test_what_nobody_explains_is_watched_then_reported_and_never_remembered(
    good: Any, now: Json, difference: Any, changes: list[Json] | None, patient: bool, action: str
) -> None:
    finding = compare(good, now, difference, changes=changes, patient=patient, policy=POLICY, recovery_role=ROLE)
    assert finding.action == action
    assert finding.why
    assert (finding.issue, finding.digest) == (
        (DIFFERENCE[0], fingerprint(GOOD, now)) if action in ("WATCH", "REPORT") else ("", "")
    )


@pytest.mark.parametrize(
    ("record", "is_fine"), [(HARM, False), (HARMLESS, True), (REFUSED, True), (MEANT, True), (OURS, True)]
)
def test_a_change_is_accepted_when_it_was_meant_harmless_or_refused(record: Json, is_fine: bool) -> None:
    assert accepted(record, POLICY, recovery_role=ROLE) == is_fine


def test_a_record_that_cannot_be_read_is_malformed() -> None:
    with pytest.raises(Malformed):
        accepted({}, POLICY, recovery_role=ROLE)


def test_one_difference_from_one_snapshot_has_one_name() -> None:
    later = {**GOOD, "taken_at": "2026-03-01T12:15:00.000Z"}
    names = [fingerprint(GOOD, OTHER), fingerprint(GOOD, SAME), fingerprint(later, OTHER)]
    assert len(set(names)) == 3
    assert fingerprint(dict(GOOD), dict(OTHER)) == names[0]


def test_a_drift_starts_an_incident_of_its_resource_and_issue() -> None:
    bucket = resource(BUCKET, "abc")
    entry = drift(bucket, Finding("REPORT", "why", DIFFERENCE[0], "d1"), since="", facts={})
    assert (entry["Source"], entry["DetailType"], entry["Resources"]) == ("aiops", "Drift", [bucket.arn])
    incident = understand(delivered(entry, event_id="1"))
    assert [(one.type, one.id) for one in incident.resources] == [(BUCKET, "abc")]
    assert incident.facts["issue"] == DIFFERENCE[0]


def test_the_same_drift_reported_again_is_the_same_incident() -> None:
    entries = [
        drift(resource(BUCKET, "abc"), Finding("REPORT", "why", "i", digest), since="", facts={}) for digest in "aab"
    ]
    first, again, other = (understand(delivered(one, event_id=str(number))).id for number, one in enumerate(entries))
    assert first == again != other


def delivered(entry: Json, *, event_id: str) -> Json:
    """The event that EventBridge makes of an entry."""
    made = {
        "id": event_id,
        "source": entry["Source"],
        "detail-type": entry["DetailType"],
        "resources": entry["Resources"],
    }
    return {**made, "account": ACCOUNT, "region": "us-east-1", "time": "", "detail": json.loads(entry["Detail"])}
