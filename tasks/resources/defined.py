"""Answers for a resource of any type: back to the user's own definition of it, instead of to our snapshot.

Each way is a module here with the names

READS                IAM actions that `find` needs, to ARN template
ACTION               planning.Action, undone by nothing: what the definition says is not ours to take back
find(aws, resource)  what of its target the way needs to know, None when it cannot answer for the resource
restore(aws, step)   ensures that the definition holds; raises StillRestoring while that takes time
"""

from dataclasses import dataclass
from types import ModuleType

from tasks.domain.payload import Json, Resource, Step
from tasks.resources import ANY_TYPE, Aws, module, way


def acting(resource_type: str, action: str) -> "ModuleType | Defined":
    """Who carries the action out, with a resource module's names."""
    kind = module(resource_type)
    return Defined(kind, way(action)) if action in ANY_TYPE else kind


def target(aws: Aws, resource: Resource, action: str, good: Json | None) -> Json | None:
    """What the way knows of the resource, and its last good state, if any, to judge the result by."""
    found = way(action).find(aws, resource)
    return None if found is None else {**found, "good": good}


@dataclass(frozen=True)
class Defined:
    """A resource module whose resource is restored in another way than the type's own."""

    kind: ModuleType
    way: ModuleType

    def snapshot(self, aws: Aws, name: str) -> Json | None:
        state: Json | None = self.kind.snapshot(aws, name)
        return state

    def reached(self, target: Json, now: Json | None) -> bool:
        """Without a good state only the definition itself could tell."""
        good = target["good"]
        return good is not None and now is not None and self.kind.issue(good, now) is None

    def restore(self, aws: Aws, step: Step) -> None:
        self.way.restore(aws, step)

    def verify(self, aws: Aws, step: Step, after: Json) -> str:
        """No worse than its good state; without one, at least no longer as it was found."""
        now, good = self.snapshot(aws, step.resource.id), step.target["good"]
        if now is None:
            return "it is gone"
        if good is None:
            return "its definition left it as it was found" if now == step.seen else ""
        worse = self.kind.issue(good, now)
        return worse[1] if worse else ""
