#!/usr/bin/env python3
"""Runs that must be the same to the instruction, under the virtual clock.

    same_run.py PROGRAM twice|tiers|engines|caches MACHINE

twice: a boot with every benchmark, two times. tiers: with and without regions and windows. engines:
JIT and interpreter, to the shell's prompt. caches: code caches of which one is much too small, to the
same place. Compared are the bytes of the console and the number of instructions.
"""

import pathlib
import re
import sys
import tempfile

import emulator
import linux_guest
from emulator import expect

SMALL_CACHE = 4  # MiB: a fifth of what the boot would take

# what: (arguments of the guest, options of all, options of each)
CASES = {
    "twice": ("bench=all scale=1", [], ([], [])),
    "tiers": ("bench=all scale=1", [],
              ([], ["-accel", "tcg,windows=off"], ["-accel", "tcg,regions=off,windows=off"])),
    "engines": ("end=poweroff", ["--stop-on", "GUEST-READY"],
                (["--engine", "jit"], ["--engine", "interp"])),
    "caches": ("end=poweroff", ["--stop-on", "GUEST-READY"],
               ([], ["-accel", f"tcg,tb-size={SMALL_CACHE}"])),
}


def run_once(program, machine, arguments, options, folder):
    """(console bytes, instructions)"""
    console = folder / "console"
    outcome = emulator.run([program, *linux_guest.boot_options(machine, arguments),
                            "--clock", "virtual", "--stats", "-display", "none",
                            "-serial", f"file:{console}", "-monitor", "none", *options],
                           seconds=400)
    expect(outcome.status == 0, f"{options}: the run did not end well", outcome)
    data = console.read_bytes()
    expect(b"GUEST-READY" in data, f"{options}: no GUEST-READY", outcome)
    evicted = int(re.search(r"units evicted: *(\d+)", outcome.errors)[1])
    if f"tcg,tb-size={SMALL_CACHE}" in options:
        expect(evicted > 1000, f"{options}: {evicted} units evicted", outcome)
        # A part goes, never everything.
        used = int(re.search(r"code cache bytes used: *(\d+)", outcome.errors)[1])
        expect(SMALL_CACHE / 2 <= used / 2**20 <= SMALL_CACHE, f"{options}: {used} bytes", outcome)
    else:
        expect(evicted == 0, f"{options}: {evicted} units evicted", outcome)
    if "bench=all" in arguments:  # long enough for what hot code gets
        for name, made in (("regions", "tier 2 units"), ("windows", "windows opened")):
            count = int(re.search(rf"{made}: *(\d+)", outcome.errors)[1])
            expect((count > 0) == (f"{name}=off" not in str(options)),
                   f"{options}: {made}: {count}", outcome)
    return data, outcome.instructions


def first_difference(one, other):
    return next((i for i, (a, b) in enumerate(zip(one, other)) if a != b),
                min(len(one), len(other)))


def check(program, what, machine):
    arguments, common, each = CASES[what]
    with tempfile.TemporaryDirectory() as folder:
        runs = [run_once(program, machine, arguments, common + options, pathlib.Path(folder))
                for options in each]
    console, instructions = runs[0]
    for options, (other_console, other_instructions) in zip(each[1:], runs[1:]):
        if console != other_console:
            at = first_difference(console, other_console)
            begin = max(0, at - 200)
            raise emulator.CheckFailed(
                f"{options}: the consoles differ from byte {at} on:\n"
                f"{console[begin:at + 100]!r}\n{other_console[begin:at + 100]!r}")
        expect(instructions == other_instructions,
               f"{options}: {instructions} instructions, then {other_instructions}; the consoles "
               "are the same")
    print(f"{instructions} instructions, {len(console)} bytes of console, {len(runs)} times")


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
