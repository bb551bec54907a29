"""Ways in that a call makes: credentials, sign-ins, administrators, identity providers."""

from typing import Any

from tasks.domain.understanding.call import Call
from tasks.domain.understanding.finding import Finding, finding

# By the words of an operation's name: who holds one of these signs in.
CREDENTIALS = ("access key", "login profile", "service specific credential", "signing certificate")
FEDERATION = "federation token"
# Whoever may sign in by these is decided elsewhere from now on.
TRUST = ("saml provider", "open id connect provider", "trust anchor")
GIVING = ("create", "update", "add", "put", "upload", "import", "enable", "attach", "set")
# AWS managed policies that let their holder do, or give himself, anything; so does `iam:*` in a policy of one's own.
ADMINISTRATOR = ("AdministratorAccess", "IAMFullAccess")
# AWS itself attaches it when it finds a key in public.
QUARANTINE = "AWSCompromisedKeyQuarantine"


def granted(call: Call) -> Finding | None:
    """What the call hands out."""
    return _rights(call) or _credential(call)


def _rights(call: Call) -> Finding | None:
    for leaf in call.values("policyarn", "managedpolicyarns", "policyarns"):
        policy = str(leaf.value).rsplit("/", 1)[-1]
        if policy.startswith(QUARANTINE):
            return finding("credential_exposed", f"{policy} was attached")
        if policy in ADMINISTRATOR and call.verb in GIVING:
            return finding("administrator_made", f"{policy} was given")
    if call.verb in GIVING and any(_everything(policy) for policy in call.policies):
        return finding("administrator_made", "its policy allows everything on everything")
    return None


def _credential(call: Call) -> Finding | None:
    if call.says(FEDERATION):
        return finding("credential_made", "a session that outlives its key was made")
    if any(call.says(one) for one in TRUST) and call.verb not in ("list", "tag", "untag"):
        told = f"{' '.join(call.words)}: who may sign in is decided elsewhere"
        return finding("credential_made", told, severity="high")
    if call.verb == "modify" and any(leaf.value for leaf in call.values("masteruserpassword")):
        return finding("credential_made", "the database's master password was changed")
    if call.verb in GIVING and any(call.says(one) for one in CREDENTIALS):
        return _sign_in(call)
    if call.service == "iam" and call.words == ("create", "user"):
        return finding("credential_made", "a user was made", severity="low")
    return None


def _sign_in(call: Call) -> Finding | None:
    """A caller's own keys and passwords are his to change; a password that its user must change is help."""
    user = next((str(leaf.value) for leaf in call.values("username") if leaf.value), "")
    root = call.actor is not None and call.actor.kind == "root"
    if root and not user:
        return finding("credential_made", "root got an access key", severity="critical")
    if not user or user == call.own_name or any(leaf.on for leaf in call.values("passwordresetrequired")):
        return None
    if any(leaf.off for leaf in call.values("status")):  # UpdateAccessKey: a key that is switched off
        return None
    return finding("credential_made", f"a way to sign in as {user}, known to another")


def _everything(policy: dict[str, Any]) -> bool:
    statements = policy.get("Statement")
    return any(
        isinstance(one, dict)
        and one.get("Effect") == "Allow"
        and "Principal" not in one
        and _all(one.get("Action"), ("*", "*:*", "iam:*"))
        and _all(one.get("Resource"), ("*",))
        and not one.get("Condition")
        for one in (statements if isinstance(statements, list) else [statements])
    )


def _all(value: Any, wanted: tuple[str, ...]) -> bool:
    return any(one in wanted for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
