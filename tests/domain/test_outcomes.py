"""How an execution ended, from its payload."""

import pytest
from published import Json

from tasks.domain.outcome import CHANGED, SIDE_EFFECTS, outcome

ANALYSIS = {"classification": "FAILURE"}
AHEAD = {"classification": "ANOMALY"}
PLAN = {"autonomy": "auto", "steps": [{}]}
UNTIL_PLAN = {"analysis": ANALYSIS, "plan": PLAN}
APPROVED = {"review": {"decision": "approved", "plan_hash": "right"}}
RESTORED = {"recovery": {"outcome": "RESTORED", "steps": []}}

ENDS: list[tuple[Json, str]] = [
    ({"blocked": {"reason": "DUPLICATE", "why": ""}}, "DUPLICATE"),
    ({"blocked": {"reason": "STORM", "why": ""}, **UNTIL_PLAN}, "STORM"),
    ({"analysis": {"classification": "NORMAL"}}, "NORMAL"),
    ({"analysis": AHEAD, "plan": {"autonomy": "notify", "steps": []}}, "ANOMALY"),
    ({"analysis": AHEAD, "plan": {"autonomy": "notify", "steps": [{}]}}, "TOLD"),
    ({"analysis": AHEAD, "plan": {"autonomy": "shadow", "steps": [{}]}}, "SHADOW"),
    ({"analysis": AHEAD, "plan": PLAN, "review": {"decision": "denied"}}, "DENIED"),
    ({"analysis": AHEAD, "plan": PLAN, "verification": {"outcome": "VERIFIED"}}, "VERIFIED"),
    ({"analysis": ANALYSIS, "plan": {"autonomy": "notify", "steps": []}}, "TOLD"),
    ({"analysis": {"classification": "TAMPERING"}, "plan": {"autonomy": "notify", "steps": []}}, "TOLD"),
    ({"analysis": ANALYSIS, "plan": {"autonomy": "none", "steps": []}}, "HEALTHY"),
    ({**UNTIL_PLAN, "review": {"decision": "denied"}}, "DENIED"),
    ({**UNTIL_PLAN, "review": {"decision": "expired"}}, "EXPIRED"),
    ({**UNTIL_PLAN, "review": {"decision": "approved", "plan_hash": "wrong"}}, "DENIED"),
    ({**UNTIL_PLAN, "recovery": {"outcome": "KILL_SWITCH", "steps": []}}, "KILL_SWITCH"),
    ({**UNTIL_PLAN, **APPROVED, "recovery": {"outcome": "RESOURCE_BUSY", "steps": []}}, "RESOURCE_BUSY"),
    ({**UNTIL_PLAN, **RESTORED, "verification": {"outcome": "VERIFIED"}}, "VERIFIED"),
    ({**UNTIL_PLAN, **APPROVED, **RESTORED, "verification": {"outcome": "PARTIAL"}}, "PARTIAL"),
    ({**UNTIL_PLAN, **RESTORED, "verification": {"outcome": SIDE_EFFECTS}}, SIDE_EFFECTS),
    ({**UNTIL_PLAN, "failure": {"Error": "x"}, **RESTORED, "verification": {"outcome": "VERIFIED"}}, "VERIFIED"),
]


@pytest.mark.parametrize(("payload", "ended"), ENDS)
def test_the_latest_part_of_the_payload_decides(payload: Json, ended: str) -> None:
    assert outcome(payload) == ended


def test_only_a_verified_change_cools_down() -> None:
    assert {ended for _, ended in ENDS if ended in CHANGED} == {"VERIFIED", "PARTIAL", SIDE_EFFECTS}
