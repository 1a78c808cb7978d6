#!/usr/bin/env python3
"""Drives the boot ROM's menu on an emulator and checks every item.

    menu_check.py [--qemu-monitor] BOARD COMMAND...

BOARD is g3beige, mac99, SS-5 or leon3. COMMAND starts an emulator with the ROM, with the serial console on its
standard input and output. --qemu-monitor adds QEMU's monitor to the command and checks the picture
on the screen as well. Exit status: 0 passed, 1 failed, 77 skipped (the emulator is not installed).
"""

import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
STEP_SECONDS = 30  # a busy host is slow; a wrong ROM mostly answers wrong at once

NOWHERE_PPC = "no BAT and no page table entry translates the address"
NOWHERE_SPARC = "no page table entry translates the address"

# Steps are (keys, what the answer must contain as regular expressions); the menu's prompt comes
# after. Names in braces are the board's.
POWERMAC_STEPS = [
    ("i", ["{machine}", "{processor}", "{bridge}", "{macio}", r"Memory +\d+ MB", r"Time base +\d"]),
    ("p", ["{macio}", "host bridge", r"of memory at 8"]),
    ("r", [r"r1  [0-9a-f]{{8}}", r"MSR   [0-9a-f]{{8}} .*\bIP IR DR\b", "DBAT0 .*read and write"]),
    ("h", ["o  power off"]),
    ("?", ["o  power off"]),
    ("z", ["There is no item 'z'"]),
    ("m", [r"@{{30}}", r"(?m)^,,,,|^ *\.\.\."]),
    ("dfff00100\r.", ["this ROM", r"fff00100  48[0-9a-f]{{6}} "]),
    ("dFFFFFFF0h\r.", ["VESTIGE POWERMAC"]),
    ("d0\r\r.", ["RAM", r"00000000  ", r"00000100  "]),
    ("d40000000\r", ["cannot be read", "vector 0300", "DAR   40000000", "it was a load",
                     NOWHERE_PPC]),
    ("dxyz\r", ["is not an address"]),
    ("t", [r"counts at {time_base}", r"300 interrupts"]),
]

POWERMAC_EXCEPTIONS = [
    ("i", ["vector 0700", ": 00000000", "Cause +an illegal instruction"]),
    ("d", ["vector 0300", "DAR   40000000", "it was a load", NOWHERE_PPC]),
    ("w", ["vector 0300", "DAR   40000000", "it was a store", NOWHERE_PPC]),
    ("j", ["vector 0400", "SRR0  40000000", NOWHERE_PPC]),
    ("p", ["vector 0700", "a trap instruction whose condition was met"]),
    ("a", ["vector 0600", r"DAR   [0-9a-f]{{7}}[13579bdf]"]),
    ("s", ["vector 0c00", "after sc"]),
    ("f", ["vector 0800", "MSR\\[FP\\] is 0"]),
    ("u", ["vector 0700", "user mode", "a privileged instruction in user mode"]),
]

SPARC_STEPS = [
    ("i", ["{machine}", "{processor}, 8 register windows", r"Memory +{memory}", "{part}"]),
    ("r", [r"%o6 [0-9a-f]{{8}}", r"PSR   [0-9a-f]{{8}} .* supervisor, traps on, PIL 15, CWP \d",
           "translation on", "{ram}-[0-9a-f]{{8}} at 0{ram}, read, write, execute, cached"]),
    ("h", ["o  power off"]),
    ("?", ["o  power off"]),
    ("z", ["There is no item 'z'"]),
    ("w", ["has 8 windows of 24 registers", r"down  1 +\d +[.1]{{8}} +0   0\n",
           r"down  6 +\d +[.1]{{8}} +0   0\n", r"down  7 +\d +[.1]{{8}} +1   0 +overflow",
           r"down 12 +\d +[.1]{{8}} +6   0 +overflow", r"up    6 +\d +[.1]{{8}} +6   0\n",
           r"up    5 +\d +[.1]{{8}} +6   1 +underflow", r"up    1 +\d +[.1]{{8}} +6   5 +underflow",
           "6 overflow and 6 underflow traps", "all is well"]),
    ("s", [r"be,a  1f +not taken: a annuls\n +or %o0,1 +\(slot\) annulled", "all is well"]),
    ("m", [r"@{{30}}", r"(?m)^,,,,|^ *\.\.\."]),
    ("d{rom}\r.", ["this ROM", r"{rom}  1080[0-9a-f]{{4}} 01000000 01000000 01000000"]),
    ("d{ram}\r\r.", ["RAM", r"{ram}  ", r"{ram_after}  "]),
    ("de0000000\r", ["cannot be read", "trap 09", "SFAR  e0000000", "a load by the supervisor",
                     NOWHERE_SPARC]),
    ("dxyz\r", ["is not an address"]),
    ("t", [r"counter: .*, {counter}", r"300 interrupts"]),
]

SPARC_EXCEPTIONS = [
    ("i", ["trap 02", ": 00000000"]),
    ("d", ["trap 09", "SFAR  e0000000", "a load by the supervisor", NOWHERE_SPARC]),
    ("w", ["trap 09", "SFAR  e0000000", "a store by the supervisor", NOWHERE_SPARC]),
    ("j", ["trap 01", "PC    e0000000", "a fetch by the supervisor", NOWHERE_SPARC]),
    ("p", ["trap 85", "ta 5"]),
    ("a", ["trap 07"]),
    ("z", ["trap 2a"]),
    ("t", ["trap 0a"]),
    ("f", ["trap 04", "81a00840"]),
    ("u", ["trap 03", "before: .* user, traps on"]),
]

POWERMAC = {"banner": "Vestige boot ROM for Power Macintosh", "steps": POWERMAC_STEPS,
            "exceptions": POWERMAC_EXCEPTIONS, "exceptions_ready": "a system call",
            "screen": (640, 480), "drawn": "Done: 16983584 steps"}
SPARC = {"steps": SPARC_STEPS, "exceptions": SPARC_EXCEPTIONS,
         "exceptions_ready": "a privileged instruction"}

# What to do on each board, and its own words.
BOARDS = {
    "g3beige": (POWERMAC, {"machine": "Power Macintosh G3, beige",
                           "processor": "PowerPC 750 (G3)", "bridge": "Grackle (MPC106)",
                           "macio": "106b:0010", "time_base": "16.600 MHz"}),
    "mac99": (POWERMAC, {"machine": "Power Mac G4 (Core99)", "processor": "PowerPC 7400 (G4)",
                         "bridge": "UniNorth", "macio": "106b:0022", "time_base": "100.000 MHz"}),
    "SS-5": (SPARC | {"banner": "Vestige boot ROM for the SPARCstation 5", "screen": (1024, 768),
                      "drawn": "Done: 43462727 steps"},
             {"machine": "SPARCstation 5 (fw_cfg machine id 32)",
              "processor": "MB86904 (microSPARC-II)", "memory": "128 MB at 00000000 (told",
              "part": "TCX at 50000000", "rom": "70000000", "ram": "00000000",
              "ram_after": "00000100", "counter": "2.000 MHz"}),
    "leon3": (SPARC | {"banner": "Vestige boot ROM for LEON3", "screen": None,
                       "drawn": "There is no display on this machine"},
              {"machine": "LEON3 system (GRLIB)", "processor": "LEON3",
               "memory": "128 MB at 40000000 (found", "part": "GPTIMER timers, interrupt 6",
               "rom": "00000000", "ram": "40000000", "ram_after": "40000100",
               "counter": "1.000 MHz"}),
}


class CheckFailed(Exception):
    pass


class Console:
    """The emulator's process and its serial console."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)

    def wait_for(self, pattern):
        """Reads until the pattern ends the output. Returns what came."""
        deadline = time.monotonic() + STEP_SECONDS
        text = ""
        output = self.process.stdout.fileno()
        while not re.search(pattern + r"\Z", text):
            left = deadline - time.monotonic()
            if left <= 0:
                raise CheckFailed(f"no {pattern!r} within {STEP_SECONDS} s; what came:\n{text}")
            if not select.select([output], [], [], left)[0]:
                continue
            data = os.read(output, 65536)
            if not data:
                raise CheckFailed(f"the emulator ended before {pattern!r}; what came:\n{text}")
            text = (text + data.decode("latin-1")).replace("\r\n", "\n")
        return text

    def type(self, keys):
        self.process.stdin.write(keys.encode())
        self.process.stdin.flush()

    def ask(self, keys, expected, prompt, names):
        self.type(keys)
        answer = self.wait_for(prompt)
        for pattern in expected:
            pattern = pattern.format(**names)
            if not re.search(pattern, answer):
                raise CheckFailed(f"key {keys!r}: no {pattern!r} in the answer:\n{answer}")


def screen_picture(monitor_path, directory):
    """The screen as (width, height, RGB bytes), by QEMU's monitor."""
    picture = os.path.join(directory, "screen.ppm")
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.settimeout(STEP_SECONDS)
        monitor.connect(monitor_path)
        answer = b""
        while b"(qemu) " not in answer:
            answer += monitor.recv(4096)
        monitor.sendall(f"screendump {picture}\n".encode())
        answer = b""
        while not answer.endswith(b"(qemu) "):
            answer += monitor.recv(4096)
    with open(picture, "rb") as file:
        kind, size, _, pixels = file.read().split(b"\n", 3)
    if kind != b"P6":
        raise CheckFailed("the screendump is not a colour picture")
    width, height = map(int, size.split())
    return width, height, pixels


def check_picture(expected, width, height, pixels):
    def pixel(x, y):
        return tuple(pixels[3 * (y * width + x):][:3])

    if (width, height) != expected:
        raise CheckFailed(f"the screen is {width} x {height}")
    step = 3.2 / width
    middle = height // 2
    # Points of the set are black: 0, -1 (the disc to the left) and -1.755 (the small copy).
    for real, imaginary in [(0, 0), (-1, 0), (-1.755, 0), (-0.12, 0.75), (-0.12, -0.75)]:
        point = (round(width / 2 + (real + 0.75) / step), round(middle - imaginary / step))
        if pixel(*point) != (0, 0, 0):
            raise CheckFailed(f"{real} + {imaginary}i is in the set but its point {point} is "
                              f"{pixel(*point)}, not black")
    if pixel(0, 0) == (0, 0, 0) or pixel(0, 0)[2] <= pixel(0, 0)[0]:
        raise CheckFailed(f"the corner is {pixel(0, 0)}, not blue")
    colours = {pixel(x, y) for y in range(0, height, 3) for x in range(0, width, 3)}
    if len(colours) < 40:
        raise CheckFailed(f"only {len(colours)} colours on the screen")
    # The set is symmetric about the middle row, the real axis, but for what rounding does to points
    # at its edge.
    for distance in (20, 100, 200):
        different = sum(pixel(x, middle - distance) != pixel(x, middle + distance)
                        for x in range(width))
        if different > width / 50:
            raise CheckFailed(f"rows {distance} above and below the axis differ at {different} "
                              "points")


def check(console, board, monitor_path, directory):
    family, words = BOARDS[board]
    names = {key: re.escape(value) for key, value in words.items()}
    main_prompt = r"\nvestige> "
    banner = console.wait_for(main_prompt)
    if family["banner"] not in banner:
        raise CheckFailed(f"no banner:\n{banner}")
    for keys, expected in family["steps"]:
        console.ask(keys.format(**words), expected, main_prompt, names)
    console.ask("g", [re.escape(family["drawn"])], main_prompt, names)
    if monitor_path and family["screen"]:
        check_picture(family["screen"], *screen_picture(monitor_path, directory))
    console.ask("x", [family["exceptions_ready"]], r"\nexceptions> ", names)
    for keys, expected in family["exceptions"]:
        console.ask(keys, expected + ["all is well"], r"\nexceptions> ", names)
    console.ask("q", [], main_prompt, names)
    console.ask("b", [re.escape(family["banner"]), "{machine}"], main_prompt, names)
    console.type("o")
    try:
        status = console.process.wait(STEP_SECONDS)
    except subprocess.TimeoutExpired:
        raise CheckFailed("power off did not end the emulator") from None
    if status != 0:
        raise CheckFailed(f"the emulator ended with status {status}")


def main(arguments):
    with_monitor = arguments[:1] == ["--qemu-monitor"]
    if with_monitor:
        arguments = arguments[1:]
    if len(arguments) < 2 or arguments[0] not in BOARDS:
        sys.exit(__doc__)
    board, command = arguments[0], arguments[1:]
    if shutil.which(command[0]) is None:
        print(f"skipped: {command[0]} is not installed")
        return SKIPPED
    with tempfile.TemporaryDirectory() as directory:
        monitor_path = None
        if with_monitor:
            monitor_path = os.path.join(directory, "monitor")
            command += ["-monitor", f"unix:{monitor_path},server,nowait"]
        console = Console(command)
        try:
            check(console, board, monitor_path, directory)
        except CheckFailed as failure:
            print(f"FAILED: {failure}")
            return 1
        finally:
            console.process.kill()
            console.process.wait()
    print(f"passed: every item of the menu on {board}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
