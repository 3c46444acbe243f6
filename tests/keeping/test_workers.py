import importlib.util
import os
import signal
import subprocess
import sys

import pytest

from helpers import ROOT, annotate, tables

HAS_MODEL = (ROOT / "helpers" / "models" / "encoder.onnx").exists()
needs_model = pytest.mark.skipif(not HAS_MODEL, reason="the language model is not in helpers/models")


def load(corpus, outputs, **options):
    return annotate.load(corpus, outputs=outputs, progress=False, **options)


@needs_model
@pytest.mark.slow
def test_processes_find_the_same(outputs, write_lines, story, monkeypatch):
    path = write_lines(
        "x.jsonl",
        [
            {"id": str(i), "text": story.replace("Berg", name)}
            for i, name in enumerate(["Berg", "Dahl", "Lind", "Moe", "Nygaard", "Ruud"])
        ],
    )
    alone = load(path, outputs, workers=1)
    (outputs.parent.parent / "other" / ".annotations").mkdir(parents=True)
    together = load(path, outputs.parent.parent / "other" / "run", workers=2)
    for name in tables.FOUND:
        assert getattr(alone, name).equals(getattr(together, name)), name


KILLER = """
import os, signal, sys
sys.path.insert(0, {root!r})
from helpers import annotate
if __name__ == "__main__":
    found = annotate.load({path!r}, outputs={outputs!r}, workers=2, progress=False)
    print(list(found.quarantine["article_id"]), list(found.quarantine["reason"]), len(found.articles))
"""


@needs_model
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_text_that_kills_its_process_is_named(outputs, write_lines, tmp_path):
    """A package on the path of the workers makes one text kill the process that reads it."""
    path = write_lines(
        "x.jsonl",
        [{"id": f"a{i}", "text": f"Berg said on day {i} that Hale would come."} for i in range(5)]
        + [{"id": "killer", "text": "PLEASE DIE NOW"}],
    )
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal\nfrom helpers import text\nread = text.read\n"
        f"text.read = lambda words: os.kill(os.getpid(), {int(signal.SIGKILL)}) if 'PLEASE DIE' in words else "
        "read(words)\n"
    )
    script = tmp_path / "run.py"
    script.write_text(KILLER.format(root=str(ROOT), path=str(path), outputs=str(outputs)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=240)
    assert (
        done.stdout.startswith("['killer']")
        and "process that worked on it died" in done.stdout
        and done.stdout.strip().endswith("5")
    ), done


def test_dask_is_imported_by_one_module_only():
    users = [
        path.name
        for path in (ROOT / "helpers").rglob("*.py")
        if "import dask" in path.read_text("utf-8") or "from dask" in path.read_text("utf-8")
    ]
    assert users == ["cluster.py"] and importlib.util.find_spec("distributed")
