"""How findings of the security tools are judged (the tools themselves run in `make security`)."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def security() -> ModuleType:
    specification = importlib.util.spec_from_file_location("security_run", ROOT / "local" / "security" / "run.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # dataclasses look their module up
    specification.loader.exec_module(module)
    return module


def test_a_finding_without_an_explanation_fails(security: ModuleType) -> None:
    finding = security.Finding("checkov", "CKV_AWS_21", "AWS::S3::Bucket.Other", "versioning")
    known = security.Explanation(
        "checkov", "CKV_AWS_21", "AWS::S3::Bucket.DocumentsBucket", "a deleted CV must be gone"
    )
    unexplained, stale = security.judge([finding], [known])
    assert unexplained == [finding], "an explanation holds for its own place only"
    assert stale == [known]


def test_an_explanation_that_nothing_needs_fails(security: ModuleType) -> None:
    finding = security.Finding("bandit", "B603", "local/security/run.py", "subprocess")
    known = security.Explanation("bandit", "B603", "l*", "tools of developers")
    assert security.judge([finding], [known]) == ([], [])
    assert security.judge([], [known]) == ([], [known])


def test_every_explanation_says_why(security: ModuleType) -> None:
    explanations = security.read_explanations()
    assert len(explanations) > 10
    for item in explanations:
        assert len(item.reason.split()) >= 6, item
        assert item.tool in {tool for tools in security.TOOLS_OF.values() for tool in tools}, item


def test_a_tool_that_did_not_run_is_no_clean_bill(security: ModuleType) -> None:
    with pytest.raises(security.ToolFailed):
        security.read_json("Traceback …", "checkov")
    with pytest.raises(security.ToolFailed):
        security.output_of(sys.executable, "-c", "import sys; sys.exit(3)")
