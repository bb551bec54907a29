"""What RDS itself tells of a database."""

import pytest
from published import sample

from tasks.domain.events import fault_pattern, matches
from tasks.domain.incident import understand
from tasks.domain.payload import SEVERITIES
from tasks.domain.rds_events import TOLD
from tasks.domain.rules import judge

EVENT = "rds_db_instance_event"
CASES = [
    ("RDS-EVENT-0007", "FAILURE", "rds_storage_full"),
    ("RDS-EVENT-0221", "FAILURE", "rds_storage_full"),
    ("RDS-EVENT-0089", "ANOMALY", "rds_storage_low"),
    ("RDS-EVENT-0035", "FAILURE", "rds_instance_failed"),
    ("RDS-EVENT-0045", "FAILURE", "rds_replication_stopped"),
    ("RDS-EVENT-0013", "ANOMALY", "rds_failover"),
    ("RDS-EVENT-0006", "ANOMALY", "rds_restarted"),
]
# Completed failovers, recoveries and changes; a start; backups.
ROUTINE = ["0049", "0015", "0051", "0021", "0017", "0088", "0001", "0002", "0420"]


@pytest.mark.parametrize(("name", "classification", "issue"), CASES)
def test_trouble_is_delivered_and_told_with_what_to_do(name: str, classification: str, issue: str) -> None:
    event = sample(EVENT, {"detail.EventID": name})
    verdict = judge(understand(event))
    assert (verdict.classification, verdict.issue) == (classification, issue)
    assert matches(fault_pattern("aws.rds"), event)


@pytest.mark.parametrize("number", ROUTINE)
def test_routine_is_normal_and_starts_nothing(number: str) -> None:
    event = sample(EVENT, {"detail.EventID": f"RDS-EVENT-{number}"})
    assert judge(understand(event)).classification == "NORMAL"
    assert not matches(fault_pattern("aws.rds"), event)


def test_an_event_means_one_thing() -> None:
    ids = [name for told in TOLD for name in told.ids]
    assert len(ids) == len(set(ids))
    assert {told.severity for told in TOLD} <= set(SEVERITIES)
