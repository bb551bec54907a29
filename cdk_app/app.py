"""What the CDK CLI runs: context and policy in, one checked stack out."""

import sys
from collections.abc import Mapping

import aws_cdk as cdk
import cdk_nag

from cdk_app import policy_file
from cdk_app.policy_file import BadPolicy
from cdk_app.settings import BadSettings, Settings
from cdk_app.stack import AiopsStack


def build(context: Mapping[str, object] | None = None, outdir: str | None = None) -> cdk.App:
    """The app, checked by cdk-nag when it is synthesized. Raises BadSettings or BadPolicy.

    `context` stands in for cdk.json where no CDK CLI hands it over.
    """
    app = cdk.App(context=context, outdir=outdir)
    settings, policy = Settings.of(app.node.get_all_context()), policy_file.read()
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks())
    AiopsStack(app, settings=settings, policy=policy)
    return app


if __name__ == "__main__":
    try:
        build().synth()
    except (BadSettings, BadPolicy) as error:
        sys.exit(f"aiops: {error}")
