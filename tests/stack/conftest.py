"""The stack, synthesized once for all tests here, in this process and offline."""

import os
import sys
from pathlib import Path

import pytest
from stack_template import CONTEXT, GRANTED, Template

# jsii starts Node as soon as it is imported: the environment's own, whatever else the machine has.
os.environ["JSII_NODE"] = str(Path(sys.executable).with_name("node"))


def synthesize(outdir: Path, context: dict[str, object]) -> Template:
    from cdk_app.app import build

    app = build({**CONTEXT, **context}, str(outdir))
    app.synth()  # raises when cdk-nag finds something
    return Template(outdir)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """As cdk.json says, with an e-mail address."""
    return synthesize(tmp_path_factory.mktemp("synth"), {"email": "oncall@example.com"})


@pytest.fixture(scope="session")
def variant(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """As the laptop deploys it, with a model behind an inference profile of a geography, and redeployment."""
    other = {"trail": "existing", "architecture": "x86_64", "synthesizer": "cli", "removal": "destroy"}
    redeploy = {"redeploy": "terraform", "redeploy_source": "s3://sources/app.zip", "redeploy_policies": GRANTED}
    model = {"model_id": "us.amazon.nova-lite-v1:0"}
    return synthesize(tmp_path_factory.mktemp("synth"), {**other, **redeploy, **model})
