#!/usr/bin/env python3
"""What profilers and debuggers are told of generated code: -perfmap, -jitdump, --jit-names with GDB.

    code_listings.py PROGRAM
"""

import pathlib
import re
import struct
import sys
import tempfile

import emulator
from emulator import expect

ROM = ["-M", "g3beige", "-bios", "vestige", "-display", "none", "-serial", "null",
       "-monitor", "none", "--clock", "virtual", "--max-instructions", 5_000_000]
GUEST_CODE = re.compile(r"guest_[0-9a-f]{8,}_mode_[0-9a-f]+_tier[12](?:_window)?")


def check_map(program, folder):
    """Each line names code; nothing but later code lies over other code."""
    run = emulator.Run([program, *ROM, "-perfmap", "--stats"], cwd=folder)
    with run:
        run.process.stdin.close()
        outcome = run.finish()
    path = pathlib.Path(f"/tmp/perf-{run.process.pid}.map")
    lines = path.read_text(encoding="ascii").splitlines()
    path.unlink()
    units = int(re.search(r"tier 1 units: *(\d+)", outcome.errors)[1])
    units += int(re.search(r"tier 2 units: *(\d+)", outcome.errors)[1])
    names = [line.split(" ")[2] for line in lines]
    guest = [name for name in names if GUEST_CODE.fullmatch(name)]
    expect(len(guest) == units > 100, f"{units} units, but {len(guest)} lines of -perfmap", outcome)
    expect("vestige_enter" in names and "vestige_slow_path" in names, f"shared code: {names[:9]}")
    expect(all(int(line.split(" ")[1], 16) > 0 for line in lines), "code of no size")


def check_dump(program, folder):
    """The records follow each other to the end of the file, and each holds its code."""
    run = emulator.Run([program, *ROM, "-jitdump"], cwd=folder)
    with run:
        run.process.stdin.close()
        outcome = run.finish()
    data = (pathlib.Path(folder) / f"jit-{run.process.pid}.dump").read_bytes()
    magic, version, at, machine, _, pid = struct.unpack_from("<6I", data)
    expect((magic, version, at, machine, pid) == (0x4A695444, 1, 40, 62, run.process.pid),
           f"the head of the dump: {data[:40].hex()}", outcome)
    loads, kind = 0, None
    while at < len(data):
        kind, size, _ = struct.unpack_from("<IIQ", data, at)
        if kind == 0:
            pid, _, address, _, code_size, index = struct.unpack_from("<IIQQQQ", data, at + 16)
            name = data[at + 56:data.index(0, at + 56)].decode("ascii")
            expect(size == 56 + len(name) + 1 + code_size, f"record {index}, {name}: {size} bytes")
            expect(index == loads and pid == run.process.pid and address > 0, f"record {index}")
            loads += 1
        at += size
    expect(at == len(data) and kind == 3, "the dump does not end with its last record")
    expect(loads > 100, f"{loads} pieces of code")


def check_debugger(program, folder):
    """GDB unwinds through generated code up to main() and names what is on the way."""
    script = pathlib.Path(folder) / "script.gdb"
    script.write_text("set pagination off\nset confirm off\nset debuginfod enabled off\n"
                      "break vestige::runtime::GuestMemory::load\nrun\nignore 1 200\ncontinue\n" +
                      "backtrace\ncontinue\n" * 20 + "kill\n", encoding="ascii")
    outcome = emulator.run(["gdb", "-nx", "-batch", "-x", script, "--args", program, *ROM,
                            "--jit-names"])
    if re.search(r"ptrace: Operation not permitted|Could not trace the inferior", outcome.text):
        print("GDB may not trace programs on this host: that part is not checked")
        return
    way = re.compile(r"GuestMemory::load.*\n(?:.*\n)??.*vestige_slow_path.*\n.*" +
                     GUEST_CODE.pattern + r".*\n.*::enter\(.*\n(?:.*\n)+?.* in main ")
    expect(way.search(outcome.text), "no way from main() to the slow path through named code",
           outcome)


def check(program):
    program = pathlib.Path(program).resolve()  # it runs in another folder
    with tempfile.TemporaryDirectory() as folder:
        check_map(program, folder)
        check_dump(program, folder)
        check_debugger(program, folder)


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
