"""Who may import whom: data flows one way through the folders."""

import ast
import importlib
import shutil
import subprocess
import sys

import pytest

import helpers
from helpers import ROOT

FOLDERS = ("reading", "finding", "keeping", "counting", "showing")
DOORS = ("annotate", "batch", "benchmark", "evaluation")
NEVER = {
    "reading": ("finding", "keeping", "counting", "showing", *DOORS),
    "finding": ("keeping", "counting", "showing", "tables", *DOORS),
    "keeping": ("counting", "showing", *DOORS),
    "counting": ("finding", "showing", *DOORS),
    "showing": ("finding", *DOORS),
}
MODULES = sorted((ROOT / "helpers").rglob("*.py"))


def imported(path):
    """The full names of all that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("folder", FOLDERS)
def test_data_flows_one_way(folder):
    for path in (ROOT / "helpers" / folder).glob("*.py"):
        for name in imported(path):
            top, _, rest = name.partition(".")
            assert top != "helpers" or rest.split(".")[0] not in NEVER[folder], (path.name, name)
            assert folder != "finding" or top != "pandas", (path.name, name)


def test_nothing_is_imported_by_a_string():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            assert name not in ("import_module", "__import__"), path


def test_finding_runs_without_pandas():
    code = "import sys; sys.modules['pandas'] = None; import helpers.finding.pipeline as pipeline"
    code += "; from helpers.finding import gazetteers; gazetteers.load()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)


@pytest.mark.parametrize("old", helpers.MOVED)
def test_old_names_say_the_new_ones(old):
    with pytest.raises(ImportError, match=f"^helpers.{old} moved: it is helpers.{helpers.MOVED[old]} now$"):
        importlib.import_module(f"helpers.{old}")
    for place in helpers.MOVED[old].replace("helpers.", "").split(" and "):
        assert (ROOT / "helpers" / f"{place.replace('.', '/')}.py").is_file(), place


def test_old_names_fail_in_a_from_import_too():
    with pytest.raises(ImportError, match="it is helpers.reading.corpus now"):
        from helpers import corpus  # noqa: F401


@pytest.mark.slow
def test_a_copy_installed_elsewhere_holds_every_folder_with_its_data(tmp_path):
    """What pip installs when it is not editable: all modules, tables of words and the network."""
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "helpers", tmp_path / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    code = "from setuptools import setup; setup(script_args=['-q', 'build_py', '--build-lib', 'built'])"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    files = {path.relative_to(tmp_path / "built") for path in (tmp_path / "built").rglob("*") if path.is_file()}
    assert {path.relative_to(ROOT) for path in MODULES} <= files
    for folder in ("data", "models"):
        assert {path.relative_to(ROOT) for path in (ROOT / "helpers" / folder).rglob("*") if path.is_file()} <= files
