#!/usr/bin/env python3
"""Boots Linux from a disk and from a CD through OpenBIOS, with a boot block of our own.

    sun_boot.py PROGRAM BOOT_BLOCK SS-5|SS-20

One image serves as both: an ISO 9660 file system with a Sun label and the boot block in front, where
the file system leaves 32 KB. Where qemu-system-sparc is there, firmware and boot block must print the
same under it.
"""

import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import emulator
import host_side
import linux_guest
from emulator import expect

SECONDS = 60
PROMPT = r"\n0 > $"

SECTOR = 512
HEADS, SECTORS = 1, 640
BOOT_BLOCK_ROOM = 15 * SECTOR  # behind the label; OpenBIOS reads as much
PARTITIONS = 8

# Drive, -boot or what is typed at the prompt, the place in the device path, arguments typed with it.
STARTS = [
    ("-cdrom", "d", "sd@2,0:d"),
    ("-hda", "c", "sd@0,0:a"),
]
TYPED = [
    ("-cdrom", "boot cdrom", "sd@2,0", None),
    ("-hda", "boot disk", "sd@0,0", None),
    ("-hda", "boot disk:b console=ttyS0 typed", "sd@0,0:b", "console=ttyS0 typed"),
]
ARGUMENTS = "console=ttyS0 run=/bin/true"

# What OpenBIOS does not boot from, under QEMU neither: -boot and the device that it tries.
NOT_BOOTED = [("a", "floppy"), ("n", "net")]


def label(size):
    """Sun's label (SunOS's struct dk_label): big-endian, the exclusive or of its 16-bit words is 0.
    All partitions are the whole image: OpenBIOS's `disk` is `a` of one, its `cdrom` is `d`."""
    cylinders = -(-size // (HEADS * SECTORS * SECTOR))
    head = (b"Vestige's test disk".ljust(420, b"\0") +
            struct.pack(">10H", 5400, cylinders, 0, 0, 0, 1, cylinders, 0, HEADS, SECTORS) +
            bytes(4) + struct.pack(">II", 0, size // SECTOR) * PARTITIONS +
            struct.pack(">H", 0xdabe))
    checksum = 0
    for word, in struct.iter_unpack(">H", head):
        checksum ^= word
    return head + struct.pack(">H", checksum)


def make_bootable(folder, boot_block):
    kernel, initrd = linux_guest.images("sparc32")
    tree = folder / "tree"
    tree.mkdir()
    shutil.copy(kernel, tree / "vmlinux")
    shutil.copy(initrd, tree / "initrd")
    (tree / "cmdline").write_bytes(ARGUMENTS.encode() + b"\0")
    image = folder / "bootable.iso"
    subprocess.run([host_side.tool("genisoimage", "genisoimage"), "-quiet", "-o", image, tree],
                   check=True)
    block = pathlib.Path(boot_block).read_bytes()
    expect(len(block) <= BOOT_BLOCK_ROOM, f"the boot block has {len(block)} bytes")
    with open(image, "r+b") as file:
        file.write(label(image.stat().st_size) + block)
    return image


def check_whole(command, place):
    """To the guest's programs and its power off."""
    outcome = emulator.run(command, SECONDS)
    expect(place in outcome.text, f"not booted from {place}", outcome)
    expect("GUEST-READY " in outcome.text, "no GUEST-READY", outcome)
    linux_guest.check_end(outcome)
    expect(f"Kernel command line: {ARGUMENTS}\n" in outcome.text, "arguments", outcome)


def typed_boot(command, typed, arguments):
    """What firmware and boot block print from the typed line on, before Linux does."""
    with emulator.Run(command, SECONDS) as running:
        running.wait_for(PROMPT)
        since = len(running.console)
        running.type(typed + "\r")
        running.wait_for(r"Linux version ", since)
        running.wait_for(rf"Kernel command line: {arguments}\n", since)
        return emulator.as_text(running.console[since:]).partition("PROMLIB:")[0]


def check(program, boot_block, machine):
    qemu = shutil.which("qemu-system-sparc")
    with tempfile.TemporaryDirectory() as name:
        image = make_bootable(pathlib.Path(name), boot_block)
        options = ["-M", machine, "-nographic", "-no-reboot"]
        for drive, letter, place in STARTS:
            check_whole([program, *options, drive, image, "-boot", letter, "--clock", "virtual"],
                        place)
        for letter, device in NOT_BOOTED:
            with emulator.Run([program, *options, "-boot", letter], SECONDS) as running:
                running.wait_for(rf"Trying {device}\.\.\.\nNo valid state [^\n]*\n" + PROMPT)
        options += ["-prom-env", "auto-boot?=false"]
        for drive, typed, place, arguments in TYPED:
            texts = [typed_boot([emulated, *options, drive, image], typed, arguments or ARGUMENTS)
                     for emulated in (program, qemu) if emulated]
            expect(place in texts[0], f"{typed!r}: not booted from {place}:\n{texts[0]}")
            expect(len(set(texts)) == 1, "QEMU's console differs:\n" + "\n----\n".join(texts))


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
