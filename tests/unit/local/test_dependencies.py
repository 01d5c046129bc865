"""The packages that a function process may see."""

import logging
from importlib import metadata
from pathlib import Path

import pytest
from cvmaker_local.dependencies import MissingDistributionError, link_distributions, read_requirements


def requirements(folder: Path, text: str) -> Path:
    path = folder / "requirements.txt"
    path.write_text(text, encoding="utf-8")
    return path


def names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_comments_options_and_continuations_are_read(tmp_path: Path) -> None:
    head = "# head\n-r other.txt\npydantic==2.13.5 \\\n    --hash=sha256:00\n"
    path = requirements(tmp_path, head + 'Jinja2  # why\npyyaml; python_version < "3"\n')
    assert [str(item.name) for item in read_requirements(path)] == ["pydantic", "Jinja2", "pyyaml"]
    assert list(read_requirements(tmp_path / "absent.txt")) == []


def test_declared_packages_come_with_what_they_need_and_nothing_else(tmp_path: Path) -> None:
    found = names(link_distributions([requirements(tmp_path, "pydantic")], tmp_path / "cache", "Test"))
    assert {"pydantic", "pydantic_core", "annotated_types", "typing_extensions.py"} <= found
    assert {"boto3", "botocore", "awslambdaric"} <= found, "every Lambda has these"
    assert not found & {"yaml", "moto", "numpy", "flask", "pytest", "cvmaker_local"}


def test_markers_that_do_not_hold_are_left_out(tmp_path: Path) -> None:
    found = names(link_distributions([requirements(tmp_path, 'pyyaml; python_version < "3"')], tmp_path / "c", "Test"))
    assert "yaml" not in found


def test_equal_sets_share_a_folder(tmp_path: Path) -> None:
    first = link_distributions([requirements(tmp_path, "jinja2")], tmp_path / "cache", "One")
    assert link_distributions([requirements(tmp_path, "jinja2  # again")], tmp_path / "cache", "Two") == first


def test_a_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingDistributionError, match=r"Test requires the package 'no-such-package'"):
        link_distributions([requirements(tmp_path, "no-such-package==1")], tmp_path / "cache", "Test")


def test_another_version_than_pinned_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        link_distributions([requirements(tmp_path, "jinja2==0.1")], tmp_path / "cache", "Test")
    assert f"Test wants jinja2==0.1, {metadata.version('jinja2')} is installed" in caplog.text
