"""What the stack calls the things that the command looks for."""

INCIDENTS_TABLE = "aiops-incidents"
CLAIMS_TABLE = "aiops-claims"
PATTERNS_TABLE = "aiops-patterns"
SNAPSHOTS_TABLE = "aiops-snapshots"
KILL_SWITCH = "/aiops/kill-switch"
CHECK_COVERAGE = "aiops-CheckCoverage"
RECOVERY_ROLE = "arn:{partition}:iam::{account}:role/aiops-recovery-{region}"
