"""Small parts of the stack that need none."""

import itertools
from typing import Any

import pytest
from cvmaker_local.stack import functions_on_the_way, poll


def test_functions_on_the_way_follow_choices_but_no_catch() -> None:
    definition: dict[str, Any] = {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Task",
                "Parameters": {"FunctionName": "x:function:a"},
                "Next": "C",
                "Catch": [{"Next": "F"}],
            },
            "C": {"Type": "Choice", "Choices": [{"Next": "B"}, {"Next": "A"}], "Default": "D"},
            "B": {"Type": "Task", "Resource": "x:function:b", "Next": "D"},
            "D": {"Type": "Task", "Parameters": {"FunctionName": "x:function:a"}, "Next": "E"},
            "E": {"Type": "Succeed"},
            "F": {"Type": "Task", "Parameters": {"FunctionName": "x:function:f"}, "End": True},
        },
    }
    assert list(dict.fromkeys(functions_on_the_way(definition))) == ["x:function:a", "x:function:b"]


def test_polling_ends_but_always_looks_once() -> None:
    assert len(list(poll(0, 0))) == 1
    assert len(list(itertools.islice(poll(60, 0), 5))) == 5


@pytest.mark.parametrize("definition", [{"StartAt": "Absent", "States": {}}])
def test_an_odd_definition_has_no_functions(definition: dict[str, Any]) -> None:
    assert functions_on_the_way(definition) == []
