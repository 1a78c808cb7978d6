#!/usr/bin/env python3
"""A bare-metal program on leon3_generic: windows, traps, timer interrupts, sleep, MMU, end.

    leon3.py PROGRAM ELF

The console must be what leon3/expected.txt says, which QEMU 7.2's board of this name printed; where
qemu-system-sparc is there, it is asked again. Under the virtual clock the instructions are as many
each time and on both engines.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

import emulator
from emulator import expect

EXPECTED = pathlib.Path(__file__).with_name("leon3") / "expected.txt"


def console_of(outcome):
    return outcome.text.partition("\ninstructions:")[0].rstrip("\n") + "\n"


def run(program, elf, *options):
    outcome = emulator.run([program, "-M", "leon3_generic", "-kernel", elf, "-display", "none",
                            "-serial", "stdio", "-monitor", "none", "--stats", *options], seconds=60)
    expect(outcome.status == 0, f"{options}: the program did not end well", outcome)
    return outcome


def check(program, elf):
    expected = EXPECTED.read_text()
    counts = set()
    for options in (["--clock", "virtual"], ["--clock", "virtual", "--engine", "interp"],
                    ["--clock", "virtual"], ["--clock", "host"]):
        outcome = run(program, elf, *options)
        expect(console_of(outcome) == expected, f"{options}: another text", outcome)
        if "virtual" in options:
            counts.add(outcome.instructions)
    expect(len(counts) == 1, f"instructions: {sorted(counts)}", outcome)

    # Another CPU has another version, and no casa: that traps.
    other = console_of(run(program, elf, "-cpu", "LEON2", "--clock", "virtual"))
    for text, its in (("psr f30000e7", "psr f20000e7"), ("asr17 00000107", "asr17 00000000"),
                      ("mmu f3000000", "mmu f2000000"), ("mmu on f3", "mmu on f2"),
                      ("mmu off f3", "mmu off f2"), ("casa old 00000001", "casa old 00000009"),
                      ("casa new 00000009", "casa new 00000001"),
                      ("traps 00000006", "traps 00000007")):
        expected = expected.replace(text, its)
    expect(other == expected, f"LEON2 prints another text:\n{other}", outcome)

    expected = EXPECTED.read_text()
    qemu = shutil.which("qemu-system-sparc")
    if qemu:
        with tempfile.TemporaryDirectory() as folder:
            console = pathlib.Path(folder) / "console"
            subprocess.run([qemu, "-M", "leon3_generic", "-kernel", elf, "-display", "none",
                            "-serial", f"file:{console}", "-monitor", "none"],
                           check=True, timeout=60, stderr=subprocess.DEVNULL)
            text = emulator.as_text(console.read_bytes()).rstrip("\n") + "\n"
            expect(text == expected, f"QEMU prints another text:\n{text}", outcome)


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
