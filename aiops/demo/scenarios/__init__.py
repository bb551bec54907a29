"""What the demo plays, in the order of README's table."""

from aiops.demo.scenario import APPROVED, BLOCKED, DENIED, LEFT, TOLD, Scenario
from aiops.demo.scenarios import (
    alarms,
    buckets,
    databases,
    eyes,
    foreseen,
    functions,
    guards,
    instances,
    model,
    parameters,
    proof,
    redeployment,
    reviews,
    security_groups,
    strange_events,
    sweeping,
    tables,
)

SCENARIOS = (
    Scenario(instances.stopped, "somebody stops a managed instance", basic=True),
    Scenario(parameters.overwritten, "somebody overwrites an encrypted parameter", basic=True),
    Scenario(
        parameters.parameter_deleted, "somebody deletes an encrypted parameter; its versions and labels stay gone"
    ),
    Scenario(functions.function_changed, "somebody replaces a function's code, then its environment"),
    Scenario(functions.alias_moved, "somebody points a function's alias at other code"),
    Scenario(functions.function_deleted, "somebody deletes a function; its versions stay gone"),
    Scenario(functions.function_opened, "somebody lets the world call a function"),
    Scenario(functions.function_throttled, "somebody throttles a function to nothing"),
    Scenario(buckets.unblocked, "somebody removes a bucket's public access block", basic=True),
    Scenario(buckets.opened, "somebody opens a bucket's policy to the world"),
    Scenario(security_groups.exposed, "somebody opens a security group to the world"),
    Scenario(buckets.bucket_weakened, "a bucket's versioning, encryption, lifecycle, logging and ACL are weakened"),
    Scenario(buckets.bucket_deleted, "somebody deletes a bucket; its objects stay gone"),
    Scenario(
        buckets.objects_deleted, "objects of a bucket with versions are deleted, a person lets them come back", APPROVED
    ),
    Scenario(tables.table_deleted, "somebody unprotects and deletes a table"),
    Scenario(tables.table_weakened, "a table's backups, throughput and deletion protection are cut"),
    Scenario(instances.crashed, "an instance shuts itself down"),
    Scenario(eyes.blinded, "somebody stops the agent's own trail"),
    Scenario(eyes.deselected, "somebody hides writing calls from a trail"),
    Scenario(eyes.blinded_unheard, "a trail is stopped unheard, the sweep finds it"),
    Scenario(eyes.trail_deleted, "somebody deletes a trail"),
    Scenario(eyes.rule_disabled, "somebody switches off a rule of the agent"),
    Scenario(eyes.rule_disabled_unheard, "the rule that would tell it is the one switched off"),
    Scenario(instances.hung, "an instance no longer answers its status check"),
    Scenario(instances.terminated, "somebody terminates an instance with an address"),
    Scenario(alarms.overloaded, "an alarm rings: a group of instances is overloaded"),
    Scenario(alarms.disk_full, "an alarm rings: a host's disk is full, a person agrees to clean it", APPROVED),
    Scenario(databases.database_stopped, "somebody stops a database"),
    Scenario(databases.database_opened, "somebody takes away a database's protection"),
    Scenario(databases.database_deleted, "somebody deletes a database"),
    Scenario(databases.database_lost, "somebody deletes a database with all its backups", TOLD, "TOLD"),
    Scenario(
        proof.side_effect,
        "an instance is started, and an alarm on it begins to ring meanwhile",
        outcome="VERIFIED_WITH_SIDE_EFFECTS",
    ),
    Scenario(guards.duplicate, "the same event arrives five times at once", BLOCKED, "DUPLICATE"),
    Scenario(guards.cooldown, "the same parameter is overwritten again right away", BLOCKED, "COOLDOWN"),
    Scenario(guards.recurring, "a parameter is healed three times, and overwritten again", LEFT, "RECURRING"),
    Scenario(sweeping.swept, "the event is lost, the sweep finds the difference"),
    Scenario(sweeping.deleted_unheard, "a bucket is deleted unheard, the sweep finds it"),
    Scenario(guards.unmanaged, "an instance without the tag is stopped", BLOCKED, "UNMANAGED"),
    Scenario(
        strange_events.stranger, "somebody gives another account a snapshot that nobody tagged", LEFT, "UNKNOWN_EVENT"
    ),
    Scenario(guards.intended, "a pipeline's role changes a parameter", BLOCKED, "INTENDED"),
    Scenario(reviews.approved, "a person is asked and says yes", APPROVED),
    Scenario(reviews.narrowed, "a person is asked about two instances and approves one", APPROVED),
    Scenario(reviews.denied, "a person is asked and says no", DENIED, "DENIED"),
    Scenario(
        redeployment.redeployed,
        "an unknown bucket is opened; a plan of its user's code that would replace is refused, a mended one heals",
        path="Detect Analyze Plan RequestReview ApplyReview Recover Undo Undo Recover Verify Notify StoreMetrics",
    ),
    Scenario(foreseen.foresight, "a log shows what will fail, before it fails", TOLD, "ANOMALY"),
    Scenario(
        foreseen.prevented, "a log shows what will fail; a person agrees, and its group is scaled out before", APPROVED
    ),
    Scenario(guards.switched_off, "the kill switch is on", BLOCKED, "KILL_SWITCH"),
    Scenario(
        proof.undone,
        "a restore does not help, is undone and fails; re-run, it heals",
        path="Detect Analyze Plan Recover Verify Undo Undo Recover Verify Notify StoreMetrics",
    ),
    Scenario(model.model_rubbish, "the model answers rubbish: the rules decide"),
    Scenario(model.model_denied, "Bedrock denies access: the rules decide"),
    Scenario(strange_events.unreadable, "malformed, unknown, gone, too large, a hundred at once", LEFT, "STORM"),
)
