#!/usr/bin/env python3
"""Copies disks, a CD and a file from the network in a SPARCstation's shell, and compares.

    sun_drives.py PROGRAM SS-5|SS-20 [OPTION...]

The guest has klibc's programs alone: what it writes is compared on the host.
"""

import pathlib
import re
import sys
import tempfile

import emulator
import host_side
import linux_guest
from emulator import expect

MEGABYTES = 8
BLOCK = 1024
NET_AT = 6 << 20  # where on the copy the network's file goes
PROMPT = r"# $"


def interrupts(guest):
    """{name: count} of the guest's /proc/interrupts."""
    return {name: int(count) for count, name in re.findall(
        r"^ *\d+: +(\d+) .* (\S+)$", guest.ask_shell("cat /proc/interrupts"), re.MULTILINE)}


def check(program, machine, *options):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = host_side.make_disk(folder / "source.img", MEGABYTES)
        copy, cd_copy = folder / "copy.img", folder / "cd_copy.img"
        for path in (copy, cd_copy):
            path.write_bytes(bytes(MEGABYTES << 20))
        served = folder / "served"
        served.mkdir()
        blob = host_side.random_bytes(1 << 20, seed=2)
        (served / "blob").write_bytes(blob)
        (served / "text").write_text("on the CD\n")
        cd = host_side.make_cd(folder / "cd.iso", served)
        drives = [word for number, path in enumerate((source, copy, cd_copy))
                  for word in ("-drive", f"file={path},if=scsi,index={number + number // 2},"
                                         "media=disk,format=raw")]
        with host_side.web_server(served) as port:
            command = [program, *linux_guest.boot_options(machine, "ip=dhcp"), "-nographic",
                       *drives, "-cdrom", cd, "-nic", "user", *options]
            with emulator.Run(command, seconds=240) as guest:
                guest.wait_for(PROMPT)
                guest.ask_shell("dd if=/dev/sda of=/dev/sdb bs=64k 2>/dev/null")
                guest.ask_shell("dd if=/dev/sr0 of=/dev/sdc bs=2k 2>/dev/null")
                guest.ask_shell(f"fetch 10.0.2.2 {port} /blob | "
                                f"dd of=/dev/sdb bs=1k seek={NET_AT // BLOCK} 2>/dev/null")
                guest.ask_shell("mkdir /cd && mount -r -t iso9660 /dev/sr0 /cd")
                answer = guest.ask_shell("cat /cd/text")
                expect(answer.strip() == "on the CD", f"the CD's file reads {answer!r}")
                counts = interrupts(guest)
                guest.type("exit\n")  # /init switches the machine off
                outcome = guest.finish()
        expect(outcome.status == 0, "power off must end with status 0", outcome)
        expected = bytearray(source.read_bytes())
        expected[NET_AT:NET_AT + len(blob)] = blob
        expect(copy.read_bytes() == bytes(expected),
               "the copied disk, with the file from the network in it, differs")
        whole = cd.read_bytes()
        expect(cd_copy.read_bytes()[:len(whole)] == whole, "the copied CD differs")
        for device in ("ESP", "LANCE"):
            expect(counts.get(device, 0) > 10, f"interrupts: {counts}")


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
