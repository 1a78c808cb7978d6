#!/usr/bin/env python3
"""Counts the results of a `meson test` run: count_results.py TESTLOG.json

Names what failed or was skipped, then prints "N passed, N failed" as the last line. Exit status: 0
if something passed and nothing failed, else 1.
"""

import collections
import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}  # neither passed nor failed: named, so that nobody takes them for passed


def read_results(path):
    """(name, result) of each test in Meson's log, which holds one JSON object a line."""
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            yield test["name"], test["result"]


def report(results):
    """The lines to print, and whether the run as a whole passed."""
    groups = collections.defaultdict(list)
    for name, result in results:
        kind = "passed" if result in PASSED else "skipped" if result in SKIPPED else "failed"
        groups[kind].append(name if kind != "failed" else f"{name} ({result})")
    lines = [f"{kind}: {name}" for kind in ("skipped", "failed") for name in groups[kind]]
    lines.append(f"{len(groups['passed'])} passed, {len(groups['failed'])} failed")
    return lines, bool(groups["passed"]) and not groups["failed"]


def main(path):
    try:
        results = list(read_results(path))
    except (OSError, ValueError, KeyError) as error:
        print(f"No test results: {error}")
        results = [("meson test", "ERROR")]
    lines, passed = report(results)
    print("\n".join(lines))
    return 0 if passed else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
