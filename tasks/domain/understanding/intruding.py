"""What an intruder does with what he has: run code, read secrets, hold data to ransom, burn money."""

import re
from ipaddress import ip_address

from tasks.domain.understanding.call import ENDING, READING, Call
from tasks.domain.understanding.finding import Finding, finding

# Scripts that a machine runs when it starts.
SCRIPTS = ("userdata", "onstart", "oncreate")
EXPORTING = ("create", "start", "export")
CHANGING = ("modify", "update", "put", "replace")
# SSM documents that run whatever text they are given.
RUNNERS = (
    "AWS-RunShellScript",
    "AWS-RunPowerShellScript",
    "AWS-RunRemoteScript",
    "AWS-RunSaltState",
    "AWS-RunDocument",
)
ENTRANCES = ("ssh public key", "serial console access", "serial console ssh public key")
MANY_SECRETS = 5
# Accelerators, very much memory, whole machines (docs.aws.amazon.com/ec2, "Instance type naming conventions").
COSTLY = r"(p|g|gr|trn|inf|dl|vt|f|x|u|u-\w+|hpc)\d\w*\..+|\w+\.(metal.*|(24|32|48|56|96|112|224)xlarge)"


def intruded(call: Call) -> Finding | None:
    """What the call runs, reads, holds or burns."""
    return _code(call) or _commands(call) or _secrets(call) or _ransom(call) or _money(call) or _way(call)


def _code(call: Call) -> Finding | None:
    if call.verb in CHANGING and any(leaf.name in SCRIPTS or leaf.path[-2:-1] == ("userdata",) for leaf in call.leaves):
        return finding("start_script_changed", "what the machine runs at its start was replaced")
    # The answer shows all layers, whatever was changed: it counts where the request does not say what was.
    untold = call.asked.keys() <= {"functionName"}
    layers = call.asked.get("layers") or (call.answer.get("layers") if untold else None)
    replaced = call.says("function code") or (call.says("function configuration") and layers)
    if call.verb == "update" and replaced and call.by_person:
        return finding("code_changed_by_hand", f"{' '.join(call.words)}{' (layers)' if layers else ''}, by a person")
    return None


def _commands(call: Call) -> Finding | None:
    if call.service == "ssm" and call.words == ("send", "command"):
        document = next((str(leaf.value) for leaf in call.values("documentname")), "").rsplit("/", 1)[-1]
        return finding("remote_access", f"{document} ran text as a script") if document in RUNNERS else None
    if call.service == "ssm" and call.words == ("start", "session"):
        return finding("remote_access", "a session on a machine was opened")
    if call.verb in ("send", "enable") and any(call.says(one) for one in ENTRANCES):
        return finding("remote_access", f"{' '.join(call.words)} was called")
    return None


def _secrets(call: Call) -> Finding | None:
    if call.says("password data") or (call.words[:1] == ("batch",) and call.says("secret value")):
        return finding("secret_read", f"{' '.join(call.words)} was called")
    if call.verb == "describe" and call.asked.get("attribute") == "userData":
        return finding("secret_read", "the script of a machine's start was read, which often holds secrets")
    if call.says("traffic mirror") and call.verb not in READING and call.verb not in ENDING:
        return finding("secret_read", "network traffic is copied", severity="high")
    names = call.asked.get("names")
    decrypted = any(leaf.on for leaf in call.values("withdecryption"))
    if call.says("parameter") and decrypted and isinstance(names, list) and len(names) >= MANY_SECRETS:
        return finding("secret_read", f"{len(names)} parameters were read decrypted at once")
    return None


def _ransom(call: Call) -> Finding | None:
    if call.service != "s3" or call.verb not in ("copy", "put", "replicate"):
        return None
    for leaf in call.leaves:
        if leaf.name == "xamzserversideencryptioncustomeralgorithm":
            return finding("foreign_encryption", "written under a key that only the caller has", severity="high")
        if "kms" in leaf.name and (account := call.foreign(str(leaf.value))):
            return finding("foreign_encryption", f"written under a key of account {account}")
    return None


def _money(call: Call) -> Finding | None:
    if call.says("foundation model") or call.says("model access"):
        return finding("costly_use", f"{' '.join(call.words)}: a model that costs was opened")
    if call.words == ("run", "instance") or call.words == ("run", "instances"):
        kind = next((str(leaf.value) for leaf in call.values("instancetype")), "")
        return finding("costly_use", f"instances of {kind} were started") if re.fullmatch(COSTLY, kind) else None
    # Logs are exported to archives every day.
    if call.says("export") and call.verb in EXPORTING and call.service != "logs" and call.by_person:
        return finding("copy_made_by_hand", f"{' '.join(call.words)}: data is taken out")
    if call.says("db snapshot") and call.verb == "create" and call.by_person:
        made = call.answer.get("snapshotType")
        return finding("copy_made_by_hand", f"a {made} snapshot was made") if made in ("manual", "public") else None
    return None


def _way(call: Call) -> Finding | None:
    """Behind a VPC endpoint every caller has a private address."""
    if not call.endpoint:
        return None
    try:
        outside = ip_address(call.source_address).is_global
    except ValueError:
        return None
    return finding("secret_read", f"through {call.endpoint} from {call.source_address}") if outside else None
