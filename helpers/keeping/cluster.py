"""Tasks in many processes. Dask is used here and nowhere else: a cluster of this machine, or one that is there."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, TypeVar

import dask
from dask.distributed import Client, LocalCluster, wait
from distributed.scheduler import KilledWorker

from helpers import ROOT
from helpers.keeping.faults import CannotGoOn
from helpers.keeping.machine import end_children

AHEAD = 3  # tasks a worker that wait at the scheduler: enough to be busy, few to lose
LOOK = 5.0  # seconds between two looks at workers when no task ends
TELL = 60.0  # seconds without a worker at work until that is said
GIVE_UP = 600.0  # and until the run gives up
QUIET = "ignore:resource_tracker:UserWarning"
DEATHS = 1  # times a task may kill its worker before it is cut in half

Task = TypeVar("Task")
SETTINGS = {
    "distributed.worker.daemon": True,
    "distributed.scheduler.allowed-failures": DEATHS,
    "distributed.admin.log-format": "%(message)s",
    "logging.distributed": "critical",
    "distributed.comm.timeouts.connect": "60s",
    # A worker over a limit would pause in silence and a run of small machines wait for ever. Texts are small and a
    # process that the system ends is noticed and named, so there is no limit.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
}


@contextlib.contextmanager
def start(workers: int, scratch: Path) -> Iterator[Client]:
    """A client of so many processes of this machine, which end with it; `scratch` takes their files."""
    # Workers find `helpers` through PYTHONPATH, whatever folder they are started in.
    # Python's tracker of semaphores tidies up after a stopped run; it need not complain about it.
    if QUIET not in sys.warnoptions:
        sys.warnoptions.append(QUIET)
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    with dask.config.set({**SETTINGS, "temporary-directory": str(scratch)}):
        with _interrupts_held():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                local_directory=str(scratch),
                env=environment,
                silence_logs=50,
            )
        client, patience = Client(cluster), 10.0
        try:
            yield client
        except BaseException:  # stopped or failed: nothing of the workers is needed, and asking them takes long
            patience = 0.5
            end_children()
            raise
        finally:
            with contextlib.suppress(Exception):
                client.close(timeout=patience / 5)
                cluster.close(timeout=patience)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """A terminal sends Ctrl-C to all processes of a run. Threads and processes that begin here never see it, also
    workers that are started again later: this process hears it, when it comes out at the latest, and ends them.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # where this starts by itself, it lets the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def connect(scheduler: str) -> Iterator[Client]:
    """A client of a scheduler given by its address (tcp://host:8786) or its file. Raises CannotGoOn when nothing
    answers there or no worker comes.
    """
    asked: dict[str, Any] = {"scheduler_file": scheduler} if Path(scheduler).is_file() else {"address": scheduler}
    with dask.config.set({"distributed.comm.timeouts.connect": "15s", "logging.distributed": "critical"}):
        try:
            client = Client(**asked, timeout=20)
        except (OSError, ValueError, TypeError) as error:
            raise CannotGoOn(
                f"no Dask scheduler answers at {scheduler}: start one with 'dask scheduler' and give its address "
                f"(tcp://host:8786) or its --scheduler-file ({type(error).__name__})"
            ) from error
        try:
            yield client
        finally:
            client.close(timeout=5)


def run(
    client: Client,
    work: Callable,
    tasks: Sequence[Task],
    more: tuple,
    halve: Callable[[Task], list[Task]],
    say: Callable[[str], object],
) -> Iterator[tuple[Task, Any]]:
    """Yield (task, result) of work(task, *more) as they end. A task whose worker died twice is cut by `halve` and tried
    again; when that gives nothing, its result is None.

    Few tasks are handed out at a time, so that workers may come and go. Raises CannotGoOn when the scheduler is lost,
    or no worker works for GIVE_UP seconds; other errors of `work` are raised as they are.
    """
    waiting = list(reversed(tasks))
    running: dict[Any, Task] = {}
    while waiting or running:
        room = AHEAD * max(1, len(_workers(client)))
        while waiting and len(running) < room:
            task = waiting.pop()
            running[client.submit(work, task, *more, pure=False, retries=0)] = task
        for future in _ended(client, list(running), say):
            status = future.status
            if status not in ("finished", "error", "cancelled"):  # its worker went with the result: it is done again
                continue
            task = running.pop(future)
            if status == "finished":
                yield task, future.result()
                continue
            error = future.exception(timeout=LOOK) if status == "error" else None
            if not isinstance(error, KilledWorker):
                raise (
                    error
                    if error is not None
                    else CannotGoOn(f"the cluster gave up a task ({status}); what was annotated is kept")
                )
            halves = halve(task)
            waiting += halves
            if not halves:
                yield task, None


def _workers(client: Client) -> dict[str, dict]:
    """{address: what the scheduler says of it} of the workers that are connected."""
    try:
        return client.scheduler_info(n_workers=-1)["workers"]
    except (OSError, KeyError) as error:
        raise CannotGoOn(f"the connection to the scheduler is lost ({type(error).__name__})") from error


def _ended(client: Client, running: list, say: Callable[[str], object]) -> list:
    """The futures that have ended, at least one; waits for it as long as workers are at work."""
    idle, told = time.monotonic(), 0.0
    while True:
        with contextlib.suppress(TimeoutError):
            return list(wait(running, timeout=LOOK, return_when="FIRST_COMPLETED").done)
        if client.status != "running":
            raise CannotGoOn("the connection to the scheduler is lost; what was annotated is kept")
        why = _why_idle(_workers(client))
        now = time.monotonic()
        if not why:
            idle = now
        elif now - idle > GIVE_UP:
            raise CannotGoOn(f"{why} for {GIVE_UP / 60:.0f} minutes: start workers and give the same command again")
        elif now - max(idle, told) > TELL:
            told = now
            say(f"waiting: {why}")


def _why_idle(workers: dict[str, dict]) -> str:
    """Why no worker works, or "" when one may."""
    if not workers:
        return "no worker is connected to the scheduler"
    if all(worker.get("status") == "paused" for worker in workers.values()):
        limits = {worker.get("memory_limit") for worker in workers.values()}
        return (
            f"all {len(workers)} workers are paused because they are near their limit of memory "
            f"({', '.join(f'{limit / 1e6:,.0f} MB' for limit in limits if limit)}; start them with --memory-limit 0)"
        )
    return ""
