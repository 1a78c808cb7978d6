#!/usr/bin/env python3
"""Wrong input: each gives a clear message on standard error, status 1, and soon.

    wrong_input.py PROGRAM
"""

import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import emulator
import linux_guest
from emulator import expect

SECONDS = 60
LONGEST_MESSAGE = 6  # lines
NOBODY = 65534


class Inputs:
    """Files that are wrong in one way each."""

    def __init__(self, folder):
        self.folder = folder
        self.kernel, self.initrd = linux_guest.images()
        self.sparc_kernel, self.sparc_initrd = linux_guest.images("sparc32")
        self.missing = folder / "missing"
        self.program = pathlib.Path(shutil.which("true"))  # of the host's architecture
        self.half_kernel = self.write("half", self.kernel.read_bytes()[:1 << 20])
        self.kernel_stump = self.write("stump", self.kernel.read_bytes()[:40])
        self.text = self.write("text", b"This is no kernel, no image and no snapshot.\n" * 50)
        self.empty = self.write("empty", b"")
        self.disk = self.write("disk", bytes(1 << 20))
        self.used_disk = self.write("used", bytes(1 << 20))
        self.guarded_disk = self.write("guarded", bytes(1 << 20))
        self.guarded_disk.chmod(0o444)
        self.fcode = folder / "fcode"
        self.fcode.mkdir()
        (self.fcode / "QEMU,tcx.bin").write_bytes(bytes(100000))
        self.huge = folder / "huge"
        with open(self.huge, "wb") as file:
            file.truncate(300 << 20)

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path


def sparc_linux(inputs, *more):
    return ["-M", "SS-5", "-kernel", inputs.sparc_kernel, "-initrd", inputs.sparc_initrd, *more]


def disks(inputs, interface, count):
    return [word for _ in range(count) for word in
            ("-drive", f"file={inputs.disk},format=raw,if={interface},readonly=on")]


def linux(inputs, *more):
    return ["-M", "g3beige", "-kernel", inputs.kernel, "-initrd", inputs.initrd, *more]


# what is wrong: (options, what the message must match)
CASES = {
    "no such kernel": (lambda i: ["-M", "g3beige", "-kernel", i.missing], r"missing'.*No such file"),
    "no such initrd": (lambda i: linux(i)[:-1] + [i.missing], r"missing'.*No such file"),
    "no such disk": (lambda i: ["-hda", i.missing], r"missing'.*No such file"),
    "no such CD": (lambda i: ["-cdrom", i.missing], r"missing'.*No such file"),
    "no such snapshot": (lambda i: ["--loadvm", i.missing], r"missing'.*No such file"),
    "no such firmware file": (lambda i: ["-bios", i.missing], r"missing'"),
    "a folder as kernel": (lambda i: ["-M", "g3beige", "-kernel", i.folder], r"not a regular file"),
    "a folder as disk": (lambda i: ["-hda", i.folder], r"cannot use disk image"),
    "a kernel of another architecture": (lambda i: ["-M", "g3beige", "-kernel", i.program],
                                         r"64-bit.*this machine runs .*PowerPC"),
    "a kernel that is none": (lambda i: ["-M", "g3beige", "-kernel", i.text], r"not an ELF file"),
    "an empty kernel": (lambda i: ["-M", "g3beige", "-kernel", i.empty], r"not an ELF file"),
    "half an ELF file": (lambda i: ["-M", "g3beige", "-kernel", i.half_kernel], r"truncated"),
    "a stump of an ELF file": (lambda i: ["-M", "g3beige", "-kernel", i.kernel_stump],
                               r"truncated"),
    "an initrd that does not fit": (lambda i: linux(i, "-m", "256M", "-initrd", i.huge),
                                    r"does not fit.*larger -m"),
    "a kernel that does not fit": (lambda i: linux(i, "-m", "16M"), r"does not fit.*larger -m"),
    "an initrd without kernel": (lambda i: ["-M", "g3beige", "-initrd", i.initrd], r"-kernel"),
    "3 MB of memory": (lambda i: ["-M", "g3beige", "-m", "3M"], r"memory.*-m"),
    "too much memory": (lambda i: ["-M", "g3beige", "-m", "64G"], r"memory.*-m"),
    "no size of memory": (lambda i: ["-m", "lots"], r"-m.*lots"),
    "an unknown machine": (lambda i: ["-M", "macplus"], r"macplus.*g3beige"),
    "an unknown CPU": (lambda i: ["-M", "g3beige", "-cpu", "68040"], r"68040.*750"),
    "an unknown option": (lambda i: ["--warp", "9"], r"--warp.*--help"),
    "an option without its value": (lambda i: ["-kernel"], r"-kernel"),
    "an unknown engine": (lambda i: ["--engine", "steam"], r"steam"),
    "an unknown card": (lambda i: ["-nic", "user,model=token-ring"], r"token-ring"),
    "an unknown log item": (lambda i: ["-d", "everything"], r"everything"),
    "firmware that is not installed": (lambda i: ["-bios", "no-such-openbios"],
                                       r"not installed.*apt-get install qemu-system-data"),
    "firmware that is none": (lambda i: ["-M", "g3beige", "-bios", i.huge], r"huge'"),
    "an empty disk": (lambda i: ["-hda", i.empty], r"empty"),
    "a disk in use": (lambda i: ["-hda", i.used_disk], r"another program is using it"),
    "a disk given twice": (lambda i: ["-hda", i.disk, "-hdb", i.disk], r"using it"),
    "a disk format that is not raw": (lambda i: ["-drive", f"file={i.disk},format=qcow2"],
                                      r"qcow2"),
    "a SPARC kernel on a Macintosh": (lambda i: ["-M", "mac99", "-kernel", i.sparc_kernel],
                                      r"SPARC.*this machine runs .*PowerPC"),
    "a Macintosh's kernel on a SPARCstation": (lambda i: ["-M", "SS-5", "-kernel", i.kernel],
                                               r"PowerPC.*this machine runs .*SPARC"),
    "a SPARCstation's initrd that does not fit": (lambda i: sparc_linux(i, "-m", "32M",
                                                                        "-initrd", i.huge),
                                                  r"does not fit.*larger -m"),
    "a SPARCstation's command line that is too long": (lambda i: sparc_linux(i, "-append",
                                                                             "a" * 5000),
                                                       r"5000 characters.*4095"),
    "a PowerPC processor for a SPARCstation": (lambda i: ["-M", "SS-5", "-cpu", "7400"],
                                               r"7400.*for SS-5.*Fujitsu MB86904"),
    "a SPARC processor for a Macintosh": (lambda i: ["-M", "g3beige", "-cpu", "LEON3"],
                                          r"LEON3.*for g3beige.*750"),
    "two processors": (lambda i: ["-M", "SS-20", "-smp", "2"], r"one processor"),
    "too much memory for an SS-5": (lambda i: ["-M", "SS-5", "-m", "512M"],
                                    r"SS-5.*16 to 256 MB.*-m"),
    "too much memory for a SPARCclassic": (lambda i: ["-M", "SPARCClassic", "-m", "256M"],
                                           r"16 to 128 MB.*-m"),
    "too much memory for an SS-20": (lambda i: ["-M", "SS-20", "-m", "4G"],
                                     r"SS-20.*16 to 2048 MB.*-m"),
    "two network cards": (lambda i: ["-M", "SS-5", "-nic", "user", "-nic", "user"],
                          r"SS-5 has a place for one network card"),
    "another machine's network card": (lambda i: ["-M", "SS-5", "-nic", "user,model=sungem"],
                                       r"sungem.*lance"),
    "eight SCSI disks": (lambda i: ["-M", "SS-5", *disks(i, "scsi", 8)],
                         r"SS-5 has no place left.*scsi: 7 in all"),
    "two floppy disks": (lambda i: ["-M", "SS-5", *disks(i, "floppy", 2)],
                         r"SS-5 has no place left.*floppy: 1 in all"),
    "five IDE disks": (lambda i: ["-M", "g3beige", *disks(i, "ide", 5)],
                       r"g3beige has no place left.*ide: 4 in all"),
    "an IDE disk on a SPARCstation": (lambda i: ["-M", "SS-5", *disks(i, "ide", 1)],
                                      r"if=ide: SS-5 takes if=scsi, if=floppy"),
    "a SCSI disk on a Macintosh": (lambda i: ["-M", "mac99", *disks(i, "scsi", 1)],
                                   r"if=scsi: mac99 takes if=ide"),
    "a disk in the SCSI controller's place": (lambda i: ["-M", "SS-5", "-drive",
                                                         f"file={i.disk},format=raw,index=7"],
                                              r"index=7: SS-5 has such places from 0 to 6"),
    "a unit that no bus has": (lambda i: ["-M", "mac99", "-drive",
                                          f"file={i.disk},format=raw,bus=0,unit=2"],
                               r"unit=2: a bus of mac99"),
    "a floppy disk of no size that there is": (lambda i: ["-M", "SS-5", "-fda", i.disk], r"floppy"),
    "FCode that is none": (lambda i: ["-M", "SS-5", "-L", i.fcode], r"FCode.*tcx.*100000.*65536"),
    "a ROM of Vestige's that a machine has not": (lambda i: ["-M", "SS-20", "-bios", "vestige"],
                                                  r"SS-20 has no ROM of Vestige's own"),
    "a LEON3 without a program": (lambda i: ["-M", "leon3_generic"], r"-kernel FILE.*-bios"),
    "a LEON3 with a disk": (lambda i: ["-M", "leon3_generic", "-bios", "vestige", "-hda", i.disk],
                            r"no drives"),
    "a LEON3 with a screen card": (lambda i: ["-M", "leon3_generic", "-bios", "vestige",
                                              "-vga", "tcx"], r"-vga"),
    "a screen card of another machine": (lambda i: ["-M", "SS-5", "-vga", "std"],
                                         r"std.*tcx, cg3"),
    "a screen larger than its card": (lambda i: ["-M", "SS-5", "-g", "1600x1200"],
                                      r"1600x1200x8.*1152x900"),
    "a screen deeper than its card": (lambda i: ["-M", "SS-5", "-vga", "cg3",
                                                 "-g", "1024x768x24"], r"8 bits"),
    "a depth that firmware does not draw": (lambda i: ["-M", "g3beige", "-g", "800x600x24"],
                                            r"-g.*8, 15 or 32"),
    "a LEON3 with an initrd": (lambda i: ["-M", "leon3_generic", "-kernel", i.text,
                                          "-initrd", i.text], r"-initrd"),
    "a LEON3's kernel of another architecture": (lambda i: ["-M", "leon3_generic", "-kernel",
                                                            i.kernel], r"runs .*SPARC"),
    "no CPU of LEON3's": (lambda i: ["-M", "leon3_generic", "-cpu", "750"], r"750.*LEON3"),
    "a foreign snapshot": (lambda i: ["--loadvm", i.text], r"text'"),
    "a console in no folder": (lambda i: ["-display", "none", "-serial",
                                          f"file:{i.missing}/console"], r"missing/console"),
    "a log in no folder": (lambda i: ["-d", "int", "-D", f"{i.missing}/log"], r"missing/log"),
    "a picture in no folder": (lambda i: ["-M", "g3beige", "-display", "none", "-serial", "null",
                                          "--clock", "virtual", "--max-instructions", "600000000",
                                          "--screenshot", f"{i.missing}/picture.png"],
                               r"missing/picture.png'.*No such file"),
}


def check_message(what, outcome, pattern):
    expect(outcome.status == 1, f"{what}: the status must be 1", outcome)
    lines = outcome.errors.strip().splitlines()
    expect(0 < len(lines) <= LONGEST_MESSAGE, f"{what}: {len(lines)} lines of message", outcome)
    message = " ".join(lines)
    expect(re.search(pattern, message), f"{what}: no {pattern!r} in the message", outcome)


def check_disk_not_ours(program, inputs):
    """A disk image without the right to write it; root has all rights, so become nobody."""
    if os.geteuid() != 0:
        outcome = emulator.run([program, "-hda", inputs.guarded_disk], SECONDS)
    else:
        copy = inputs.folder / "vestige"  # nobody may not get to where the program lies
        shutil.copy(program, copy)
        copy.chmod(0o755)
        inputs.folder.chmod(0o755)
        outcome = emulator.run([copy, "-hda", inputs.guarded_disk], SECONDS, user=NOBODY,
                               group=NOBODY, extra_groups=[])
    check_message("a read-only disk image", outcome, r"Permission denied.*read-only")


# A disk of four pages. Unmounted at the end, for where mounts are not the program's alone.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=16k small "$1" && echo the one before >"$1/snapshot" || exit 99
"$2" -display none -serial null --clock virtual --savevm-at 1000000 "$1/snapshot" \\
    --max-instructions 2000000
status=$?
[ "$(ls "$1")" = snapshot ] && [ "$(cat "$1/snapshot")" = "the one before" ] || status=98
umount "$1"
exit $status
"""


def own_mounts():
    """The command that lets a program mount, or None where the host allows it in no way."""
    become_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    for propagation in ("private", "unchanged"):  # the former fails in a plain chroot
        command = ["unshare", "--mount", "--propagation", propagation, *become_root]
        if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return command
    return None


def check_full_disk(program, inputs):
    unshare = own_mounts()
    if unshare is None:
        print("not tried: a full disk (this host lets nobody mount one)")
        return
    folder = inputs.folder / "small"
    folder.mkdir()
    outcome = emulator.run([*unshare, "sh", "-c", ON_A_SMALL_DISK, "sh", folder, program], SECONDS)
    expect(outcome.status != 98, "a full disk harmed the snapshot before, or left a part", outcome)
    check_message("a full disk", outcome, r"snapshot.*No space left")


def check(program):
    failures = []
    with tempfile.TemporaryDirectory() as name:
        inputs = Inputs(pathlib.Path(name))
        # Locked as another emulator would: the lock belongs to the open file, not to us.
        with open(inputs.used_disk, "rb+") as used:
            fcntl.flock(used, fcntl.LOCK_EX)
            fcntl.lockf(used, fcntl.LOCK_EX)
            for what, (options, pattern) in CASES.items():
                try:
                    outcome = emulator.run([program, *options(inputs)], SECONDS)
                    check_message(what, outcome, pattern)
                except emulator.CheckFailed as failure:
                    failures.append(str(failure))
        for special in (check_disk_not_ours, check_full_disk):
            try:
                special(program, inputs)
            except emulator.CheckFailed as failure:
                failures.append(str(failure))
    expect(not failures, f"{len(failures)} of {len(CASES) + 2}:\n" + "\n\n".join(failures))
    print(f"{len(CASES) + 2} kinds of wrong input refused")


if __name__ == "__main__":
    emulator.main(check, *sys.argv[1:])
