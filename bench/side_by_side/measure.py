"""Runs an emulator and takes the times, all by the host's clock.

A run is a dictionary: emulator, round, boot_wall and boot_cpu (seconds from the start to
GUEST-READY), bench {name: seconds between its line on the console and the line before},
guest_seconds {name: what the guest measured}, checksums {name: text}, cpu (seconds in all),
peak_kb (the largest resident memory).
"""

import os
import pathlib
import re
import selectors
import subprocess
import tempfile
import time

BENCH = re.compile(rb"^BENCH (\w+) ([0-9a-f]{8}) (\d+\.\d+)\s*$")
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
BENCH_SOURCE = pathlib.Path(__file__).resolve().parents[2] / "tests/guests/recipes/bench.c"


class RunFailed(Exception):
    pass


def cpu_seconds(pid):
    """User and system time of all the process's threads up to now."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def console_lines(process, deadline):
    """(time of arrival, line) as they come, to the end of the output."""
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise RunFailed("the run took too long")
            data = os.read(process.stdout.fileno(), 65536)
            now = time.monotonic()
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                yield now, line.rstrip(b"\r")
            if not data:
                return


def run(name, command, timeout, until=None):
    """One run to its end, or to GUEST-READY where `until` says so."""
    result = {"emulator": name, "command": command, "bench": {}, "guest_seconds": {},
              "checksums": {}}
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    tail, before, finished = [], started, False
    try:
        for now, line in console_lines(process, started + timeout):
            tail = [*tail[-30:], line.decode("latin-1")]
            bench = BENCH.match(line)
            if b"GUEST-READY" in line and "boot_wall" not in result:
                result["boot_wall"] = now - started
                result["boot_cpu"] = cpu_seconds(process.pid)
                before = now
                if until == "ready":
                    break
            elif bench:
                bench_name = bench[1].decode()
                result["bench"][bench_name] = now - before
                result["guest_seconds"][bench_name] = float(bench[3])
                result["checksums"][bench_name] = bench[2].decode()
                before = now
        finished = until is None
    except RunFailed as failure:
        raise RunFailed(f"{failure}: {' '.join(command)}\n" + "\n".join(tail)) from None
    finally:
        if not finished:
            process.kill()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
    if "boot_wall" not in result or (until is None and process.returncode != 0):
        raise RunFailed(f"status {process.returncode}: {' '.join(command)}\n" + "\n".join(tail))
    result["cpu"] = usage.ru_utime + usage.ru_stime
    result["peak_kb"] = usage.ru_maxrss
    return result


def native_run(scale, bench):
    """The benchmarks as a program of the host."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "bench"
        subprocess.run(["gcc", "-O2", "-std=gnu11", "-ffp-contract=off", "-o", program,
                        BENCH_SOURCE], check=True)
        lines = subprocess.run([program, bench, str(scale)], check=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE).stdout.splitlines()
    found = [match for match in map(BENCH.match, lines) if match]
    return {"emulator": "host", "bench": {m[1].decode(): float(m[3]) for m in found},
            "checksums": {m[1].decode(): m[2].decode() for m in found}}


def rounds(guest, folder, options, progress):
    """All runs: each round one of each emulator, by turns the one or the other first."""
    kernel, initrd = f"vmlinux-{guest.architecture}", f"initramfs-{guest.architecture}.cpio.gz"
    common = [*guest.options, "-kernel", str(folder / kernel), "-initrd", str(folder / initrd),
              "-nographic", "-no-reboot", "-append",
              f"console={guest.console} bench={options.bench} scale={options.scale}"]
    commands = {"vestige": [options.vestige, *common, *options.option],
                "qemu": [options.qemu or guest.qemu, *common]}
    result = []
    for number in range(options.rounds):
        for name in sorted(commands, reverse=number % 2 == 0):
            progress(f"round {number + 1} of {options.rounds}: {name}")
            result.append({**run(name, commands[name], options.timeout), "round": number})
        result.append({**native_run(options.scale, options.bench), "round": number})
        skipping = [*commands["vestige"], "--clock", "virtual"]
        result.append({**run("vestige, idle skipped", skipping, options.timeout, until="ready"),
                       "round": number})
    return result
