"""What the build does: a saved plan, looked into before anything changes, and applied as it was looked into."""

from typing import Any

from tasks.resources.redeployment import TOKEN

# A newer one reads what an older library wrote.
CDK = ("npx", "--yes", "aws-cdk@2.1148.1")
# The source's own: installs Terraform, or what the CDK app needs, where the image has it not.
SETUP = "if [ -f redeploy-setup.sh ]; then . ./redeploy-setup.sh; fi"
CHECK = "python3 -IS aiops-check.py < saved.json"

TERRAFORM = (
    (
        "terraform init -input=false -lockfile=readonly",
        "terraform plan -input=false -lock-timeout=5m -out=saved.tfplan",
        "terraform show -json saved.tfplan > saved.json",
        CHECK,
    ),
    ("terraform apply -input=false saved.tfplan",),
)


def _cdk(stack: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    deploy, name = f"{' '.join(CDK)} deploy {stack} --exclusively", f'--change-set-name "aiops-${TOKEN}"'
    return (
        (
            f"{deploy} --method prepare-change-set --revert-drift {name}",
            f"aws cloudformation describe-change-set --stack-name {stack} {name} > saved.json",
            CHECK,
        ),
        (f"{deploy} --method execute-change-set {name}",),
    )


def buildspec(tool: str, *, check: str) -> dict[str, Any]:
    """CodeBuild's document for `terraform` or `cdk:STACK`; `check` is the text of the script that looks into the plan.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html: where PRE_BUILD fails, BUILD is not run.
    """
    plan, apply = _cdk(tool.partition(":")[2]) if tool.startswith("cdk:") else TERRAFORM
    write = f"cat > aiops-check.py <<'END_OF_CHECK'\n{check}\nEND_OF_CHECK"
    return {
        "version": 0.2,
        "env": {"shell": "bash", "variables": {"TF_IN_AUTOMATION": "true"}},
        "phases": {
            "install": {"commands": [write, SETUP]},
            "pre_build": {"commands": list(plan)},
            "build": {"commands": list(apply)},
        },
    }
