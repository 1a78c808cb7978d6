#!/usr/bin/env python3
"""Snapshots: a boot saved at some instruction and continued by a fresh process ends the same.

    snapshot_boot.py PROGRAM MACHINE

The disk is in use (its writes are kept in memory and in the snapshot), and so is the network.
"""

import pathlib
import sys
import tempfile

import emulator
import host_side
import linux_guest
from emulator import expect

# Where in the run to save, as parts of the whole run.
PLACES = (0.11111, 0.31234, 0.52345)

# What the guest does, and another machine, which must refuse the snapshot.
MACHINES = {
    "g3beige": ("run=/bin/selftest scratch=sda", "mac99"),
    "mac99": ("run=/bin/selftest scratch=sda", "g3beige"),
    "SS-5": ("ip=dhcp run=/bin/selftest scratch=sda", "SS-20"),
    "SS-20": ("ip=dhcp run=/bin/selftest scratch=sda", "SS-5"),
}


def options(machine, folder, console):
    return [*linux_guest.boot_options(machine, MACHINES[machine][0], folder=folder),
            "--clock", "virtual", "--stats", "-display", "none", "-monitor", "none",
            "-serial", f"file:{console}", "-nic", "user",
            "-drive", f"file={folder / 'disk.img'},format=raw,snapshot=on"]


def run(program, machine, folder, name, *more):
    """(console bytes, instructions)"""
    console = folder / f"console-{name}"
    outcome = emulator.run([program, *options(machine, folder, console), *more], seconds=300)
    expect(outcome.status == 0, f"{name}: the run did not end well", outcome)
    return console.read_bytes(), outcome.instructions


def check_refusals(program, machine, folder, snapshot):
    """A truncated, damaged or foreign file is refused and named."""
    data = snapshot.read_bytes()
    middle = len(data) // 2
    damaged = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]
    other = MACHINES[machine][1]
    for name, content, board in (("truncated", data[:-1000], machine), ("stump", data[:30], machine),
                                 ("damaged", damaged, machine), ("foreign", data, other)):
        path = folder / f"{name}.snapshot"
        path.write_bytes(content)
        outcome = emulator.run([program, *options(board, folder, folder / "console-wrong"),
                                "--loadvm", path], seconds=60)
        expect(outcome.status == 1 and path.name in outcome.errors,
               f"a {name} snapshot must be refused and named", outcome)


def check(program, machine):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        host_side.make_disk(folder / "disk.img", 4)
        console, instructions = run(program, machine, folder, "whole")
        expect(b"GUEST-DONE 0" in console, "the whole run did not end well:\n" +
               emulator.as_text(console)[-2000:])
        # Each run starts where the one before saved, and saves further on.
        load = []
        for number, place in enumerate([*PLACES, None]):
            save = []
            if place is not None:
                at = int(instructions * place)
                save = ["--savevm-at", at, folder / f"{number}.snapshot"]
            rest, end = run(program, machine, folder, f"run-{number}", *load, *save)
            expect(end == instructions,
                   f"{load} {save}: ends at {end} instructions, not at {instructions}")
            expect(console.endswith(rest) and (rest == console or load),
                   f"{load} {save}: the console goes on differently:\n"
                   f"{emulator.as_text(rest)[-2000:]}")
            print(f"{len(rest)} of {len(console)} bytes, {end} instructions" +
                  (f"; saved at {at}" if save else ""))
            load = ["--loadvm", folder / f"{number}.snapshot"]
        check_refusals(program, machine, folder, folder / "0.snapshot")


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
