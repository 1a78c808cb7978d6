#!/usr/bin/env python3
"""Runs the guest's selftest with disks, a CD, the network and a web server of the host's.

    selftest_boot.py PROGRAM MACHINE [OPTION...]
"""

import calendar
import pathlib
import re
import sys
import tempfile
import time
import zlib

import emulator
import host_side
import linux_guest
from emulator import expect

DISK_MEGABYTES = 16
CLOCK_TOLERANCE = 5  # seconds between the guest's date and the host's, start-up included


class Host:
    """What the host offers, and looks at afterwards."""

    def __init__(self, folder):
        self.folder = folder
        self.disk = host_side.make_disk(folder / "disk.img", DISK_MEGABYTES)
        self.disk_before = self.disk.read_bytes()
        self.served = folder / "served"
        self.served.mkdir()
        self.blob = host_side.random_bytes(1 << 20, seed=2)
        (self.served / "blob").write_bytes(self.blob)
        for number, size in enumerate((1, 2047, 2048, 2049, 300000)):
            (self.served / f"file{number}.bin").write_bytes(host_side.random_bytes(size, number))
        self.cd = host_side.make_cd(folder / "cd.iso", self.served)


class BusyboxSelftest:
    """Its programs know checksums: selftest says what it read."""

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
    WRITTEN_TEXT = "".join(f"line {i} of some text that compresses\n"
                           for i in range(2000)).encode()

    def __init__(self, host):
        self.host = host

    def arguments(self, port):
        return f"run=/bin/selftest scratch=sda http=http://10.0.2.2:{port}/blob"

    def options(self):
        return ["-hda", self.host.disk, "-cdrom", self.host.cd]

    def expected(self):
        return {**self.PLAIN_RESULTS,
                "disk-sda": f"{DISK_MEGABYTES * 2048} sectors, .* "
                            f"{host_side.md5(self.host.disk_before)}$",
                "disk-sr0": f" {host_side.md5(self.host.cd.read_bytes())}$",
                "http-eth0": f"^{host_side.md5(self.host.blob)} ",
                "rtc": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"}

    def date(self, _, results):
        return calendar.timegm(time.strptime(results["rtc"][1], "%Y-%m-%dT%H:%M:%S"))

    def check_disks(self):
        host_side.check_file_system(self.host.disk)
        for number in (0, 19):
            expect(host_side.read_file_of(self.host.disk, f"/f{number}") == self.WRITTEN_TEXT,
                   f"/f{number} on the disk is not what the guest wrote")


class KlibcSelftest:
    """tests/boot/klibc/selftest.sh leaves on its disks what it read."""

    PLAIN_RESULTS = {
        "cpu": r"^(Fujitsu MB86904, Lsi Logic/Meiko L64804|TI,|Texas Instruments)",
        "memory": r"^2[34]\d{4} kB",
        "input": r'^"Sun Type 5 keyboard" "Sun Mouse"',
        "screen": r"^0 TCX8$",
        "copy-sda-sdb": f"^{DISK_MEGABYTES * 2048} sectors$",
        "collect-sr0-sdc": "^6 files$",
        "kernel-messages": "^$",
    }

    def __init__(self, host):
        self.host = host
        self.copy = host.folder / "copy.img"
        self.copy.write_bytes(bytes(DISK_MEGABYTES << 20))
        self.ext4 = host_side.make_ext4(host.folder / "ext4.img", 16)

    def arguments(self, port):
        return ("ip=dhcp run=/bin/selftest copy=sda:sdb collect=sr0:sdc "
                f"http=10.0.2.2:{port}/blob")

    def options(self):
        # Targets 0, 1 and 3; the CD's is 2.
        return ["-hda", self.host.disk, "-hdb", self.copy, "-cdrom", self.host.cd,
                "-drive", f"file={self.ext4},format=raw"]

    def expected(self):
        size, crc = len(self.host.blob), zlib.crc32(self.host.blob)
        return {**self.PLAIN_RESULTS, "http": f"^fetch: {size} bytes, crc32 {crc:08x}$"}

    def date(self, outcome, _):
        match = re.search(r"setting system clock to .* UTC \((\d+)\)", outcome.text)
        expect(match, "the guest's kernel found no clock", outcome)
        return int(match[1])

    def check_disks(self):
        expect(self.host.disk.read_bytes() == self.host.disk_before, "the first disk has changed")
        expect(self.copy.read_bytes() == self.host.disk_before,
               "the second disk is not a copy of the first")
        host_side.check_file_system(self.ext4)
        contents = {f"/folder/{path.name}": path.read_bytes()
                    for path in self.host.served.iterdir()}
        contents["/fetched"] = self.host.blob
        contents.update({f"/small{number}": f"small file {number}\n".encode()
                         for number in (0, 17, 39)})
        for name, data in contents.items():
            expect(host_side.read_file_of(self.ext4, name) == data,
                   f"{name} on the third disk is not what the guest should have written")


SELFTESTS = {"ppc32": BusyboxSelftest, "sparc32": KlibcSelftest}


def check(program, machine, *options):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        host = Host(folder)
        selftest = SELFTESTS[linux_guest.MACHINES[machine].architecture](host)
        with host_side.web_server(host.served) as port:
            started = time.time()
            boot = linux_guest.boot_options(machine, selftest.arguments(port), folder=folder)
            outcome = emulator.run([program, *boot, "-nographic", *selftest.options(),
                                    "-nic", "user", *options], seconds=240)
            ended = time.time()
        linux_guest.check_end(outcome)
        results = {what: (word, details) for what, word, details
                   in linux_guest.SELFTEST_LINE.findall(outcome.text)}
        for what, pattern in selftest.expected().items():
            expect(what in results, f"selftest said nothing of {what}", outcome)
            word, details = results[what]
            expect(word == "ok" and re.search(pattern, details),
                   f"{what}: '{word} {details}', not 'ok' and {pattern!r}", outcome)
        date = selftest.date(outcome, results)
        expect(started - CLOCK_TOLERANCE <= date <= ended + CLOCK_TOLERANCE,
               f"the guest's date is {date - started:.0f} s from the host's", outcome)
        selftest.check_disks()


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
