"""The only way to change anything: a session of the recovery role, narrowed to the plan."""

from collections.abc import Iterator, Sequence
from typing import Any

from tasks.domain.payload import Incident, Step
from tasks.domain.session import batches
from tasks.resources import Aws, actions
from tasks.runtime.clients import session_clients


def sessions(
    sts: Any, role: str, incident: Incident, steps: Sequence[Step], *, undo: bool
) -> Iterator[tuple[Step, Aws]]:
    """Each step with clients that may do just that, in order; the incident is the source identity in CloudTrail."""
    for policy, served in batches(incident, steps, actions, undo=undo):
        credentials = sts.assume_role(
            RoleArn=role,
            RoleSessionName=f"aiops-{incident.id}",
            SourceIdentity=f"aiops-{incident.id}",
            Policy=policy,
            DurationSeconds=900,
        )["Credentials"]
        aws = session_clients(credentials)
        for step in served:
            yield step, aws
