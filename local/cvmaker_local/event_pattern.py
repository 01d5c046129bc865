"""EventBridge event patterns, matched as AWS matches them.

moto lacks ``wildcard`` and gets some nested forms wrong; a rule that matches here but not in the cloud (or the other
way round) would hide a lost upload. Reference:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import functools
import ipaddress
import operator
import re
from collections.abc import Callable
from typing import Any

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}
ABSENT = object()


class InvalidPatternError(ValueError):
    """The pattern uses an operator that EventBridge does not have."""


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Whether an event satisfies a pattern: all fields must match, any element of a field's list suffices."""
    for name, condition in pattern.items():
        if name == "$or" and isinstance(condition, list):
            if not any(matches(alternative, event) for alternative in condition):
                return False
            continue
        value = event.get(name, ABSENT) if isinstance(event, dict) else ABSENT
        if isinstance(condition, dict):
            if not matches_nested(condition, value):
                return False
        elif isinstance(condition, list):
            if not any(matches_leaf(alternative, value) for alternative in condition):
                return False
        else:
            raise InvalidPatternError(f"'{name}' must be an object or an array")
    return True


def matches_nested(pattern: dict[str, Any], value: Any) -> bool:
    """A nested pattern: against an object, any object of an array, or nothing at all (for ``exists: false``)."""
    if isinstance(value, list):
        return any(matches(pattern, item) for item in value if isinstance(item, dict))
    return matches(pattern, value if isinstance(value, dict) else {})


def matches_leaf(condition: Any, value: Any) -> bool:
    """One alternative of a field's list against the field's value."""
    if isinstance(condition, dict):
        if len(condition) != 1:
            raise InvalidPatternError(f"Exactly one operator is allowed in {condition}")
        (name, argument), *_ = condition.items()
        if name == "exists":
            is_leaf = value is not ABSENT and not isinstance(value, dict)
            return is_leaf == bool(argument)
    if value is ABSENT or isinstance(value, dict):
        return False
    if isinstance(value, list):
        return any(matches_scalar(condition, item) for item in value)
    return matches_scalar(condition, value)


def matches_scalar(condition: Any, value: Any) -> bool:
    if isinstance(condition, dict):
        (name, argument), *_ = condition.items()
        return apply_operator(name, argument, value)
    if isinstance(condition, bool) or isinstance(value, bool) or condition is None or value is None:
        return condition is value
    return bool(condition == value) and isinstance(condition, str) == isinstance(value, str)


def apply_operator(name: str, argument: Any, value: Any) -> bool:
    if name == "anything-but":
        return anything_but(argument, value)
    if name == "numeric":
        return matches_numbers(argument, value)
    if not isinstance(value, str):
        return False
    if name in ("prefix", "suffix"):
        return matches_end(name, argument, value)
    if name == "equals-ignore-case":
        return value.casefold() == str(argument).casefold()
    if name == "wildcard":
        return wildcard_expression(str(argument)).fullmatch(value) is not None
    if name == "cidr":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(str(argument), strict=False)
        except ValueError:
            return False
    raise InvalidPatternError(f"Unknown operator '{name}'")


def matches_end(name: str, argument: Any, value: str) -> bool:
    if isinstance(argument, dict):
        value, argument = value.casefold(), str(argument["equals-ignore-case"]).casefold()
    return value.startswith(str(argument)) if name == "prefix" else value.endswith(str(argument))


def anything_but(argument: Any, value: Any) -> bool:
    if isinstance(argument, dict):
        (name, arguments), *_ = argument.items()
        alternatives = arguments if isinstance(arguments, list) else [arguments]
        return not any(apply_operator(name, alternative, value) for alternative in alternatives)
    alternatives = argument if isinstance(argument, list) else [argument]
    return not any(matches_scalar(alternative, value) for alternative in alternatives)


def matches_numbers(argument: list[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    pairs = zip(argument[::2], argument[1::2], strict=True)
    return all(COMPARISONS[comparison](value, bound) for comparison, bound in pairs)


@functools.lru_cache(maxsize=256)
def wildcard_expression(pattern: str) -> re.Pattern[str]:
    """``*`` stands for any characters, also none and also slashes; a backslash escapes ``*`` and itself."""
    expression = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "\\" and pattern[position + 1 : position + 2] in ("*", "\\"):
            position += 1
            expression.append(re.escape(pattern[position]))
        else:
            expression.append(".*" if character == "*" else re.escape(character))
        position += 1
    return re.compile("".join(expression), re.DOTALL)
