#!/usr/bin/env python3
"""Boots Linux, runs every benchmark and compares the checksums with the host's own.

    bench_boot.py PROGRAM BENCH-NATIVE MACHINE [OPTION...]
"""

import sys

import emulator
import linux_guest

SCALE = 1


def check(program, bench_native, machine, *options):
    expected = linux_guest.native_checksums(bench_native, SCALE)
    boot = linux_guest.boot_options(machine, f"bench=all scale={SCALE}")
    outcome = emulator.run([program, *boot, "-nographic", *options], seconds=240)
    linux_guest.check_bench(outcome, expected)


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
