"""What a clone must hold, and what it must not."""

import hashlib
import re
import subprocess

import pytest

from helpers import ROOT, tables


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git clone")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_sample_article_never_changes():
    path = ROOT / "seeds" / "000_376782f32ab3d856.txt"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SEED
    assert [p.name for p in (ROOT / "seeds").iterdir()] == [path.name]


SEED = "8acf41929914bcbe73f37e9b475e5ff509d701938d9957d12f357db7f6e18755"


def test_runs_need_neither_torch_nor_scipy():
    for name in ("requirements.txt", "requirements.lock"):
        assert not re.search(r"(?mi)^(torch|scipy|scikit-learn|tensorflow|datasketch)\b", (ROOT / name).read_text()), (
            name
        )


def test_every_requirement_has_its_reason():
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        assert not line.strip() or "#" in line, line


def test_every_requirement_is_pinned():
    pins = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line
    }
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        name = re.match(r"[\w.-]+", line)
        assert not name or name[0].lower().replace("_", "-") in pins, line


def test_readme_explains_every_column():
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in tables.SCHEMAS:
        assert f"`{name}`" in readme, name
    for row in tables.describe().itertuples():
        assert f"`{row.column}`" in readme, (row.table, row.column)


def test_readme_names_every_notebook_and_links_to_what_exists():
    readme = (ROOT / "README.md").read_text("utf-8")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert path.name in readme, path.name
    for target in re.findall(r"\]\(([^)#:]+)\)", readme):
        assert (ROOT / target).exists(), target


def test_nothing_stray_is_committed():
    for path in tracked():
        assert path.suffix not in (".pyc", ".log", ".tmp", ".gz", ".jsonl") and ".ipynb_checkpoints" not in str(path), (
            path
        )
        assert path.stat().st_size < 40 * 2**20, path
    assert [p.name for p in tracked() if p.parent == ROOT / "outputs"] == ["README.md"]


def test_no_file_goes_online():
    for path in tracked():
        if path.suffix == ".py" and path.parts[len(ROOT.parts)] in ("helpers", "notebooks"):
            assert not re.search(
                r"(?m)^\s*(import|from) (requests|urllib\.request|httpx|socket|aiohttp)\b|nltk\.download\(",
                path.read_text("utf-8"),
            ), path
