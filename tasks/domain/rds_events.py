"""What RDS itself tells of a database (docs.aws.amazon.com/AmazonRDS, "Amazon RDS event categories and messages").

Its other events are routine: backups, completed changes, completed failovers.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """Events that mean the same, by their ids; `what` says what happened and what a person can do."""

    issue: str
    classification: str
    severity: str
    ids: tuple[str, ...]
    what: str


def _told(issue: str, classification: str, severity: str, numbers: str, what: str) -> Told:
    return Told(issue, classification, severity, tuple(f"RDS-EVENT-{number}" for number in numbers.split()), what)


TOLD = (
    _told("rds_storage_full", "FAILURE", "critical", "0007 0221", "its storage is full: allocate more"),
    _told("rds_storage_low", "ANOMALY", "high", "0089 0222 0330 0331", "its storage is nearly full: allocate more"),
    _told(
        "rds_storage_stuck",
        "ANOMALY",
        "high",
        "0223 0224 0254",
        "its storage cannot grow by itself: raise its maximum, or the account's quota",
    ),
    _told("rds_instance_failed", "FAILURE", "critical", "0031", "it failed: restore it to a point in time"),
    _told(
        "rds_instance_failed",
        "FAILURE",
        "critical",
        "0022 0035",
        "it cannot start: its parameters may not fit, put the former ones back and reboot it",
    ),
    _told(
        "rds_instance_failed", "FAILURE", "critical", "0036 0315", "its network does not fit: look at its subnet group"
    ),
    _told(
        "rds_instance_failed", "FAILURE", "critical", "0418 0419", "its encryption key cannot be used: enable the key"
    ),
    _told(
        "rds_replication_stopped",
        "FAILURE",
        "high",
        "0045 0057",
        "its replication stopped: what it serves is getting old",
    ),
    _told("rds_memory_low", "ANOMALY", "high", "0403 0404", "it is critically low on memory, RDS shrank its buffers"),
    _told("rds_burst_low", "ANOMALY", "medium", "0189", "its disk's burst credits are nearly used up"),
    _told("rds_failover", "ANOMALY", "medium", "0013", "it fails over to its standby"),
    _told("rds_recovery", "ANOMALY", "medium", "0020", "RDS recovers it after a failure"),
    _told("rds_restarted", "ANOMALY", "low", "0006", "it was restarted, or restarted itself"),
)
