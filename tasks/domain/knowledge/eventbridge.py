"""EventBridge's rules on the default bus: the agent's own eyes and clock, its rules among them.

A rule that is switched off is told by another one: events about rules come by the rule of their own source, and the
schedule of the sweep is a rule that they tell of.
"""

from collections.abc import Callable

from tasks.domain.kinds import Json, Kind, Rule, request

RULE = "AWS::Events::Rule"
DISABLED = "events_rule_disabled"
CHANGED = "events_rule_changed"
TARGETS_CHANGED = "events_rule_targets_changed"
DELETED = "events_rule_deleted"

ARNS = {RULE: "arn:{partition}:events:{region}:{account}:rule/{id}"}
FAULTS = (
    Kind("aws.events", "DisableRule", RULE, "requestParameters.name"),
    Kind("aws.events", "PutRule", RULE, "requestParameters.name"),
    Kind("aws.events", "PutTargets", RULE, "requestParameters.rule"),
    Kind("aws.events", "RemoveTargets", RULE, "requestParameters.rule"),
    Kind("aws.events", "DeleteRule", RULE, "requestParameters.name", gone=True),
)
CREATIONS = (Kind("aws.events", "TagResource", RULE, "requestParameters.resourceARN"),)


def _done(what: str, **asked: str) -> Callable[[Json], str]:
    """What a call with these parameters did to a rule of the default bus; on another bus it is another rule."""

    def holds(facts: Json) -> str:
        given = {"eventBusName": "default", **request(facts)}
        meant = {"eventBusName": "default", **asked}
        return what if request(facts) and all(given.get(name) == value for name, value in meant.items()) else ""

    return holds


RULES = (
    Rule(
        DISABLED,
        ("DisableRule",),
        _done("the rule was switched off"),
        "TAMPERING",
        "critical",
        0.95,
        "a caller switched off what events start",
    ),
    Rule(
        DISABLED,
        ("PutRule",),
        _done("the rule was switched off", state="DISABLED"),
        "TAMPERING",
        "critical",
        0.95,
        "a caller switched off what events start",
    ),
    Rule(
        CHANGED,
        ("PutRule",),
        _done("the rule was written anew"),
        "TAMPERING",
        "critical",
        0.9,
        "a caller changed what the rule listens to",
    ),
    Rule(
        TARGETS_CHANGED,
        ("PutTargets", "RemoveTargets"),
        _done("the rule's targets were changed"),
        "TAMPERING",
        "critical",
        0.9,
        "a caller changed where the rule's events go",
    ),
    Rule(
        DELETED,
        ("DeleteRule",),
        _done("the rule was deleted"),
        "TAMPERING",
        "critical",
        0.95,
        "a caller deleted what events start",
    ),
)
