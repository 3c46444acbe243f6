import pytest

from helpers.keeping import runs


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "interactive", "a b", "{x}"])
def test_run_names_stay_in_the_folder(tmp_path, name):
    if name:
        with pytest.raises(runs.WrongParameter, match="--run-id"):
            runs.name_run(["seeds"], tmp_path, name)
    else:
        assert runs.name_run(["../../etc/{x}.jsonl"], tmp_path).endswith("_x")


def test_runs_are_never_overwritten(tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(runs.WrongParameter, match="exists already"):
        runs.name_run(["seeds"], tmp_path, "mine")
