#!/usr/bin/env python3
"""Runs the guest's selftest with a disk, a CD, the network and a web server of the host's.

    selftest_boot.py PROGRAM g3beige|mac99 [OPTION...]
"""

import calendar
import pathlib
import re
import sys
import tempfile
import time

import emulator
import host_side
import linux_guest
from emulator import expect

DISK_MEGABYTES = 16
CLOCK_TOLERANCE = 5  # seconds between the guest's date and the host's, start-up included

# What selftest reports (its name: what the details must match). All must be "ok".
PLAIN_RESULTS = {
    "cpu": r"74\d\d|740/750",
    "memory": r"2[45]\d{4} kB",
    "interrupts": r"(?=.*ttyS0\([1-9])(?=.*ADB\([1-9])",
    "input": r'"ADB keyboard" "ADB mouse"',
    "sha256": "", "gzip": "", "bzip2": "", "bc": "", "lua": "", "sqlite": "", "ext2-loop": "",
    "scratch-sda": "",
    "net-eth0": r"^10\.0\.2\.15 gateway 10\.0\.2\.2 2 packets transmitted, 2 packets received",
}

# What selftest copies to the disk it may write to: 20 files of this text.
WRITTEN_TEXT = "".join(f"line {i} of some text that compresses\n" for i in range(2000)).encode()


def check(program, machine, *options):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        disk = host_side.make_disk(folder / "disk.img", DISK_MEGABYTES)
        disk_sum = host_side.md5(disk.read_bytes())
        served = folder / "served"
        served.mkdir()
        (served / "blob").write_bytes(host_side.random_bytes(1 << 20, seed=2))
        cd = host_side.make_cd(folder / "cd.iso", served)
        with host_side.web_server(served) as port:
            started = time.time()
            boot = linux_guest.boot_options(
                machine, f"run=/bin/selftest scratch=sda http=http://10.0.2.2:{port}/blob")
            outcome = emulator.run([program, *boot, "-nographic", "-hda", disk, "-cdrom", cd,
                                    "-nic", "user", *options], seconds=240)
            ended = time.time()
        linux_guest.check_end(outcome)
        results = {what: (word, details) for what, word, details
                   in linux_guest.SELFTEST_LINE.findall(outcome.text)}
        expected = dict(PLAIN_RESULTS)
        expected["disk-sda"] = f"{DISK_MEGABYTES * 2048} sectors, .* {disk_sum}$"
        expected["disk-sr0"] = f" {host_side.md5(cd.read_bytes())}$"
        expected["http-eth0"] = f"^{host_side.md5((served / 'blob').read_bytes())} "
        expected["rtc"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"
        for what, pattern in expected.items():
            expect(what in results, f"selftest said nothing of {what}", outcome)
            word, details = results[what]
            expect(word == "ok" and re.search(pattern, details),
                   f"{what}: '{word} {details}', not 'ok' and {pattern!r}", outcome)
        date = calendar.timegm(time.strptime(results["rtc"][1], "%Y-%m-%dT%H:%M:%S"))
        expect(started - CLOCK_TOLERANCE <= date <= ended + CLOCK_TOLERANCE,
               f"the guest's date is {date - started:.0f} s from the host's", outcome)

        host_side.check_file_system(disk)
        for number in (0, 19):
            expect(host_side.read_file_of(disk, f"/f{number}") == WRITTEN_TEXT,
                   f"/f{number} on the disk is not what the guest wrote")


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
