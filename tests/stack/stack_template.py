"""Reading a synthesized template: resources by type and name, references as text."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
CONTEXT = json.loads((ROOT / "cdk.json").read_text())["context"]

# What the user lets the redeployment do.
GRANTED = "arn:aws:iam::123456789012:policy/redeploy"

Json = dict[str, Any]
# The property that holds the name, where it is not <Type>Name.
NAMES = {"AWS::Events::Rule": "Name", "AWS::SSM::Parameter": "Name", "AWS::CodeBuild::Project": "Name"}


class Template:
    def __init__(self, outdir: Path) -> None:
        self.outdir = outdir
        self.path = outdir / "aiops.template.json"
        self.body: Json = json.loads(self.path.read_text())
        self.resources: dict[str, Json] = self.body["Resources"]
        self._roles = dict(self._named_roles())

    def of_type(self, kind: str) -> list[Json]:
        """The properties of all resources of a type, references as text (see `flat`)."""
        return [self.flat(one.get("Properties", {})) for one in self.resources.values() if one["Type"] == kind]

    def named(self, kind: str, name: str) -> Json:
        """The properties of the one resource of this type with this name."""
        (found,) = [one for one in self.of_type(kind) if self._name(kind, one) == name]
        return found

    def statements(self, role: str) -> list[Json]:
        """All statements of a role's own policies, each with lists of actions and resources."""
        kinds = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")  # CDK lets what is too long for one overflow
        policies = [one for kind in kinds for one in self.of_type(kind) if role in one["Roles"]]
        inline = [
            policy
            for logical_id, one in self.resources.items()
            if one["Type"] == "AWS::IAM::Role" and self._known(logical_id) == role
            for policy in self.flat(one["Properties"].get("Policies", []))
        ]
        return [_listed(one) for policy in policies + inline for one in policy["PolicyDocument"]["Statement"]]

    def grants(self, role: str) -> set[tuple[str, str]]:
        """(action, resource) pairs that a role is allowed."""
        return {
            (action, resource)
            for one in self.statements(role)
            for action in one["Action"]
            for resource in one["Resource"]
        }

    def flat(self, value: Any) -> Any:
        """The value with every reference as text: the resource's name where it has one, else its logical id."""
        match value:
            case {"Ref": target} if len(value) == 1:
                return self._known(target)
            case {"Fn::GetAtt": [target, "Arn"]}:
                return f"arn of {self._known(target)}"
            case {"Fn::GetAtt": [target, attribute]}:
                return f"{attribute} of {self._known(target)}"
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(str(self.flat(part)) for part in parts)
            case {"Fn::Sub": text}:
                return text
            case dict():
                return {key: self.flat(item) for key, item in value.items()}
            case list():
                return [self.flat(item) for item in value]
        return value

    def _known(self, logical_id: str) -> str:
        resource = self.resources.get(logical_id)
        if resource is None:
            return f"<{logical_id}>"
        named = self.flat(self._name(resource["Type"], resource.get("Properties", {})))
        return str(named or self._roles.get(logical_id, logical_id))

    def roles(self) -> set[str]:
        return {self._known(name) for name, one in self.resources.items() if one["Type"] == "AWS::IAM::Role"}

    def _named_roles(self) -> Iterator[tuple[str, str]]:
        """A role that CloudFormation names is called here as the function or the machine that it serves."""
        for one in self.resources.values():
            properties = one.get("Properties", {})
            if one["Type"] == "AWS::Lambda::Function":
                yield properties["Role"]["Fn::GetAtt"][0], properties["FunctionName"]
            elif one["Type"] == "AWS::StepFunctions::StateMachine":
                yield properties["RoleArn"]["Fn::GetAtt"][0], "aiops-StateMachine"

    def _name(self, kind: str, properties: Json) -> Any:
        return properties.get(NAMES.get(kind, f"{kind.split('::')[-1]}Name"))

    def tasks(self) -> Iterator[tuple[str, Json]]:
        """State name and properties of every function."""
        for function in self.of_type("AWS::Lambda::Function"):
            yield function["FunctionName"].removeprefix("aiops-"), function


def _listed(statement: Json) -> Json:
    both = {
        key: statement[key] if isinstance(statement[key], list) else [statement[key]] for key in ("Action", "Resource")
    }
    return {**statement, **both}
