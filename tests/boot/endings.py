#!/usr/bin/env python3
"""How runs end and what the program says of itself: exit statuses, limits, lists, help.

    endings.py PROGRAM
"""

import os
import re
import sys
import tempfile

import emulator
from emulator import expect

SECONDS = 60
TERMINAL_COLUMNS = 80
QUIET = ["-display", "none", "-serial", "null", "-monitor", "none"]
ROM = ["-bios", "vestige", "--clock", "virtual"]

# options: (status, what standard output must match)
ENDINGS = [
    (["-version"], 0, r"(?i)^vestige.* \d+\.\d+\.\d+"),
    (["--version"], 0, r"(?i)^vestige.* \d+\.\d+\.\d+"),
    (["--list", "machines"], 0, r"(?s)g3beige.*mac99|mac99.*g3beige"),
    (["--list", "cpus"], 0, r"(?s)603e.*7400|7400.*603e"),
    (["--list", "nics"], 0, r"ne2k_pci"),
    (["--list", "devices"], 0, r"\w"),
    (["-d", "help"], 0, r"(?s)in_asm.*int"),
    ([*ROM, *QUIET, "--max-instructions", "100000"], 3, ""),
    ([*ROM, *QUIET, "--timeout", "1"], 3, ""),
    ([*ROM, "-nographic", "--stop-on", "vestige> "], 0, r"vestige> "),
    ([*ROM, "-nographic", "--stop-on", "vestige> ", "--engine", "interp"], 0, r"vestige> "),
    ([*ROM, "-nographic", "-M", "mac99", "--stop-on", "vestige> "], 0, r"UniNorth"),
]


def check_help(program):
    outcome = emulator.run([program, "--help"], SECONDS)
    expect(outcome.status == 0, "--help ends well", outcome)
    for line in outcome.text.splitlines():
        expect(len(line) <= TERMINAL_COLUMNS, f"wider than a terminal: {line!r}")
    for word in ("-kernel", "-engine", "-clock", "-loadvm", "Debugging"):
        expect(word in outcome.text, f"--help does not tell of {word}", outcome)


def check_instruction_limit(program):
    """The limit is exact, at any number."""
    for limit in (1, 2, 1000, 123457):
        outcome = emulator.run([program, *ROM, *QUIET, "--stats", "--max-instructions", limit],
                               SECONDS)
        expect(outcome.status == 3, "the limit ends with status 3", outcome)
        expect(outcome.instructions == limit, f"not {limit} instructions", outcome)


def check_spinning(program):
    """A guest that spins for good comes to its limit, and does not keep the host busy without one."""
    branch_to_itself = b"\x48\x00\x00\x00"
    with tempfile.NamedTemporaryFile() as rom:
        rom.write(branch_to_itself * (1 << 18))
        rom.flush()
        command = [program, "-bios", rom.name, *QUIET, "--stats"]
        for clock in ("host", "virtual"):
            outcome = emulator.run([*command, "--clock", clock, "--max-instructions", 50_000_001],
                                   SECONDS)
            expect(outcome.status == 3, f"{clock}: the limit ends with status 3", outcome)
            expect(outcome.instructions == 50_000_001, f"{clock}: the limit is not met", outcome)
        before = os.times()
        outcome = emulator.run([*command, "--timeout", "3"], SECONDS)
        after = os.times()
        expect(outcome.status == 3, "the timeout ends with status 3", outcome)
        busy = (after.children_user + after.children_system
                - before.children_user - before.children_system)
        expect(busy < 2, f"spinning for 3 s took {busy} s of CPU time", outcome)


def check_keys(program):
    """Ctrl-a c reaches the monitor, Ctrl-a x ends."""
    with emulator.Run([program, *ROM, "-nographic"], SECONDS) as running:
        running.wait_for("vestige> ")
        running.type("\x01c")
        since = len(running.console)
        running.type("info registers\n")
        running.wait_for(r"(?i)srr0", since)
        running.type("x /4i 0xfff00100\n")
        running.wait_for(r"fff00100", since)
        running.type("quit\n")
        expect(running.finish().status == 0, "the monitor's quit", running.outcome())
    with emulator.Run([program, *ROM, "-nographic"], SECONDS) as running:
        running.wait_for("vestige> ")
        running.type("\x01x")
        expect(running.finish().status == 0, "Ctrl-a x", running.outcome())


def check(program):
    for options, status, pattern in ENDINGS:
        outcome = emulator.run([program, *options], SECONDS)
        expect(outcome.status == status, f"{options}: the status must be {status}", outcome)
        expect(re.search(pattern, outcome.text, re.MULTILINE), f"{options}: no {pattern!r}",
               outcome)
    check_help(program)
    check_instruction_limit(program)
    check_spinning(program)
    check_keys(program)


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
