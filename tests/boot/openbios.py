#!/usr/bin/env python3
"""OpenBIOS: Forth at its prompt over the serial line, and on Macintoshes booting from a CD and a disk.

    openbios.py PROGRAM g3beige|mac99|SS-5|SS-20
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import emulator
import host_side
from emulator import expect

SECONDS = 60
PROMPT = r"\n0 > $"

# What the root of the device tree says, and a device.
MODELS = {
    "g3beige": ("AAPL,PowerMac G3", r"/cpus/PowerPC,[\s\S]*/escc"),
    "mac99": ("PowerMac3,1", r"/cpus/PowerPC,[\s\S]*/escc"),
    "SS-5": ("sun4m", r"/esp@5,8800000/sd@2,0[\s\S]*/FMI,MB86904"),
    "SS-20": ("sun4m", r"/sd@2,0[\s\S]*/TI,TMS390Z55"),
}
BOOTS_SCRIPTS = ("g3beige", "mac99")

# What is typed, and what the answer must match.
SESSION = [
    ("3 4 + .", r"\. 7 +ok"),
    (": square dup * ; 9 square .", r"\. 51 +ok"),  # numbers are hexadecimal
    ("dev / .properties", r"compatible +.*{model}"),
    ("show-devs", r"{device}"),
]

# A boot script as IEEE 1275's binding for CHRP machines has it.
BOOT_SCRIPT = """<CHRP-BOOT>
<COMPATIBLE>
MacRISC
</COMPATIBLE>
<BOOT-SCRIPT>
." the boot script says " 6 7 * . cr
power-off
</BOOT-SCRIPT>
</CHRP-BOOT>
"""

FILE_TYPES = '.b Raw "chrp" "tbxi" "boot script"\n* Raw "CHRP" "BINA" "anything"\n'


def make_bootable(folder):
    """An image with an Apple partition map and an HFS volume whose blessed folder has the script; it
    serves as a CD and as a disk."""
    tree = folder / "tree"
    (tree / "boot").mkdir(parents=True)
    (tree / "boot" / "script.b").write_text(BOOT_SCRIPT)
    types = folder / "types"
    types.write_text(FILE_TYPES)
    image = folder / "bootable.img"
    subprocess.run([host_side.tool("genisoimage", "genisoimage"), "-quiet", "-r", "-hfs", "-part",
                    "-hfs-bless", tree / "boot", "-hfs-volid", "BOOT", "-map", types, "-o", image,
                    tree], check=True)
    return image


def check_session(program, machine):
    model, device = MODELS[machine]
    with emulator.Run([program, "-M", machine, "-nographic", "-prom-env", "auto-boot?=false"],
                      SECONDS) as running:
        running.wait_for(PROMPT)
        for typed, pattern in SESSION:
            since = len(running.console)
            running.type(typed + "\r")
            running.wait_for(PROMPT, since)
            answer = emulator.as_text(running.console[since:])
            pattern = pattern.format(model=re.escape(model), device=device)
            expect(re.search(pattern, answer),
                   f"{typed!r}: no {pattern!r} in the answer:\n{answer}")
        running.type("power-off\r")
        expect(running.finish().status == 0, "power-off", running.outcome())


def check_boot(program, machine, options):
    outcome = emulator.run([program, "-M", machine, "-nographic", *options], SECONDS)
    expect("the boot script says 2a" in outcome.text, f"{options}: the script did not run", outcome)
    expect(outcome.status == 0, f"{options}: power-off in the script", outcome)


def check(program, machine):
    check_session(program, machine)
    if machine not in BOOTS_SCRIPTS:
        return
    with tempfile.TemporaryDirectory() as name:
        image = make_bootable(pathlib.Path(name))
        check_boot(program, machine, ["-cdrom", image, "-boot", "d"])
        check_boot(program, machine, ["-hda", image, "-boot", "c"])


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
