"""What the runs come to: medians, ratios, geometric means; as data and as text."""

import math
import os
import pathlib
import re
import statistics
import subprocess
import time

from side_by_side import guests

CLOCKS_AGREE = 0.05, 0.10  # seconds, and part, by which the guest's time may differ from the host's


def by_round(runs, emulator, value):
    """{round: value(run)} of one emulator's runs that have the value."""
    found = {run["round"]: value(run) for run in runs if run["emulator"] == emulator}
    return {number: v for number, v in found.items() if v is not None}


def row(runs, name, value, vestige="vestige"):
    """One line of the table; `value` takes a number out of a run, or None."""
    ours, theirs = by_round(runs, vestige, value), by_round(runs, "qemu", value)
    host = by_round(runs, "host", value)
    ratios = [theirs[n] / ours[n] for n in sorted(ours.keys() & theirs.keys()) if ours[n] > 0]
    if not ratios:
        return None
    return {"name": name, "vestige": statistics.median(ours.values()),
            "qemu": statistics.median(theirs.values()),
            "host": statistics.median(host.values()) if host else None,
            "ratio": statistics.median(ratios), "least": min(ratios), "greatest": max(ratios),
            "to_host": statistics.median(ours.values()) / statistics.median(host.values())
                       if host and min(host.values()) > 0 else None}


def problems_of(runs):
    """What makes the comparison doubtful: wrong checksums, clocks that disagree."""
    right = {}
    for run in runs:
        if run["emulator"] == "host":
            right.update(run["checksums"])
    for run in runs:
        where = f"{run['emulator']}, round {run['round'] + 1}"
        for name, checksum in run["checksums"].items():
            if checksum != right.get(name):
                yield f"{where}: {name} has the checksum {checksum}, the host {right.get(name)}"
        for name, seconds in run.get("guest_seconds", {}).items():
            host_seconds = run["bench"][name]
            if abs(seconds - host_seconds) > CLOCKS_AGREE[0] + CLOCKS_AGREE[1] * host_seconds:
                yield (f"{where}: {name} took {host_seconds:.3f} s, and {seconds:.3f} s by the "
                       "guest's clock")


def first_line(command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False).stdout.partition("\n")[0]
    except OSError as error:
        return str(error)


def circumstances(runs):
    programs = {run["emulator"]: run["command"][0] for run in runs if "command" in run}
    processor = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {"date": time.strftime("%Y-%m-%d"), "processor": processor[1] if processor else "?",
            "cores": os.cpu_count(),
            "programs": {n: first_line([programs[n], "--version"]) for n in ("vestige", "qemu")}}


def geometric_mean(numbers):
    return math.exp(statistics.fmean(map(math.log, numbers)))


def short_of_goals(goals, groups, means, memory):
    """What is less than it should be, in words."""
    reached = {**means, **{entry["name"]: entry["ratio"] for entry in groups["boot"]}}
    for name, goal in goals.items():
        if name in reached and reached[name] < goal:
            yield f"{name}: {reached[name]:.2f} times faster, the goal is {goal}"
    for rows in groups.values():
        for entry in rows:
            if entry["ratio"] < 1:
                yield f"{entry['name']}: slower than QEMU"
    if memory["vestige"] - memory["qemu"] > guests.MEMORY_GOAL:
        yield f"memory: more than QEMU's and {guests.MEMORY_GOAL} MB"


def summarize(machine, runs):
    """The whole comparison as plain data."""
    lists = {
        "boot": [row(runs, "boot, wall", lambda r: r.get("boot_wall")),
                 row(runs, "boot, CPU", lambda r: r.get("boot_cpu")),
                 row(runs, "boot, idle skipped, wall", lambda r: r.get("boot_wall"),
                     vestige="vestige, idle skipped")],
    }
    for group, names in guests.GROUPS.items():
        lists[group] = [row(runs, name, lambda r, name=name: r["bench"].get(name))
                        for name in names]
    groups = {group: [r for r in rows if r] for group, rows in lists.items()}
    means, to_host = {}, {}
    for group, rows in groups.items():
        if group != "boot" and rows:
            means[group] = geometric_mean(r["ratio"] for r in rows)
            measured = [r["to_host"] for r in rows if r["to_host"]]
            if measured:
                to_host[group] = geometric_mean(measured)
    memory = {name: max(by_round(runs, name, lambda r: r["peak_kb"]).values()) / 1024
              for name in ("vestige", "qemu")}
    return {"machine": machine, "rounds": 1 + max(run["round"] for run in runs),
            "circumstances": circumstances(runs), "groups": groups, "geometric_means": means,
            "geometric_means_to_host": to_host, "peak_mb": memory,
            "short": list(short_of_goals(guests.GUESTS[machine].goals, groups, means, memory)),
            "problems": list(problems_of(runs))}


def as_text(summary):
    about = summary["circumstances"]
    lines = [f"{summary['machine']}, {summary['rounds']} rounds, {about['date']}, "
             f"{about['processor']}, {about['cores']} cores",
             *(f"{name}: {text}" for name, text in about["programs"].items()), "",
             f"{'seconds (median)':26}{'Vestige':>9}{'QEMU':>9}{'host':>9}{'times faster':>15}"
             f"  {'least..greatest':17}{'of host':>8}"]
    to_host = summary["geometric_means_to_host"]
    for group, rows in summary["groups"].items():
        lines.append(f"-- {group}")
        for entry in rows:
            host = f"{entry['host']:9.3f}" if entry["host"] is not None else " " * 9
            spread = f"{entry['least']:.2f}..{entry['greatest']:.2f}"
            distance = f"{entry['to_host']:7.2f}x" if entry["to_host"] else ""
            lines.append(f"{entry['name']:26}{entry['vestige']:9.3f}{entry['qemu']:9.3f}{host}"
                         f"{entry['ratio']:15.2f}  {spread:17}{distance}".rstrip())
        if group in summary["geometric_means"]:
            lines.append(f"{'geometric mean':53}{summary['geometric_means'][group]:15.2f}"
                         + (f"{to_host[group]:26.2f}x" if group in to_host else ""))
    memory = summary["peak_mb"]
    lines += ["-- memory of the host", f"{'peak, MB':26}{memory['vestige']:9.0f}{memory['qemu']:9.0f}"]
    lines += ["-- short of the goals", *(summary["short"] or ["nothing"])]
    return "\n".join(lines)
