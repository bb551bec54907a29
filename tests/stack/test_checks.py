"""What the usual tools say about the template."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs
from cfnlint.api import lint  # type: ignore[import-untyped]
from stack_template import CONTEXT, Template

from cdk_app.app import build

# Rule and what the message says, why it is no fault.
ACCEPTED = {
    ("W3005", "dependency already enforced"): "CDK writes a role into DependsOn beside the GetAtt that says it already",
    ("E3601", "at 'States/RequestReview/TimeoutSeconds'"): "in JSONata a timeout may be an expression, the linter "
    "knows numbers only (https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html)",
}


@pytest.mark.parametrize("which", ["template", "variant"])
def test_the_linter_finds_nothing_new(which: str, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(which)
    found = [(one.rule.id, one.message) for one in lint(template.path.read_text(), regions=["us-east-1"])]
    assert [one for one in found if not any(one[0] == rule and text in one[1] for rule, text in ACCEPTED)] == []


def test_the_synth_fails_on_a_finding(tmp_path: Path) -> None:
    app = build(CONTEXT, str(tmp_path))
    sqs.Queue(cdk.Stack(app, "weak"), "Queue")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
