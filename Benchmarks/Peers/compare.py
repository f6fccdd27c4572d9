"""Runs every workload with every peer and with ours in turn, writes the results and prints a table.

Each measurement is a process of its own. Ours is measured before and after a workload's peers, and the better
of the two counts. See README.md for the command that `--ours` names.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import time

from workloads import WORKLOADS

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ["torch", "PyHessian", "curvlinops-for-pytorch", "Landscaper", "loss-landscapes"]
TIME_LIMIT = 600  # Seconds for one process; a mode that compiles for longer is reported as failed.
MARK = 5.0  # Ratios above it are marked in the table.


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", help="command that runs one workload of ours; without it, peers only")
    parser.add_argument("--data", help="folder of CIFAR-10 in its binary version")
    parser.add_argument("--checkpoint", help="ResNet-20 as torch.save wrote it")
    parser.add_argument("--out", default=os.path.join(HERE, "..", "peers.json"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--budget", type=float, default=8, help="seconds of repetitions a measurement")
    parser.add_argument("--only", help="comma-separated names of workloads")
    parser.add_argument("--first-mode", action="store_true", help="one mode a peer, to see that all runs")
    options = parser.parse_args()
    unknown = set((options.only or "").split(",")) - set(WORKLOADS) - {""}
    if unknown:
        parser.error(f"no such workload: {', '.join(sorted(unknown))}")
    return options


def environment(threads, mode):
    """This process's environment, with glibc told to keep memory instead of giving it back.

    What is measured as its documentation uses it finds glibc as it is, like those who follow the documentation.
    """
    tuning = {
        "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
        "MALLOC_TRIM_THRESHOLD_": str(1 << 34),
        "MALLOC_TOP_PAD_": str(1 << 28),
    }
    return os.environ | ({} if mode == "documented" else tuning) | {
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "TORCHINDUCTOR_CACHE_DIR": os.path.join(HERE, ".venv", "inductor"),
        "TORCHINDUCTOR_COMPILE_THREADS": "1",
    }


def source(options):
    """The arguments that say where data and weights are, common to peers and ours."""
    result = ["--threads", str(options.threads)]
    for name in ("data", "checkpoint"):
        if getattr(options, name):
            result += [f"--{name}", os.path.abspath(getattr(options, name))]
    return result


def execute(command, environment=None):
    """The finished process, or a sentence that says why there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, env=environment)
    except subprocess.TimeoutExpired:
        return None, f"more than {TIME_LIMIT} s"
    except OSError as error:
        return None, str(error)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return None, lines[-1][:200] if lines else f"exit status {done.returncode}"
    return done, None


def measure_peer(workload, peer, mode, options):
    """What `peer.py` printed, or {"error": ...}."""
    command = [sys.executable, os.path.join(HERE, "peer.py"), workload, peer, mode]
    command += ["--budget", str(options.budget)] + source(options)
    done, error = execute(command, environment(options.threads, mode))
    return json.loads(done.stdout.splitlines()[-1]) if done else {"error": error}


def measure_ours(workload, options):
    """What our command wrote, or {"error": ...}; None without a command."""
    if not options.ours:
        return None
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "ours.json")
        command = shlex.split(options.ours) + ["--peer-workload", workload, "--out", out] + source(options)
        done, error = execute(command)
        if not done:
            return {"error": error}
        with open(out) as file:
            return json.load(file)


def better(first, second):
    """Of two measurements of ours the faster one."""
    usable = [m for m in (first, second) if m and "seconds" in m]
    return min(usable, key=lambda m: m["seconds"]) if usable else first


def disagreement(checks, reference):
    """The largest relative difference of the checks that both have; None if there are none."""
    shared = set(checks) & set(reference)
    differences = [abs(checks[k] - reference[k]) / max(abs(reference[k]), 1e-30) for k in shared]
    return max(differences) if differences else None


def modes(workload, peer, best_products, options):
    """The modes to run; the density uses each tool's fastest mode of the Hessian product."""
    listed = WORKLOADS[workload].modes[peer]
    if listed == ["best"]:
        fallback = WORKLOADS["hessian-product"].modes[peer]
        return [best_products.get(peer, fallback[0])]
    return listed[:1] if options.first_mode else listed


def machine():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def rows_of(workload, best_products, options, common):
    """All rows of one workload: one for each peer and mode."""
    definition = WORKLOADS[workload]
    ours = measure_ours(workload, options)
    rows = []
    for peer in definition.modes:
        for mode in modes(workload, peer, best_products, options):
            result = measure_peer(workload, peer, mode, options)
            outcome = result.get("error") or f"{result['seconds']:.4g} {definition.unit}"
            print(f"  {peer} {mode}: {outcome}")
            row = {"workload": workload, "peer": peer, "mode": mode, "unit": definition.unit, **common}
            rows.append(row | {
                "theirs": result.get("seconds"),
                "theirs_setup_seconds": result.get("setup_seconds"),
                "theirs_megabytes": result.get("megabytes"),
                "theirs_checks": result.get("checks", {}),
                "details": {k: v for k, v in result.items() if k in (
                    "error", "repetitions", "images", "points", "megabytes_before", "data")},
            })
    ours = better(ours, measure_ours(workload, options)) or {}
    if "error" in ours:
        print(f"  ours: {ours['error']}")
    for row in rows:
        complete(row, ours, rows, definition.tolerance)
    return rows


def complete(row, ours, rows, tolerance):
    """Adds ours, the ratio, the agreement of the checks, and whether this is its peer's fastest mode."""
    times = [r["theirs"] for r in rows if r["peer"] == row["peer"] and r["theirs"]]
    first = next((r["theirs_checks"] for r in rows if r["theirs_checks"]), {})
    # Random stand-ins for missing data differ between programs.
    comparable = row["details"].get("data") == "cifar-10"
    difference = disagreement(row["theirs_checks"], ours.get("checks") or first) if comparable else None
    row.update(
        ours=ours.get("seconds"),
        ours_setup_seconds=ours.get("setup_seconds"),
        ours_megabytes=ours.get("megabytes"),
        ours_checks=ours.get("checks", {}),
        ours_versions=ours.get("versions", {}),
        ours_error=ours.get("error"),
        ratio=row["theirs"] / ours["seconds"] if row["theirs"] and ours.get("seconds") else None,
        is_best=bool(times) and row["theirs"] == min(times),
        largest_difference=difference,
        agrees=difference <= tolerance if difference is not None else None,
    )


def show(value, pattern):
    return "-" if value is None else pattern % value


def print_table(rows):
    """Each peer's fastest mode; `<<` marks ratios above `MARK`, `!` results that disagree."""
    line = "%-21s %-16s %-22s %9s %9s %8s  %8s %8s  %s"
    print(line % ("workload", "peer", "fastest mode", "ours", "theirs", "ratio", "ours MB", "theirs", "unit"))
    for row in rows:
        failed = row["theirs"] is None
        if not row["is_best"] and not failed:
            continue
        note = ("failed: " + row["details"].get("error", "")[:60]) if failed else row["unit"]
        note += " <<" if (row["ratio"] or 0) > MARK else ""
        note += f" ! differs by {row['largest_difference']:.1e}" if row["agrees"] is False else ""
        print(line % (
            row["workload"], row["peer"], row["mode"], show(row["ours"], "%.4g"), show(row["theirs"], "%.4g"),
            show(row["ratio"], "%.2f"), show(row["ours_megabytes"], "%.0f"),
            show(row["theirs_megabytes"], "%.0f"), note,
        ))


def kept_rows(path, names):
    """Rows of an earlier run about workloads that this one leaves out."""
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [row for row in json.load(file) if row["workload"] not in names]


def main():
    sys.stdout.reconfigure(line_buffering=True)
    options = parse()
    common = {
        "threads": options.threads,
        "machine": machine(),
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES} | {
            "python": platform.python_version()},
    }
    names = options.only.split(",") if options.only else list(WORKLOADS)
    rows, best_products = [], {}
    others = kept_rows(options.out, names) if options.only else []
    start = time.monotonic()
    for name in names:
        print(f"{name} ({time.monotonic() - start:.0f} s)")
        new = rows_of(name, best_products, options, common)
        if name == "hessian-product":
            best_products = {row["peer"]: row["mode"] for row in new if row["is_best"]}
        rows += new
        with open(options.out, "w") as file:  # After each workload, so an interrupted run leaves what it has.
            json.dump(others + rows, file, indent=2, sort_keys=True)
            file.write("\n")
    print_table(rows)
    print(f"written: {os.path.normpath(options.out)} ({time.monotonic() - start:.0f} s)")
    if any(row["agrees"] is False for row in rows):
        sys.exit("some results disagree: rows marked with !")


if __name__ == "__main__":
    main()
