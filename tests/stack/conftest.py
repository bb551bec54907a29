"""The stack, synthesized once for all tests here, in this process and offline."""

import os
import sys
from pathlib import Path

import pytest
from granted_calls import GRANTS
from recorded_calls import RECOVERY
from stack_template import CONTEXT, GRANTED, Template

# jsii starts Node as soon as it is imported: the environment's own, whatever else the machine has.
os.environ["JSII_NODE"] = str(Path(sys.executable).with_name("node"))


def synthesize(outdir: Path, context: dict[str, object]) -> Template:
    from cdk_app.app import build

    app = build({**CONTEXT, **context}, str(outdir))
    app.synth()  # raises when cdk-nag finds something
    return Template(outdir)


def noted(one: Template) -> Template:
    """The same; what its roles are granted is compared with what all suites call, when they have run."""
    roles = {f"aiops-{name}": f"aiops-{name}" for name, _ in one.tasks()} | {"aiops-recovery-<AWS::Region>": RECOVERY}
    GRANTS.update((known_as, action) for role, known_as in roles.items() for action, _ in one.grants(role))
    return one


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """As cdk.json says, with an e-mail address."""
    return noted(synthesize(tmp_path_factory.mktemp("synth"), {"email": "oncall@example.com"}))


@pytest.fixture(scope="session")
def variant(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """As the laptop deploys it, with a model behind an inference profile of a geography, and redeployment."""
    other = {"trail": "existing", "architecture": "x86_64", "synthesizer": "cli", "removal": "destroy"}
    redeploy = {"redeploy": "terraform", "redeploy_source": "s3://sources/app.zip", "redeploy_policies": GRANTED}
    model = {"model_id": "us.amazon.nova-lite-v1:0"}
    return noted(synthesize(tmp_path_factory.mktemp("synth"), {**other, **redeploy, **model}))
