"""Faults of the machine and of its user: nothing is lost, every input is accounted for, and a sentence says what
happened. The faults are made, not described.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import MODELS, ROOT, annotate, batch, notebooks, tables
from helpers.finding import acts, pipeline
from helpers.keeping import cluster, faults, machine, parts, runs, workers
from helpers.keeping.corpora import columns

SENTENCE = "Foreign Minister Anna Berg said on day {} that Norland would answer. President Hale threatened Ruritania."
posix = pytest.mark.skipif(os.name == "nt", reason="signals and limits of POSIX")


def load(corpus, outputs, **options):
    return annotate.load(corpus, outputs=outputs, progress=False, **options)


def records(n):
    return [{"id": f"a{i}", "text": SENTENCE.format(i)} for i in range(n)]


def frames(found):
    return {name: getattr(found, name) for name in ("articles", *tables.FOUND)}


def same(a, b):
    return all(frame.equals(frames(b)[name]) for name, frame in frames(a).items())


# -- whatever lies in a folder ---------------------------------------------------------------------------------------

NAME = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=12)
ENDING = st.sampled_from([".txt", ".jsonl", ".json", ".csv", ".docx", ".gz", ".zip", ".parquet", ".html", ".exe", ""])
BYTES = st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda s: s.encode("utf-8", "replace")))


@given(st.dictionaries(st.tuples(NAME, ENDING), BYTES, max_size=6))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_lies_in_a_folder_is_analysed_or_set_apart(fake_engine, files):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "corpus")
        folder.mkdir()
        Path(name, "out", ".annotations").mkdir(parents=True)
        written = set()
        for (stem, ending), content in files.items():
            with contextlib.suppress(OSError):  # a name that this system does not take
                path = folder / f"f{stem}{ending}"
                path.write_bytes(content)
                written.add(path.name)
        found = load(folder, Path(name, "out", "run"))
        assert found.about["inputs"] == len(found.articles) + len(found.quarantine)
        shown = [*found.articles["path"], *found.quarantine["path"]]
        seen = {file for file in written if any(file in path for path in shown)}
        assert len(seen) + len([f for f in written - seen if not f.isprintable()]) == len(written), (written, shown)


@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(["a\n\n", "“", "said ", "\u202e", "🙂", "U.S. "]))))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_annotating_fail(text):
    text = text if isinstance(text, str) else "".join(text) * 8
    found = annotate.annotate_text(text)
    for name in tables.FOUND:
        tables.make_table(name, [("a", *row) for row in found[name]])
        assert all(0 <= row[0] <= row[1] <= len(text) for row in found[name]), name


# -- failures that pass, and findings that fail ----------------------------------------------------------------------


@pytest.mark.parametrize("error", [MemoryError(), OSError(24, "Too many open files"), RuntimeError("bad_alloc")])
def test_a_passing_failure_is_tried_again_and_never_stored(fake_engine, write_lines, outputs, monkeypatch, error):
    path, annotate_text, failing = write_lines("x.jsonl", records(3)), pipeline.annotate_text, [2]

    def fails(words, **more):
        if "day 1 " in words and failing[0]:
            failing[0] -= 1
            raise error
        return annotate_text(words, **more)

    monkeypatch.setattr(pipeline, "annotate_text", fails)
    found = load(path, outputs)
    assert list(found.quarantine["article_id"]) == ["a1"] and "passing failure" in found.quarantine["reason"][0]
    assert found.about["inputs"] == 3 == len(found.articles) + 1
    assert len(load(path, outputs).articles) == 3  # the next run
    failing[0] = 1
    write_lines("y.jsonl", [{"id": "b", "text": SENTENCE.format("1 again")}])
    assert len(load(path.with_name("y.jsonl"), outputs).articles) == 1  # the second trial of the same run


def test_a_kind_of_findings_that_fails_leaves_the_others(fake_engine, write_lines, outputs, monkeypatch):
    def fails(document, *more, **options):
        raise ValueError("made to fail")

    monkeypatch.setattr(acts, "find_acts", fails)
    found = load(write_lines("x.jsonl", records(2)), outputs)
    assert len(found.articles) == 2 == found.about["incomplete"] and not len(found.quarantine)
    assert len(found.mentions) and len(found.statements) and not len(found.acts) and not len(found.participants)
    assert found.articles["notes"].str.contains("not found here: acts: ValueError: made to fail").all()


# -- a damaged store -------------------------------------------------------------------------------------------------


def cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def scramble(path):
    data = bytearray(path.read_bytes())
    data[4:40] = b"\xff" * 36  # pages, not the footer
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [cut, scramble, Path.unlink])
@pytest.mark.parametrize("name", ["keys", "mentions", "acts"])
def test_a_damaged_part_is_made_anew(fake_engine, write_lines, outputs, damage, name):
    path = write_lines("x.jsonl", records(4))
    first = load(path, outputs)
    frames(first)
    for file in outputs.parent.glob(f".annotations/found/*/*/{name}.parquet"):
        damage(file)
    again = load(path, outputs)
    assert same(first, again) and same(first, load(path, outputs))


@pytest.mark.parametrize("name", ["articles-000000.arrow", "about.json", "quarantine.parquet", "duplicates.parquet"])
def test_a_damaged_reading_is_made_anew(fake_engine, write_lines, outputs, name):
    path = write_lines("x.jsonl", records(4))
    first = load(path, outputs)
    for file in outputs.parent.glob(f".annotations/corpora/*/{name}"):
        data = file.read_bytes()
        file.unlink()  # the frames above are mapped onto the old file
        file.write_bytes(data[:40])
    assert same(first, load(path, outputs))


def test_merging_keeps_every_row_and_an_unfinished_merge_counts_nothing_twice(fake_engine, write_lines, outputs):
    path = write_lines("x.jsonl", records(30))
    first = load(path, outputs)
    rows = {name: frame.copy() for name, frame in frames(first).items()}
    store = outputs.parent / ".annotations"
    found = next((store / "found").glob("*"))
    for part in found.glob("[!.]*/"):
        parts.drop(part)
    (folder,) = (store / "corpora").glob("[!.]*/")
    texts = [row for part in columns(folder, ["key", "text"]) for row in part.to_pylist()]
    for row in texts:
        workers.annotate_texts([(row["key"], row["text"])], found)
    assert len(list(found.glob("[!.]*/"))) == 30
    one = next(found.glob("[!.]*/"))
    assert parts.merge(found) == 30 and len(list(found.glob("[!.]*/"))) == 1
    workers.annotate_texts([(row["key"], row["text"]) for row in texts[:5]], found)  # as if a merge had been killed
    (merged, *_) = sorted(found.glob("[!.]*/"), key=lambda part: -parts.read_known(found).index.num_rows)
    again = load(path, outputs)
    assert all(frame.equals(frames(again)[name]) for name, frame in rows.items()) and not one.exists() and merged


# -- disks -----------------------------------------------------------------------------------------------------------


@posix
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(fake_engine, write_lines, tmp_path, capsys):
    """A limit on the size of files stands for the full disk: the system refuses the same writes."""
    import resource

    path = write_lines("x.jsonl", records(300))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))
    try:
        code = batch.main([str(path), "--outputs", str(tmp_path / "o"), "--run-id", "r", "--workers", "1", "--quiet"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    said = capsys.readouterr().err
    assert code == 1 and said.startswith("error: could not write") and said.count("\n") == 1, said
    assert "the disk is full" in said and str(tmp_path / "o") in said
    assert json.loads((tmp_path / "o" / "r" / "manifest.json").read_text())["status"] == "failed"
    assert not list((tmp_path / "o").rglob(".tmp*"))


def test_an_outputs_folder_that_cannot_be_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert batch.main(["seeds", "--outputs", str(tmp_path / "file" / "o")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: could not use") and "file" in said and said.count("\n") == 1


def test_space_is_checked_before_a_long_run(fake_engine, write_lines, outputs, monkeypatch):
    monkeypatch.setattr(machine, "free_space", lambda folder: 1000)
    with pytest.raises(faults.CannotGoOn, match="needs about .* MB in .*annotations, but only 0 MB are free"):
        load(write_lines("x.jsonl", records(1)), outputs)
    assert not fake_engine


# -- wrong commands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jobs", "-1"], "--jobs -1"),
        (["--workers", "-2"], "--workers -2"),
        (["--limit", "-3"], "--limit -3"),
        (["--timeout", "0"], "--timeout 0"),
        (["-p", "rows", "-5"], "rows: -5 is too small; it takes 1 or more"),
        (["-p", "rows", "0"], "rows: 0 is too small"),
        (["-p", "passages", "-3"], "passages: -3 is too small"),
        (["-p", "seed", "-1"], "seed: -1 is too small; it takes 0 or more"),
        (["--only", "01", "-p", "rows", "5"], "rows belongs to 06_check_by_hand, which --only leaves out"),
    ],
)
def test_numbers_and_names_out_of_range_are_refused(tmp_path, capsys, arguments, message):
    assert batch.main(["seeds", *arguments, "--outputs", str(tmp_path / "o")]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "o").exists()


@pytest.mark.parametrize("outputs", ["", " ", ".", str(ROOT)])
def test_runs_are_not_written_into_the_project_itself(capsys, outputs):
    assert batch.main(["seeds", "--outputs", outputs]) == 2
    assert "name a folder of its own" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("codebook", b"category,rung\nX"),
        ("codebook", b"\xff\xfe\x00"),
        ("corrections", b"action,entity\nexplode,Berg\n"),
        ("corrections", b"\x00\x01\x02"),
        ("model", None),
    ],
)
def test_broken_files_are_refused_before_anything_starts(tmp_path, capsys, name, content):
    path = tmp_path / "broken.csv"
    if content is None:
        path = tmp_path / "model"
        path.mkdir()
        for file in MODELS.iterdir():
            (path / file.name).write_bytes(b"{}" if file.name == "config.json" else file.read_bytes())
        (path / "SHA256SUMS").unlink(missing_ok=True)
    else:
        path.write_bytes(content)
    assert batch.main(["seeds", "-p", name, str(path), "--outputs", str(tmp_path / "o")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1 and not (tmp_path / "o").exists(), said


def test_two_runs_of_one_second_have_folders_of_their_own(tmp_path):
    folders = [runs.make_folder(["seeds"], tmp_path) for _ in range(3)]
    assert len(set(folders)) == 3 and all(folder.is_dir() for folder in folders)


def test_what_a_killed_run_left_is_taken_over_and_a_finished_run_is_not(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host = runs.platform.node()
    for name, status, pid in (("dead", "running", gone.pid), ("alive", "running", os.getpid()), ("done", "ok", 1)):
        (tmp_path / name).mkdir()
        about = {"run_id": name, "status": status, "process": {"host": host, "pid": pid}}
        (tmp_path / name / "manifest.json").write_text(json.dumps(about))
    (tmp_path / f".tmp-{host}-{gone.pid}-x").mkdir()
    (tmp_path / f".tmp-{host}-{os.getpid()}-x").mkdir()
    runs.tidy(tmp_path)
    assert {m["run_id"]: m["status"] for m in runs.read_runs(tmp_path)} == {
        "dead": "stopped",
        "alive": "running",
        "done": "ok",
    }
    assert [path.name for path in tmp_path.glob(".tmp*")] == [f".tmp-{host}-{os.getpid()}-x"]
    assert not list(runs.make_folder(["x"], tmp_path, "dead").iterdir())
    for name in ("alive", "done"):
        with pytest.raises(runs.WrongParameter, match="exists already"):
            runs.make_folder(["x"], tmp_path, name)


# -- stopping and killing --------------------------------------------------------------------------------------------


def start(path, tmp_path, *more):
    """A run of its own in a group of its own, with a temporary folder of its own."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "helpers.batch", str(path), "--outputs", str(tmp_path / "o"), "--run-id", "r"]
    return subprocess.Popen(
        [*command, "--only", "00", *more],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(condition, seconds=240):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    assert condition()


@posix
@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "n_workers"), [(signal.SIGTERM, 143, "1"), (signal.SIGINT, 130, "2"), (signal.SIGTERM, 143, "2")]
)
def test_a_stopped_run_says_what_is_kept_and_leaves_nothing(tmp_path, write_lines, number, code, n_workers):
    process = start(write_lines("x.jsonl", records(320)), tmp_path, "--quiet", "--workers", n_workers)
    wait_for(lambda: list(tmp_path.glob("o/.annotations/found/*/[!.]*/keys.parquet")) or process.poll() is not None)
    began = time.monotonic()
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == code, said
    assert time.monotonic() - began < 15
    assert re.fullmatch(r"\s*Stopped\. What was read and annotated is kept in [^\n]+\n", said), said
    assert "python -m helpers.batch" in said
    assert json.loads((tmp_path / "o" / "r" / "manifest.json").read_text())["status"] == "stopped"
    assert not list((tmp_path / "tmp").iterdir()) and not list((tmp_path / "o").rglob(".tmp*"))


@posix
@pytest.mark.slow
def test_a_killed_run_goes_on_with_the_same_command_to_the_same_tables(tmp_path, write_lines):
    path = write_lines("x.jsonl", records(400))
    process = start(path, tmp_path, "--quiet", "--workers", "2")
    wait_for(lambda: list(tmp_path.glob("o/.annotations/found/*/[!.]*/keys.parquet")) or process.poll() is not None)
    process.kill()
    process.communicate()
    kept = set(tmp_path.glob("o/.annotations/found/*/[!.]*/keys.parquet"))
    process = start(path, tmp_path, "--quiet", "--workers", "1")
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 0 and kept, said
    assert not list((tmp_path / "tmp").iterdir()) and not list((tmp_path / "o").rglob(".tmp*"))
    (tmp_path / "other" / ".annotations").mkdir(parents=True)
    whole = load(path, tmp_path / "other" / "run", workers=1)
    assert same(whole, load(path, tmp_path / "o" / "r"))


def test_a_kernels_addresses_lie_in_the_runs_own_folder(tmp_path):
    """A kill between the start of a kernel and its end left them, and the kernel's key, in the system's folder."""
    from jupyter_client.manager import AsyncKernelManager

    manager = AsyncKernelManager(kernel_name="python3", **notebooks._kernel_options(str(tmp_path), 1))
    manager.write_connection_file()
    assert [path.name for path in tmp_path.glob("*.json")] == ["1.json"]


# -- workers ---------------------------------------------------------------------------------------------------------


def test_processes_are_as_many_as_fit_into_memory():
    assert machine.fitting(machine.WORKER, 16, free=0.4e9) == 1
    assert machine.fitting(machine.WORKER, 16, free=1e12) == min(16, machine.cores())
    assert machine.free_memory() > 0 and workers.choose_workers(3, 10) == 3 and workers.choose_workers(0, 10) == 1


@pytest.mark.slow
def test_workers_have_no_limit_that_pauses_them(tmp_path):
    with cluster.start(1, tmp_path) as client:
        (about,) = cluster._workers(client).values()
        assert not about["memory_limit"] and about["status"] == "running"
        manager = client.run(lambda dask_worker: str(dask_worker.memory_manager.memory_pause_fraction))
        assert set(manager.values()) == {"False"}


def test_a_cluster_whose_workers_are_paused_or_gone_says_so():
    assert "no worker is connected" in cluster._why_idle({})
    paused = {"a": {"status": "paused", "memory_limit": 325e6}, "b": {"status": "paused", "memory_limit": 325e6}}
    assert "all 2 workers are paused" in cluster._why_idle(paused) and "325 MB" in cluster._why_idle(paused)
    assert cluster._why_idle({**paused, "c": {"status": "running"}}) == ""


def test_a_worker_with_another_engine_or_without_the_folder_is_refused(tmp_path):
    shard = workers.Shard(tmp_path / "articles-000000.arrow", [0])
    with pytest.raises(faults.CannotGoOn, match="another version"):
        workers.annotate_remotely(shard, tmp_path, pipeline.Options(), "0" * 20)
    with pytest.raises(faults.CannotGoOn, match="does not see .*path that all machines share"):
        workers.annotate_remotely(shard, tmp_path, pipeline.Options(), workers.engine_key(pipeline.Options()))


def dask_process(tmp_path, *command):
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "dask",
            *command,
            "--scheduler-file",
            str(tmp_path / "scheduler.json"),
            "--no-dashboard",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@posix
@pytest.mark.slow
def test_a_scheduler_with_workers_that_come_and_go(tmp_path, write_lines, outputs):
    path = write_lines("x.jsonl", records(120))
    worker = ("worker", "--nthreads", "1", "--memory-limit", "0", "--local-directory", str(tmp_path / "scratch"))
    processes = [dask_process(tmp_path, "scheduler", "--host", "127.0.0.1", "--port", "0")]
    try:
        wait_for((tmp_path / "scheduler.json").is_file)
        processes += [dask_process(tmp_path, *worker, "--no-nanny") for _ in range(2)]

        class Watch(contextlib.nullcontext):
            def update(self, n):  # after the first shard one of two workers goes and another one comes
                if len(processes) == 3:
                    processes[1].kill()
                    processes.append(dask_process(tmp_path, *worker, "--no-nanny"))

        folder = annotate.readings.read_corpus(path, store=outputs.parent / ".annotations")
        watch = Watch()
        watch.enter_result = watch
        died = workers.annotate_corpus(
            folder,
            store=outputs.parent / ".annotations",
            scheduler=str(tmp_path / "scheduler.json"),
            watch=lambda total: watch,
        )
        assert died == {} and len(processes) == 4
    finally:
        for process in processes:
            process.kill()
            process.wait()
    together = load(path, outputs)
    (tmp_path / "other" / ".annotations").mkdir(parents=True)
    assert same(together, load(path, tmp_path / "other" / "run", workers=1)) and len(together.articles) == 120


def test_a_scheduler_that_does_not_answer_is_one_sentence(fake_engine, write_lines, outputs, monkeypatch):
    with pytest.raises(faults.CannotGoOn, match="no Dask scheduler answers at nonsense"):
        load(write_lines("x.jsonl", records(1)), outputs, scheduler="nonsense://x")
