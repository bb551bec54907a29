"""How an execution ended, from its payload: a block's reason, or one of the names here."""

from tasks.domain.payload import Json

NORMAL = "NORMAL"
ANOMALY = "ANOMALY"
TOLD = "TOLD"
SHADOW = "SHADOW"
HEALTHY = "HEALTHY"
DENIED = "DENIED"
EXPIRED = "EXPIRED"
VERIFIED = "VERIFIED"
PARTIAL = "PARTIAL"
SIDE_EFFECTS = "VERIFIED_WITH_SIDE_EFFECTS"
LOOKED = "LOOKED"
RESTORED = "RESTORED"
FAILED = "FAILED"

# The resource was changed and is healthy, at least in part.
CHANGED = frozenset({VERIFIED, PARTIAL, SIDE_EFFECTS})
# Something was done to it: the lock turns into a cooldown, and it counts as a recurrence.
ACTED = CHANGED | {LOOKED}


def outcome(payload: Json) -> str:
    """The outcome that the parts of the payload add up to, the latest part first."""
    if "blocked" in payload:
        return str(payload["blocked"]["reason"])
    if "verification" in payload:
        return str(payload["verification"]["outcome"])
    if "recovery" in payload:
        return str(payload["recovery"]["outcome"])
    if "review" in payload:
        return EXPIRED if payload["review"]["decision"] == "expired" else DENIED
    classification = str(payload["analysis"]["classification"])
    if classification == NORMAL:
        return NORMAL
    plan = payload["plan"]
    told = ANOMALY if classification == ANOMALY and not plan["steps"] else TOLD
    return {"none": HEALTHY, "shadow": SHADOW}.get(plan["autonomy"], told)
