"""Every notebook in notebooks/, found by its name: thin, without outputs, running through papermill from anywhere."""

import ast
import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from helpers import ROOT, notebooks

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
IDS = [path.stem for path in NOTEBOOKS]


def cells(path, kind):
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def source(cell):
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_committed_without_outputs(path):
    for cell in cells(path, "code"):
        assert not cell["outputs"] and cell["execution_count"] is None
    nbformat.validate(nbformat.read(path, as_version=4))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_reads_like_an_argument(path):
    first = source(cells(path, "markdown")[0])
    assert first.startswith("# ") and first.splitlines()[0].endswith("?"), "the first heading is the question"
    tagged = [cell for cell in cells(path, "code") if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    words = "\n".join(source(cell).lower() for cell in cells(path, "markdown"))
    assert "keep in mind" in words and "files" in words


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_holds_no_program(path):
    for cell in cells(path, "code"):
        code = source(cell)
        if "parameters" in cell["metadata"].get("tags", []):
            continue
        lines = [
            line for line in code.splitlines() if line.strip() and not line.strip().startswith(("import ", "from "))
        ]
        assert len(lines) <= 6, code
        for node in ast.walk(ast.parse(code)):
            assert not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While)), code
        assert (
            "re." not in code.replace("core.", "").replace("are.", "").replace("figure.", "") or "import re" not in code
        )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_says_what_is_missing_where_the_project_is_not_installed(path, tmp_path):
    imports = next(source(cell) for cell in cells(path, "code") if "import" in source(cell))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", imports], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("No module named 'helpers': run 'make' in the folder of newsroom-notebooks")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_runs_alone_with_papermill(path, tmp_path):
    """A copy of the notebook alone, in another folder, with papermill and only the corpus given: it finds the project
    in its kernel's environment and annotates what is missing.
    """
    (tmp_path / "two.jsonl").write_text(
        json.dumps(
            {
                "id": "x",
                "date": "2022-02-03",
                "source": "Post",
                "title": "T",
                "text": "Minister Anna Berg said, “We will attack Norland.” Ruritania accused Norland. "
                "Hale will not send troops to Oslo.",
            }
        )
        + "\n"
        + json.dumps({"id": "y", "date": "2022-02-05", "text": "It rained on Tuesday and nothing happened."})
        + "\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
    where = subprocess.run(
        [sys.executable, "-c", "import helpers; print(helpers.ROOT)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    if where.stdout.strip() != str(ROOT):
        pytest.skip("this folder is not installed (make setup does it)")
    (tmp_path / ".annotations").mkdir()
    shutil.copy(path, tmp_path / "copy.ipynb")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "papermill",
            "copy.ipynb",
            "out.ipynb",
            "-p",
            "corpus",
            str(tmp_path / "two.jsonl"),
            "-p",
            "outputs",
            str(tmp_path / "run"),
            "--no-progress-bar",
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "unknown parameter" not in done.stderr.lower() and "error" not in done.stderr.lower()
    assert list((tmp_path / "run" / "tables").glob("*.csv"))
    assert list((tmp_path / "run" / "figures").glob("*.png")) or path.stem[:2] in ("05", "06")  # nothing to draw yet
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    footer = executed[-1]["outputs"][-1]["data"]["text/html"]
    for name in notebooks.read_parameters(path):
        assert f"parameter {name}" in footer
    for cell in executed:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr" or "Warning" not in output["text"], output["text"]


def test_batch_module_finds_exactly_these():
    assert notebooks.find_notebooks() == [path for path in NOTEBOOKS if path.name[0].isdigit()]
