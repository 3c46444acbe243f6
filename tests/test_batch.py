import json
import os
import re
import signal
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import ROOT, batch, notebooks


def notebook(
    folder,
    name,
    *sources,
    parameters='corpus = "seeds"  # articles\noutputs = "outputs/interactive"  # where to write\ntop = 5  # how many\n'
    'fold = True  # fold\nshare = .5  # share\nwho = ""  # actor\nmany = ["a"]  # list',
):
    cells = [
        new_markdown_cell("# A question?"),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *map(new_code_cell, sources),
    ]
    folder.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


def test_parameters_are_read_without_running(tmp_path):
    found = notebooks.read_parameters(notebook(tmp_path, "01_x"))
    assert {name: p.default for name, p in found.items()} == {
        "corpus": "seeds",
        "outputs": "outputs/interactive",
        "top": 5,
        "fold": True,
        "share": 0.5,
        "who": "",
        "many": ["a"],
    }
    assert found["top"].help == "how many"


@pytest.mark.parametrize(
    ("words", "default", "value"),
    [
        ("7", 5, 7),
        ("007", "", "007"),
        ("no", True, False),
        ("TRUE", False, True),
        ("0.25", 0.5, 0.25),
        ("['x', 'y']", ["a"], ["x", "y"]),
        ("1e5", "", "1e5"),
        ("5", 0.5, 5.0),
    ],
)
def test_words_become_the_type_of_the_default(words, default, value):
    converted = notebooks.convert("x", words, default)
    assert converted == value and type(converted) is type(value)


@pytest.mark.parametrize(
    ("words", "default"),
    [
        ("seven", 5),
        ("5.5", 5),
        ("maybe", True),
        ("2", True),
        ("x", 0.5),
        ("('a',)", ["a"]),
        ("__import__('os')", ["a"]),
        ("open('x')", {}),
    ],
)
def test_ill_typed_values_are_refused(words, default):
    with pytest.raises(notebooks.WrongParameter, match="parameter x: .* does not fit"):
        notebooks.convert("x", words, default)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("topp", "did you mean top"),
        ("count_duplicates", "is now called keep_duplicates"),
        ("zzzzzz", "there are fold, many"),
        ("x=1;open('f','w');x", "can't be a parameter's name"),
        ("corpus", "name the inputs"),
        ("outputs", "--outputs"),
        ("class", "can't be"),
    ],
)
def test_unknown_names_are_refused(tmp_path, name, message):
    path = notebook(tmp_path, "01_x")
    with pytest.raises(notebooks.WrongParameter, match=message):
        notebooks.check_parameters({name: "1"}, [path])


def test_a_parameter_goes_only_to_notebooks_that_have_it(tmp_path):
    one, two = notebook(tmp_path, "01_x"), notebook(tmp_path, "02_y", parameters="bottom = 1")
    assert notebooks.check_parameters({"top": "3"}, [one, two]) == {one: {"top": 3}, two: {}}


def test_every_shipped_notebook_has_readable_parameters():
    for path in notebooks.find_notebooks():
        found = notebooks.read_parameters(path)
        assert {"corpus", "outputs"} <= set(found), path.name
        assert all(p.help for p in found.values()), path.name


def test_papermill_shows_every_parameter():
    notebooks._papermill()
    from papermill.inspection import inspect_notebook

    for path in notebooks.find_notebooks():
        shown = inspect_notebook(str(path))
        known = notebooks.read_parameters(path)
        assert set(shown) == set(known), path.name
        assert all(shown[name]["help"] == known[name].help for name in known), path.name


def test_only():
    names = [path.stem for path in notebooks.find_notebooks(["00", "dossier"])]
    assert names == ["00_corpus", "04_actor_dossiers"]
    with pytest.raises(notebooks.WrongParameter, match="no notebook is called 77"):
        notebooks.find_notebooks(["77"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere"],
        ["seeds", "-p", "topp", "3"],
        ["seeds", "--only", "zz"],
        ["seeds", "-p", "corrections", "gone.csv"],
        ["seeds", "--run-id", "../x"],
    ],
)
def test_wrong_commands_write_nothing(tmp_path, capsys, arguments):
    assert batch.main([*arguments, "--outputs", str(tmp_path / "o")]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "o").exists()


@pytest.mark.slow
def test_failing_and_dying_notebooks_leave_the_others(tmp_path, fake_engine, write_lines):
    folder = tmp_path / "notebooks"
    notebook(folder, "01_good", "from pathlib import Path; Path(outputs, 'good.txt').write_text(who)")
    notebook(folder, "02_bad", "1 / 0")
    notebook(folder, "03_dies", f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})")
    notebook(folder, "04_slow", "import time; time.sleep(60)")
    path = write_lines("x.jsonl", [{"text": "Berg said so."}, {"text": ""}])
    run, manifest = batch.run(
        [str(path)],
        outputs=tmp_path / "out {0}",
        run_id="r1",
        given={"who": "Anna; Berg"},
        notebooks=folder,
        progress=False,
        timeout=8,
    )
    status = {n["notebook"]: (n["status"], n["error"]) for n in manifest["notebooks"]}
    assert status["01_good"] == ("ok", None) and (run / "good.txt").read_text() == "Anna; Berg"
    assert status["02_bad"][0] == "failed" and "ZeroDivisionError: division by zero (cell" in status["02_bad"][1]
    assert status["03_dies"][0] == "failed" and "died" in status["03_dies"][1]
    assert status["04_slow"][0] == "failed" and "Timeout" in status["04_slow"][1]
    assert manifest["status"] == "failed"
    assert manifest["corpus"]["inputs"] == 2 and manifest["corpus"]["quarantined"] == 1
    assert (run / "notebooks" / "02_bad.ipynb").exists() and (run / "notebooks" / "02_bad.log").exists()
    assert "ZeroDivisionError" in (run / "report" / "index.html").read_text()
    assert json.loads((run / "manifest.json").read_text())["files"]["tables/articles.csv"]["sha256"]
    assert "r1/report/index.html" in (run.parent / "index.html").read_text()
    assert not [p.name for p in run.rglob(".*")]


@pytest.mark.slow
def test_nothing_to_analyse(tmp_path, fake_engine, write_lines, capsys):
    path = write_lines("x.jsonl", [{"text": ""}])
    assert batch.main([str(path), "--outputs", str(tmp_path / "o"), "--quiet"]) == 1
    said = capsys.readouterr()
    assert (
        "Nothing to analyse" in said.out
        and "1 of 1 inputs could not be analysed" in said.err
        and "most frequent reason: no text" in said.err
    )
    (tmp_path / "empty").mkdir()
    assert batch.main([str(tmp_path / "empty"), "--outputs", str(tmp_path / "o"), "--quiet"]) == 1
    assert "holds no files" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_over_the_sample(tmp_path):
    """The main job, as a user runs it: from another folder, all notebooks, exit code 0."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "helpers.batch", "seeds", "--outputs", str(tmp_path), "--run-id", "sample"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    run = tmp_path / "sample"
    assert str(run / "report" / "index.html") in done.stdout.splitlines()[-1]
    assert "Notebooks: 100%" in done.stderr
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["status"] == "ok" and len(manifest["notebooks"]) == len(notebooks.find_notebooks())
    assert manifest["corpus"]["fingerprint"] and manifest["versions"]["nltk"]
    for kind in (
        "tables/articles.csv",
        "tables/articles.parquet",
        "figures/article_lengths.png",
        "figures/article_lengths.svg",
        "report/index.html",
    ):
        assert manifest["files"][kind]["bytes"] > 100, kind
    report = (run / "report" / "index.html").read_text()
    assert (
        not re.findall(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//(?!www\.)[^"'> ]*\.(?:js|css|woff)""", report)
        and "cdn." not in report.lower()
    )


def test_a_running_notebook_knows_its_parameters():
    ran = ["", 'corpus = "seeds"  # articles\nn = 3  # how many', "n = 4", "found = load(corpus)", "x = 1"]
    assert notebooks.parameters_of({"In": ran, "corpus": "seeds", "n": 4, "x": 1}) == {"corpus": "seeds", "n": 4}
    assert notebooks.parameters_of({"In": ["%time", "f()"]}) == {} == notebooks.parameters_of({})


@pytest.mark.slow
def test_kernels_are_of_this_python_with_these_helpers(tmp_path, monkeypatch):
    """Also where the machine has another kernel of the same name."""
    other = tmp_path / "share" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text('{"argv": ["/nowhere/python"], "display_name": "x", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    code = "import sys, helpers\nassert (sys.prefix, str(helpers.ROOT)) == (prefix, root), (sys.prefix, helpers.ROOT)"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), tmp_path / "08_x.ipynb")
    values = {tmp_path / "08_x.ipynb": {"prefix": sys.prefix, "root": str(notebooks.ROOT)}}
    before = dict(os.environ)
    assert [outcome.error for outcome in notebooks.run_notebooks(values, tmp_path / "run", progress=False)] == [None]
    assert dict(os.environ) == before
