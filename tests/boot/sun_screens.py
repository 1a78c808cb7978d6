#!/usr/bin/env python3
"""Sun's framebuffers: what Vestige's own ROM and OpenBIOS draw on each, by screenshots.

    sun_screens.py PROGRAM
"""

import pathlib
import sys
import tempfile
import time

import emulator
import pictures
from emulator import expect

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "rom"))
import menu_check  # noqa: E402

# Arguments, and the size that is shown.
SCREENS = [
    ([], (1024, 768)),
    (["-vga", "tcx", "-g", "1024x768x24"], (1024, 768)),
    (["-vga", "cg3"], (1024, 768)),
    (["-vga", "cg3", "-g", "1152x900"], (1152, 900)),
]

BACKGROUND, INK = b"\xff\xff\xcc", b"\0\0\0"  # OpenBIOS's
FIRMWARE_SECONDS = 60


def check_rom(program, arguments, size, folder):
    shot = folder / "rom.png"
    command = [program, "-M", "SS-5", *arguments, "-bios", "vestige", "-display", "none",
               "-serial", "stdio", "--screenshot", shot]
    with emulator.Run(command) as running:
        running.wait_for("vestige> $")
        since = len(running.console)
        running.type("g")
        running.wait_for("Done:.*steps", since)
        running.type("o")
        outcome = running.finish()
    expect(outcome.status == 0, "power off", outcome)
    try:
        menu_check.check_picture(size, *pictures.read_png(shot))
    except menu_check.CheckFailed as failure:
        raise emulator.CheckFailed(f"{arguments}: {failure}") from None


def firmware_picture(program, arguments, folder):
    """The screen once OpenBIOS's prompt has been there for a second."""
    command = [program, "-M", "SS-5", *arguments, "-display", "none", "-serial", "null",
               "-monitor", "stdio"]
    shot = folder / "firmware.png"
    with emulator.Run(command) as monitor:
        monitor.wait_for(r"\(vestige\) $")
        deadline = time.monotonic() + FIRMWARE_SECONDS
        before = None
        while time.monotonic() < deadline:
            time.sleep(1)
            since = len(monitor.console)
            monitor.type(f"screendump {shot}\n")
            monitor.wait_for(r"\n\(vestige\) $", since)
            now = pictures.read_png(shot)
            if now == before and {BACKGROUND, INK} == pictures.colours(now):
                monitor.type("quit\n")
                monitor.finish()
                return now
            before = now
        monitor.fail(f"{arguments}: no text in two colours on the screen")


def check(program):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for arguments, size in SCREENS:
            check_rom(program, arguments, size, folder)
        on_tcx = firmware_picture(program, [], folder)
        expect(on_tcx[2].count(INK) > 1000, "OpenBIOS's text has hardly any ink")
        on_cgthree = firmware_picture(program, ["-vga", "cg3"], folder)
        # The cursor may blink.
        different = sum(a != b for a, b in zip(on_tcx[2], on_cgthree[2]))
        expect(different < 600, f"OpenBIOS on cg3 differs from TCX in {different} bytes")
    print(f"{len(SCREENS)} screens with the Mandelbrot set, two with OpenBIOS")


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
