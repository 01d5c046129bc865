"""Translation: what goes to moto, what is served here, what is left out."""

from pathlib import Path
from typing import Any

import pytest
from cvmaker_local.template import (
    LEFT_OUT,
    SUPPORTED,
    TemplateError,
    left_out_reason,
    replace_references,
    substitute_definition,
    translate,
)

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "tests" / "data" / "local_stack" / "template.yaml"
HEAD = 'Transform: AWS::Serverless-2016-10-31\nAWSTemplateFormatVersion: "2010-09-09"\n'


def write(folder: Path, body: str) -> Path:
    path = folder / "template.yaml"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def test_code_layers_and_apis_are_kept_for_us() -> None:
    translated = translate(SMALL, {}, "eu-west-1")
    assert translated.functions["Probe"]["_code"] == SMALL.parent / "functions" / "probe"
    [layer] = translated.layers.values()
    assert layer == SMALL.parent / "layers" / "words"
    assert "/probe/{name}" in translated.rest_apis["Api"]["Properties"]["Body"]["paths"]
    kinds = {resource["Type"] for resource in translated.cloudformation["Resources"].values()}
    assert kinds <= SUPPORTED


def test_no_reference_to_a_left_out_resource_remains() -> None:
    translated = translate(SMALL, {}, "eu-west-1")
    text = str(translated.cloudformation)
    for name in translated.left_out:
        assert f"'Ref': '{name}'" not in text
        assert f"${{{name}}}" not in text


def test_every_type_is_either_created_or_left_out_for_a_reason() -> None:
    assert not [kind for kind in SUPPORTED if left_out_reason(kind)]
    assert all(reason for reason in LEFT_OUT.values())


def test_an_unknown_type_is_an_error_not_a_gap(tmp_path: Path) -> None:
    path = write(tmp_path, "Resources:\n  Table: {Type: AWS::DynamoDB::Table, Properties: {}}\n")
    with pytest.raises(TemplateError, match=r"Table is a AWS::DynamoDB::Table"):
        translate(path, {}, "eu-west-1")


def test_a_parameter_without_a_value_is_an_error(tmp_path: Path) -> None:
    body = "Parameters:\n  Wanted: {Type: String}\nResources:\n  Bucket: {Type: AWS::S3::Bucket}\n"
    with pytest.raises(TemplateError, match="Wanted"):
        translate(write(tmp_path, body), {}, "eu-west-1")
    assert translate(tmp_path / "template.yaml", {"Wanted": "x"}, "eu-west-1").cloudformation["Resources"]


def test_definition_substitutions_become_intrinsics() -> None:
    joined = substitute_definition('{"a": "${One}", "b": "${Two}"}', {"One": {"Ref": "X"}, "Two": "t"})
    assert joined == {"Fn::Join": ["", ['{"a": "', {"Ref": "X"}, '", "b": "', "t", '"}']]}
    with pytest.raises(TemplateError, match="Three"):
        substitute_definition("${Three}", {})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Gone"}, "word"),
        ({"Ref": "Kept"}, {"Ref": "Kept"}),
        ({"Fn::GetAtt": ["Gone", "Arn"]}, "word-Arn"),
        ({"Fn::GetAtt": "Kept.Arn"}, {"Fn::GetAtt": ["Kept", "Arn"]}),
        (
            {"Fn::Sub": "a ${Gone} ${Gone.Arn} ${Kept.Arn} ${!Literal}"},
            {"Fn::Sub": "a word word-Arn ${Kept.Arn} ${!Literal}"},
        ),
        (
            {"Fn::Sub": ["${Gone}${x}", {"x": {"Ref": "Gone"}, "Gone": "own"}]},
            {"Fn::Sub": ["${Gone}${x}", {"x": "word", "Gone": "own"}]},
        ),
        ([{"a": {"Ref": "Gone"}}], [{"a": "word"}]),
    ],
)
def test_references_to_left_out_resources(value: Any, expected: Any) -> None:
    assert replace_references(value, {"Gone": "word"}) == expected
