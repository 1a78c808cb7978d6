#!/usr/bin/env python3
"""Works in the guest's shell over the serial console: partitions, file systems, a CD, power off.

    shell_session.py PROGRAM g3beige|mac99 [OPTION...]
"""

import pathlib
import re
import sys
import tempfile

import emulator
import host_side
import linux_guest
from emulator import expect

SECTOR = 512
PROMPT = r"# $"


def partitions(guest, disk):
    """{number: (start, length)} in sectors, as the guest's kernel sees them."""
    found = {}
    for line in guest.ask_shell(f"grep -H . /sys/block/{disk}/{disk}*/start "
                                f"/sys/block/{disk}/{disk}*/size").splitlines():
        match = re.match(rf".*/{disk}(\d)/(start|size):(\d+)$", line.strip())
        if match:
            found.setdefault(int(match[1]), {})[match[2]] = int(match[3])
    return {number: (entry["start"], entry["size"]) for number, entry in found.items()}


def partition_and_fill(guest):
    """Two partitions, ext2 on both, files on the first. Returns what the host compares."""
    keys = r"o\nn\np\n1\n\n+6M\nn\np\n2\n\n\nw\n"
    guest.ask_shell(f"printf '{keys}' | fdisk /dev/sda >/dev/null 2>&1; sync; cat /proc/partitions")
    table = partitions(guest, "sda")
    expect(sorted(table) == [1, 2], f"the guest's kernel sees the partitions {table}")
    guest.ask_shell("mkfs.ext2 /dev/sda1 >/dev/null && mkfs.ext2 /dev/sda2 >/dev/null")
    guest.ask_shell("mount -t ext2 /dev/sda1 /mnt")
    guest.ask_shell("mkdir /mnt/folder && dd if=/dev/urandom of=/mnt/folder/noise bs=1024 "
                    "count=2000 2>/dev/null && gzip -c /bin/busybox >/mnt/busybox.gz")
    sums = guest.ask_shell("md5sum /mnt/folder/noise /mnt/busybox.gz")
    guest.ask_shell("umount /mnt")
    whole = guest.ask_shell("md5sum /dev/sda1")
    return table, re.findall(r"^([0-9a-f]{32})", sums, re.MULTILINE), whole.split()[0]


def check_partitions(disk, table, file_sums, partition_sum):
    start, length = (SECTOR * value for value in table[1])
    data = disk.read_bytes()
    expect(data[510:512] == b"\x55\xaa", "the disk has no partition table")
    entry = data[0x1be:0x1ce]
    expect(int.from_bytes(entry[8:12], "little") * SECTOR == start,
           "the guest's partition starts elsewhere than in the table on the disk")
    expect(host_side.md5(data[start:start + length]) == partition_sum,
           "the partition's checksum in the guest is not that of the image")
    host_side.check_file_system(disk, start)
    host_side.check_file_system(disk, table[2][0] * SECTOR)
    for name, digest in zip(("/folder/noise", "/busybox.gz"), file_sums, strict=True):
        expect(host_side.md5(host_side.read_file_of(disk, name, start)) == digest,
               f"{name} is not what the guest wrote")


def fill_ext4(guest):
    """A file system that the host made."""
    guest.ask_shell("mount -t ext4 /dev/sdb /mnt")
    guest.ask_shell("i=0; while [ $i -lt 50 ]; do seq $i 2000 >/mnt/list$i; i=$((i+1)); done")
    guest.ask_shell("rm /mnt/list1? && umount /mnt")


def check_ext4(image):
    host_side.check_file_system(image)
    for number in (0, 9, 20, 49):
        expected = "".join(f"{i}\n" for i in range(number, 2001)).encode()
        expect(host_side.read_file_of(image, f"/list{number}") == expected,
               f"/list{number} on the ext4 image is not what the guest wrote")


def read_cd(guest, folder):
    guest.ask_shell("mount -t iso9660 -o ro /dev/sr0 /mnt")
    answer = guest.ask_shell("md5sum /mnt/*")
    for path in folder.iterdir():
        expect(f"{host_side.md5(path.read_bytes())}  /mnt/{path.name}" in answer,
               f"{path.name} on the CD reads wrong:\n{answer}")
    guest.ask_shell("umount /mnt")


def check(program, machine, *options):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        disk = host_side.make_disk(folder / "disk.img", 16)
        ext4 = host_side.make_ext4(folder / "ext4.img", 16)
        files = folder / "files"
        files.mkdir()
        for number, size in enumerate((1, 2047, 2048, 2049, 700000)):
            (files / f"file{number}.bin").write_bytes(host_side.random_bytes(size, number))
        cd = host_side.make_cd(folder / "cd.iso", files)
        command = [program, *linux_guest.boot_options(machine), "-nographic", "-hda", disk,
                   "-hdb", ext4, "-cdrom", cd, *options]
        with emulator.Run(command, seconds=240) as guest:
            guest.wait_for(PROMPT)
            written = partition_and_fill(guest)
            fill_ext4(guest)
            read_cd(guest, files)
            guest.type("exit\n")  # /init switches the machine off
            outcome = guest.finish()
        expect(outcome.status == 0, "power off must end with status 0", outcome)
        check_partitions(disk, *written)
        check_ext4(ext4)


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
