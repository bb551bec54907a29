"""RDS events: by their category, and by their message where the category is missing."""

import re

from tasks.domain.payload import Incident
from tasks.domain.understanding.finding import Finding, finding

# docs.aws.amazon.com/AmazonRDS, "Amazon RDS event categories and event messages".
FAILED = frozenset({"failure", "low storage"})
RISKY = frozenset({"availability", "failover", "recovery"})
# Of a message: what did not work, before what did. A failover is no failure, and "failed over" succeeded.
LONGEST = 1_000
# Text, not compiled: most processes never read such a message.
TROUBLE = (
    r"\b(fail(ed|ure|s|ing)?(?! ?over)|un(able|available|successful|reachable|healthy|recoverable|supported)"
    r"|can(no|')t|couldn't|(is|was|are|were|does|do|did|has|have)(n't| not)|not (enough|supported|possible)"
    r"|in(valid|compatible|operable|sufficient|accessible|consistent)|outside|put into|cooling-off"
    r"|(switchover|upgrade|migration|creation|promotion)\b.* cancell?ed"
    r"|error|corrupt\w*|exhaust\w*|exceed\w*(?! the maximum allowed time)|quota|throttl\w*"
    r"|consumed|timed out|crash\w*|denied|missing|lost|full"
    r"|out of (space|memory|storage|disk)|run(ning)? out|too (low|many|small)|low (on|at|with)|dangerously|revok\w*"
    r"|terminated|prevent\w*|stopped (responding|working)|no longer|problem|retry)\b"
)
# What says that trouble is over, whatever trouble it names.
OVER = (
    r"\b(can now|(is|are) now (available|accessible|healthy|online|running)"
    r"|(has|have) been (restored|resolved|recovered)"
    r"|no longer (un(available|reachable|healthy)|in(valid|compatible|accessible|consistent|sufficient)))\b"
)
HARMLESS = r"\b(already|recovered|succe(eded|ssful\w*)|completed?|resolved|finished)\b"


def told(incident: Incident) -> Finding | None:
    """What an RDS event says; without a category, by its message."""
    facts = incident.facts
    message, given = str(facts.get("Message", ""))[:LONGEST], facts.get("EventCategories")
    categories = {str(one) for one in given} if isinstance(given, list) else set()
    if categories & FAILED:
        return finding("resource_failed", f"RDS: {message}")
    if categories & RISKY:
        return finding("at_risk", f"RDS: {message}") if _trouble(message) else None
    if categories:
        return None
    return finding("resource_failed", f"RDS: {message}") if _trouble(message) else None


def _trouble(message: str) -> bool:
    """The first sentence that speaks of trouble or of its end decides."""
    for sentence in re.split(r"(?<=[.:;])\s", message.replace("\u2019", "'")):
        over = re.search(OVER, sentence, re.IGNORECASE)
        if not over and re.search(TROUBLE, sentence, re.IGNORECASE):
            return True
        if over or re.search(HARMLESS, sentence, re.IGNORECASE):
            return False
    return False
