"""What a plan was made on, noted with it: small, states by fingerprints only. `aiops replay` plans by it again."""

import hashlib
import json
from collections.abc import Mapping

from tasks.domain.earning import Standing
from tasks.domain.payload import Json
from tasks.domain.planning import Known


def planned_on(known: Mapping[str, Known], standings: Mapping[str, Standing], threshold: float) -> Json:
    """The note of one plan."""
    return {
        "threshold": threshold,
        "known": {arn: _known(one) for arn, one in known.items()},
        "standings": {
            name: {"level": one.level, "run": one.run, "history": one.history[-1:]} for name, one in standings.items()
        },
    }


def fingerprint(state: Json | None) -> str | None:
    """The first 16 hex digits of a state's SHA-256, None where there is none: every byte is paid for several times."""
    return None if state is None else hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:16]


def _known(known: Known) -> Json:
    noted: Json = {"targets": {name: fingerprint(state) for name, state in known.targets.items()}}
    return noted | {
        "seen": fingerprint(known.seen),
        "stale": known.stale,
        "settled": known.settled,
        "answer": known.answer,
    }
