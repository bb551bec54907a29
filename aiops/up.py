"""`aiops up`: the engine with the stack deployed, until Ctrl-C."""

import time

from rich.console import Console

from aiops.demo import deployed
from aiops.engine import Engine

TRY = """
In another shell:
{variables}
  instance=$(aws ec2 run-instances --image-id ami-1 --query 'Instances[0].InstanceId' --output text \\
    --tag-specifications 'ResourceType=instance,Tags=[{{Key=aiops:recover,Value=auto}}]')
  aws ec2 stop-instances --instance-ids $instance
  .venv/bin/aiops incidents
Ctrl-C ends it, and everything in it is gone."""


def run(port: int | None) -> int:
    """Serve until Ctrl-C; exit status 0. EngineError if the port is taken or the stack cannot be deployed."""
    console = Console()
    with Engine.start(port=port, wait_scale=1.0) as engine:
        deployed(engine, console)
        variables = "\n".join(f"  export {name}={value}" for name, value in engine.environment.items())
        console.print(TRY.format(variables=variables), highlight=False, soft_wrap=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0
