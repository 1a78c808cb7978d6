#!/usr/bin/env python3
"""The window, on an X server without a screen: what it shows, keyboard and mouse.

    window_test.py PROGRAM g3beige|SS-5
"""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import emulator
import host_side
import linux_guest
import pictures
from emulator import expect

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "rom"))
import menu_check  # noqa: E402

STEP_SECONDS = 30

# What Linux knows of the machine's devices, and a pixel of its console's light grey.
LINUX = {
    "g3beige": (("ADB keyboard", "ADB mouse", "OFfb"), b"\xaa" * 3),
    "SS-5": (("Sun Type 5", "Sun Mouse", "TCX"), b"\xaa" * 3),
}


class Screen:
    """An Xvfb with nothing on it but the program's window."""

    def __init__(self, folder):
        self.folder = folder
        read_end, write_end = os.pipe()
        self.server = subprocess.Popen(
            [host_side.tool("Xvfb", "xvfb"), "-displayfd", str(write_end), "-screen", "0",
             "1280x1024x24", "-fbdir", folder, "-nolisten", "tcp"], pass_fds=[write_end],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        if not number:
            raise emulator.CheckFailed("Xvfb did not start")
        self.environment = {**os.environ, "DISPLAY": f":{number}", "SDL_VIDEODRIVER": "x11",
                            "SDL_RENDER_DRIVER": "software", "SDL_AUDIODRIVER": "dummy",
                            # SDL's drivers and D-Bus leak, in libraries unloaded by the end.
                            "ASAN_OPTIONS": "detect_leaks=0"}
        self.environment.pop("WAYLAND_DISPLAY", None)

    def picture(self):
        return pictures.read_xwd(self.folder / "Xvfb_screen0")

    def wait_for_picture(self, ready, settled=False):
        """The screen once `ready(picture)` holds and, if asked for, it stays so for a second."""
        deadline = time.monotonic() + STEP_SECONDS
        before = None
        while time.monotonic() < deadline:
            now = self.picture()
            if ready(now) and (now == before or not settled):
                return now
            before = now
            time.sleep(1)
        raise emulator.CheckFailed("the window did not show what it should")

    def xdotool(self, *words):
        subprocess.run([host_side.tool("xdotool", "xdotool"), *words], env=self.environment,
                       check=True, stdout=subprocess.DEVNULL)

    def close(self):
        self.server.terminate()
        self.server.wait()


@contextlib.contextmanager
def x_server():
    with tempfile.TemporaryDirectory() as name:
        screen = Screen(pathlib.Path(name))
        try:
            yield screen
        finally:
            screen.close()


def check_picture(program, machine, screen, folder):
    """The ROM's Mandelbrot set: right in the window, and the same in --screenshot."""
    shot = folder / "shot.png"
    command = [program, "-M", machine, "-bios", "vestige", "-display", "sdl", "-serial", "stdio",
               "--screenshot", shot]
    with emulator.Run(command, env=screen.environment) as running:
        running.wait_for("vestige> $")
        since = len(running.console)
        running.type("g")
        running.wait_for("Done:.*steps", since)
        screen.wait_for_picture(lambda p: len(pictures.colours(p)) > 40, settled=True)
        # A busy host may hold the window's thread back for longer than the picture was watched.
        time.sleep(3)
        shown = screen.picture()
        running.type("o")
        outcome = running.finish()
    expect(outcome.status == 0, "power off in a window", outcome)
    saved = pictures.read_png(shot)
    try:
        menu_check.check_picture(menu_check.BOARDS[machine][0]["screen"], *saved)
    except menu_check.CheckFailed as failure:
        raise emulator.CheckFailed(f"--screenshot: {failure}") from None
    place = pictures.find_within(shown, saved)
    expect(place is not None, "the window does not show what --screenshot saved")
    print(f"{saved[0]} x {saved[1]} at {place} of the X screen, the same as the screenshot")


def check_keyboard(program, machine, screen):
    """OpenBIOS's Forth, typed into the window: a sum, then power off."""
    command = [program, "-M", machine, "-display", "sdl", "-serial", "null",
               "-prom-env", "auto-boot?=false"]
    with emulator.Run(command, env=screen.environment) as running:
        started = screen.wait_for_picture(lambda p: len(pictures.colours(p)) > 1, settled=True)
        window = ("search", "--sync", "--onlyvisible", "--name", "Vestige", "windowfocus")
        screen.xdotool(*window, "type", "--delay", "60", "3 4 + .")
        screen.xdotool(*window, "key", "Return")
        screen.wait_for_picture(lambda p: p != started)
        screen.xdotool(*window, "type", "--delay", "60", "power-off")
        screen.xdotool(*window, "key", "Return")
        outcome = running.finish()
    expect(outcome.status == 0, "power-off typed at OpenBIOS's prompt", outcome)


def check_input_devices(program, machine, screen):
    """Linux sees keys and mouse movements, and draws on the screen itself."""
    known, white = LINUX[machine]
    command = [program, *linux_guest.boot_options(machine, console="tty0 console=ttyS0"),
               "-display", "sdl", "-serial", "stdio"]
    with emulator.Run(command, seconds=240, env=screen.environment) as guest:
        guest.wait_for(r"# $")
        names = guest.ask_shell("cat /proc/bus/input/devices; cat /proc/fb")
        for name in known:
            expect(name in names, f"the guest's kernel does not know of {name}:\n{names}")
        window = ("search", "--onlyvisible", "--name", "Vestige", "windowfocus")
        keys = re.search(r"Handlers=.*kbd.*(event\d)", names)[1]
        # So many reads as must be possible: a message of the mouse has 3 bytes, an event 16.
        guest.ask_shell("{ dd if=/dev/input/mice of=/tmp/mouse bs=3 count=1 2>/dev/null & "
                        f"dd if=/dev/input/{keys} of=/tmp/keys bs=16 count=6 2>/dev/null & }}")
        screen.xdotool(*window, "mousemove", "--window", "%1", "200", "200", "click", "1")
        for _ in range(5):
            screen.xdotool("mousemove_relative", "20", "10")
        screen.xdotool(*window, "key", "--delay", "60", "a", "b", "c")
        guest.ask_shell("wait")  # a reader whose keys or movements do not come keeps it waiting
        # Spaces in reverse video: lines of one colour on the console's screen.
        guest.ask_shell("printf '\\033[7m%900s\\033[0m' x >/dev/tty0")
        screen.wait_for_picture(lambda p: white * 300 in p[2])
        guest.type("exit\n")
        outcome = guest.finish()
    expect(outcome.status == 0, "power off must end with status 0", outcome)


def check(program, machine):
    with tempfile.TemporaryDirectory() as name, x_server() as screen:
        check_picture(program, machine, screen, pathlib.Path(name))
        check_keyboard(program, machine, screen)
        check_input_devices(program, machine, screen)


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
