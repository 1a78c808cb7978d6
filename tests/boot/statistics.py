#!/usr/bin/env python3
"""--stats and --stats-json of a run of Vestige's own ROM: parts add up to their wholes.

    statistics.py PROGRAM
"""

import json
import pathlib
import sys
import tempfile

import emulator
from emulator import expect

LIMIT = 60_000_000


def check(program):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "stats.json"
        outcome = emulator.run([program, "-M", "g3beige", "-bios", "vestige", "-display", "none",
                                "-serial", "null", "-monitor", "none", "--clock", "virtual",
                                "--stats", "--stats-json", file, "--max-instructions", LIMIT])
        expect(outcome.status == 3, "the run did not reach its limit", outcome)
        stats = json.loads(file.read_text(encoding="utf-8"))

    expect(outcome.instructions == LIMIT, "--stats counts otherwise", outcome)
    expect(stats["run"]["instructions"] == LIMIT, f"the file counts otherwise: {stats['run']}")

    times = stats["time of the machine's thread"]
    parts = sum(value for name, value in times.items() if name != "all")
    expect(abs(parts - times["all"]) < 1e-6, f"times do not add up: {times}")
    expect(0 < times["generated code"] < outcome.seconds, f"no time in generated code: {times}")
    expect(times["all"] <= outcome.seconds, f"more time than there was: {times}")
    expect(times["translating"] > 0, f"no time in translation: {times}")

    exits = stats["generated code left for"]
    kinds = sum(value for name, value in exits.items()
                if name != "all" and not name.startswith("guest: "))
    expect(kinds == exits["all"] > 0, f"exits do not add up: {exits}")
    expect(exits["guest"] == sum(value for name, value in exits.items()
                                 if name.startswith("guest: ")), f"guest exits: {exits}")

    translation = stats["translation"]
    expect(0 < translation["tier 1 units"] <= translation["tier 1 guest instructions"]
           < translation["tier 1 host code bytes"], f"translation: {translation}")
    expect(translation["units live"] > 0 and
           translation["code cache bytes used"] < translation["code cache bytes"],
           f"translation: {translation}")

    devices = stats["device accesses"]
    expect(devices["all"] > 0 and
           devices["all"] == sum(value for name, value in devices.items() if name != "all"),
           f"device accesses: {devices}")
    expect(any("escc" in name for name in devices), f"the ROM writes to a serial port: {devices}")
    hot = stats["hottest guest code"]
    expect(hot["samples"] >= max(value for name, value in hot.items() if name != "samples") > 0,
           f"samples: {hot}")

    for section in stats:
        if section != "run":
            expect(f"\n{section}\n" in outcome.errors, f"--stats lacks '{section}'", outcome)


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
