"""All notebooks over a corpus in one command: python -m helpers.batch seeds

Checks the parameters of all notebooks first, annotates the corpus once, runs notebooks/[0-9]*.ipynb with papermill,
writes tables, figures, a report and a manifest to outputs/<run_id>/, and lists all runs in outputs/index.html. Exit
code 0: all well; 1: a notebook failed or no input could be analysed; 2: the command itself was wrong.
"""

import argparse
import os

try:
    import resource
except ImportError:  # Windows: no processor times
    resource = None  # type: ignore[assignment]
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers import annotate, resolve, tables
from helpers.counting import corrections
from helpers.keeping.runs import WrongParameter, list_files, name_run, versions, write_manifest
from helpers.notebooks import NOTEBOOKS, Outcome, check_parameters, find_notebooks, read_parameters, run_notebooks
from helpers.showing import report
from helpers.text import count


def _processor_seconds() -> float:
    if resource is None:
        return time.process_time()
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def run(
    corpus: Sequence[str],
    *,
    outputs: str | Path = "outputs",
    run_id: str = "",
    given: Mapping[str, str] = {},
    only: Sequence[str] = (),
    workers: int = 0,
    jobs: int = 0,
    timeout: int | None = None,
    progress: bool = True,
    notebooks: Path = NOTEBOOKS,
) -> tuple[Path, dict]:
    """Run everything; return (the run's folder, the manifest). Raises WrongParameter or FileNotFoundError before
    anything is written.
    """
    began, seconds, outputs = datetime.now(UTC), time.monotonic(), resolve(outputs)
    values = _check(corpus, given, only, notebooks)
    folder = outputs / name_run(corpus, outputs, run_id)
    (outputs / ".annotations").mkdir(parents=True, exist_ok=True)
    folder.mkdir()
    manifest: dict[str, Any] = {
        "run_id": folder.name,
        "status": "running",
        "started": began.isoformat(timespec="seconds"),
        "corpus": {"inputs_given": list(corpus)},
        "parameters": dict(given),
        "versions": versions(),
    }
    write_manifest(folder, manifest)
    analysed = _annotate(folder, manifest, workers=workers, progress=progress)
    outcomes = []
    if analysed:
        ours = {"corpus": ";".join(corpus), "outputs": str(folder)}
        for path, chosen in values.items():
            chosen.update({name: value for name, value in ours.items() if name in read_parameters(path)})
        outcomes = run_notebooks(values, folder, jobs=jobs, timeout=timeout, progress=progress)
    manifest["status"] = _status(outcomes)
    manifest["notebooks"] = [outcome._asdict() for outcome in outcomes]
    manifest["seconds"] = {"wall": round(time.monotonic() - seconds, 2), "processor": round(_processor_seconds(), 2)}
    manifest["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    write_manifest(folder, manifest)
    report.build(folder)
    manifest["files"] = list_files(folder)
    write_manifest(folder, manifest)
    report.build_index(outputs)
    return folder, manifest


def _check(corpus: Sequence[str], given: Mapping[str, str], only: Sequence[str], notebooks: Path) -> dict[Path, dict]:
    """{notebook: its values}, when everything asked for can be done; a wrong name or path is found before anything is
    written.
    """
    values = check_parameters(given, find_notebooks(only, notebooks), find_notebooks((), notebooks))
    if not values:
        raise WrongParameter(f"there are no notebooks in {notebooks}")
    for name in ("corrections", "codebook", "model"):
        if given.get(name) and not resolve(given[name]).exists():
            raise WrongParameter(f"parameter {name}: there is no {resolve(given[name])}")
    annotate.describe_corpus(corpus)
    return values


def _annotate(folder: Path, manifest: dict, *, workers: int, progress: bool) -> int:
    """Annotate the corpus, save its tables, say in the manifest what was found; return the number of articles. The
    notebooks' processes load what they need themselves.
    """
    given = manifest["parameters"]
    found = annotate.load(
        ";".join(manifest["corpus"]["inputs_given"]),
        outputs=folder,
        model=given.get("model", ""),
        codebook=given.get("codebook", ""),
        workers=workers,
        progress=progress,
    )
    manifest["corpus"] |= found.about | {
        "words": int(found.articles["n_words"].sum()),
        "duplicates": int(found.articles["duplicate_of"].notna().sum()),
    }
    manifest["found"] = {name: len(getattr(found, name)) for name in tables.FOUND}
    if not len(found.articles):
        reasons = found.quarantine["reason"]
        manifest["reason"] = str(reasons.mode().iloc[0]) if len(reasons) else "the folder holds no files"
    found = corrections.apply(found, given.get("corrections", ""))
    write_manifest(folder, manifest)  # the comparison with an earlier run reads it
    for name in ("articles", *tables.FOUND, "quarantine"):
        tables.save(getattr(found, name), name, folder)
    return len(found.articles)


def _status(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "nothing to analyse"
    return "failed" if any(outcome.status != "ok" for outcome in outcomes) else "ok"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.batch",
        description="Run all notebooks over a corpus of news articles.",
        epilog="papermill --help-notebook notebooks/01_entity_counts.ipynb lists a notebook's parameters.",
    )
    parser.add_argument(
        "corpus",
        nargs="+",
        help="files, folders, globs or a .toml description; a relative path means the project's root",
    )
    parser.add_argument(
        "-p",
        "--parameter",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="set a notebook parameter (repeatable)",
    )
    parser.add_argument("--run-id", default="", help="name of the run's folder (default: date, time and corpus)")
    parser.add_argument("--outputs", default="outputs", help="where runs are kept (default: outputs)")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PART",
        help="run only notebooks whose name contains this, for example 01 (repeatable)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        help="processes that annotate (default: one per core for more than 200 new articles)",
    )
    parser.add_argument("--jobs", type=int, default=0, help="notebooks at the same time (default: one per core)")
    parser.add_argument(
        "--timeout", type=int, default=None, help="stop a notebook whose cell takes longer than so many seconds"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        folder, manifest = run(
            asked.corpus,
            outputs=asked.outputs,
            run_id=asked.run_id,
            given=dict(asked.parameter),
            only=asked.only,
            workers=asked.workers,
            jobs=asked.jobs,
            timeout=asked.timeout,
            progress=not asked.quiet,
        )
    except (WrongParameter, FileNotFoundError, ValueError) as error:
        if not isinstance(error, (WrongParameter, FileNotFoundError)) and os.environ.get("DEBUG"):
            raise
        print(f"error: {error}", file=sys.stderr)
        return 2
    about = manifest["corpus"]
    if about["quarantined"]:
        print(
            f"{about['quarantined']:,} of {about['inputs']:,} inputs could not be analysed; the reasons are in "
            f"{folder / 'tables' / 'quarantine.csv'}",
            file=sys.stderr,
        )
    if not about["analysed"]:
        print(f"most frequent reason: {manifest['reason']}", file=sys.stderr)
    for outcome in manifest["notebooks"]:
        if outcome["status"] != "ok":
            print(f"failed: {outcome['notebook']}: {outcome['error']}", file=sys.stderr)
    status = "Done" if manifest["status"] == "ok" else manifest["status"].capitalize()
    print(
        f"{status}: {count(about['analysed'], 'article')} in {manifest['seconds']['wall']:.0f} s. "
        f"Open {folder / 'report' / 'index.html'} (all runs: {folder.parent / 'index.html'})"
    )
    return 0 if manifest["status"] == "ok" else 1


if __name__ == "__main__":
    sys.exit(main())
