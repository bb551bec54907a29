"""Sign-ins to the console, and the use of root."""

from tasks.domain.payload import Json
from tasks.domain.understanding.call import READING, Call
from tasks.domain.understanding.finding import Finding, finding

# Services whose calls change who may do what in the account.
ACCOUNT = ("account", "iam", "organizations", "sso")


def signed_in(call: Call, facts: Json) -> Finding | None:
    """What a console sign-in says; behind a federation the second factor is the identity provider's."""
    if call.words != ("console", "login"):
        return None
    kind = call.actor.kind if call.actor else ""
    factor, outcome = call.more.get("MFAUsed"), call.answer.get("ConsoleLogin")
    if outcome == "Failure" and kind == "root":
        return finding("suspicious_sign_in", "somebody tried to sign in as root")
    if outcome == "Failure" and factor == "Yes":
        return finding("suspicious_sign_in", "the password was right and the second factor was not")
    if outcome != "Success":
        return None
    if kind == "root":
        return finding("root_used", "root signed in", severity="high")
    if kind == "person" and factor == "No":
        return finding("suspicious_sign_in", "signed in without a second factor")
    return None


def rooted(call: Call) -> Finding | None:
    """A change of the account by root itself (CIS AWS Foundations Benchmark, "Eliminate use of the root user")."""
    root = call.actor is not None and call.actor.kind == "root" and not call.by_service
    if root and call.words == ("password", "updated"):
        return finding("root_used", "root's password was changed", severity="high")
    if root and call.asked and call.service in ACCOUNT and call.verb not in READING:
        return finding("root_used", f"root called {' '.join(call.words)}")
    return None
