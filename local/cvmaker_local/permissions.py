"""IAM, as far as this system's roles use it: may this role do this action on this resource?

The statements are those of the transformed template, with their references resolved. What the evaluation does not know
(a condition operator, `NotAction`) grants nothing, so a policy that works here is not wider than it looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# Context keys, as the global and service condition keys are called; absent keys make a condition false.
Context = Mapping[str, str]


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """IAM's wildcards: `*` any text, `?` one character."""
    return re.compile("".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringLike": lambda wanted, found: _glob(wanted).fullmatch(found) is not None,
    "ArnEquals": lambda wanted, found: _glob(wanted).fullmatch(found) is not None,
    "ArnLike": lambda wanted, found: _glob(wanted).fullmatch(found) is not None,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
}


def as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy."""

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Statement:
        """A statement whose references are resolved."""
        conditions = tuple(
            (operator, key, tuple(str(value) for value in as_list(values)))
            for operator, pairs in (raw.get("Condition") or {}).items()
            for key, values in pairs.items()
        )
        return cls(
            allows=raw.get("Effect") == "Allow",
            actions=tuple(str(action).lower() for action in as_list(raw.get("Action", []))),
            resources=tuple(str(resource) for resource in as_list(raw.get("Resource", []))),
            conditions=conditions,
        )

    def applies(self, action: str, resource: str, context: Context) -> bool:
        return (
            any(_glob(pattern).fullmatch(action.lower()) for pattern in self.actions)
            and any(_glob(pattern).fullmatch(resource) for pattern in self.resources)
            and all(self._holds(*condition, context) for condition in self.conditions)
        )

    @staticmethod
    def _holds(operator: str, key: str, wanted: tuple[str, ...], context: Context) -> bool:
        compare = _OPERATORS.get(operator)
        found = context.get(key)
        return compare is not None and found is not None and any(compare(value, found) for value in wanted)


class Role:
    """What one role may do."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = tuple(statements)

    def may(self, action: str, resource: str, context: Context | None = None) -> bool:
        """Whether an action such as ``s3:GetObject`` is allowed on an ARN; an explicit Deny wins."""
        applying = [item for item in self.statements if item.applies(action, resource, context or {})]
        return any(item.allows for item in applying) and all(item.allows for item in applying)


def read_roles(resources: Mapping[str, Any], resolve: Callable[[Any], Any]) -> dict[str, Role]:
    """The roles of a transformed template by logical id.

    Parameters
    ----------
    resources
        The template's `Resources`.
    resolve
        Evaluates intrinsic functions.
    """
    documents: dict[str, list[Any]] = {}
    for logical_id, resource in resources.items():
        if resource["Type"] == "AWS::IAM::Role":
            inline = resource.get("Properties", {}).get("Policies", [])
            documents.setdefault(logical_id, []).extend(policy["PolicyDocument"] for policy in inline)
        elif resource["Type"] in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            for role in resource["Properties"].get("Roles", []):
                if isinstance(role, dict) and "Ref" in role:
                    documents.setdefault(role["Ref"], []).append(resource["Properties"]["PolicyDocument"])
    return {
        logical_id: Role(
            Statement.read(statement) for document in found for statement in as_list(resolve(document)["Statement"])
        )
        for logical_id, found in documents.items()
    }


def role_of(value: Any) -> str | None:
    """The logical id of a role in `Role: !GetAtt X.Arn`."""
    if isinstance(value, dict) and "Fn::GetAtt" in value:
        target = value["Fn::GetAtt"]
        return str(target).partition(".")[0] if isinstance(target, str) else str(target[0])
    return None
