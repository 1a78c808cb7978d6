"""The Linux guest: the options that boot it, and what its programs print."""

import dataclasses
import gzip
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "guests"))

import find_guests  # noqa: E402
from emulator import CheckFailed, expect  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Machine:
    architecture: str  # of the guest's images
    options: tuple
    memory: str = "256M"


def sparcstation(name, memory=Machine.memory):
    return Machine("sparc32", ("-M", name), memory)


MACHINES = {
    "g3beige": Machine("ppc32", ("-M", "g3beige")),
    "mac99": Machine("ppc32", ("-M", "mac99", "-cpu", "7400")),
    **{name: sparcstation(name) for name in ("SS-4", "SS-5", "SS-10", "SS-20")},
    **{name: sparcstation(name, "96M") for name in ("LX", "SPARCClassic")},
}

# The guests with klibc have no selftest of their own.
KLIBC_SELFTEST = pathlib.Path(__file__).with_name("klibc") / "selftest.sh"

BENCH_LINE = re.compile(r"^BENCH (\w+) ([0-9a-f]{8}) (\d+\.\d+)$", re.MULTILINE)
SELFTEST_LINE = re.compile(r"^SELFTEST (\S+) (\S+) ?(.*)$", re.MULTILINE)


def images(architecture="ppc32"):
    try:
        folder = find_guests.find(architecture)
    except find_guests.GuestsMissing as missing:
        raise CheckFailed(str(missing)) from None
    return [folder / name for name in find_guests.FILES[architecture]]


def cpio_member(name, data, mode):
    """A file in the form that the kernel unpacks ("newc"): fields of 8 hexadecimal digits."""
    path = name.encode() + b"\0"
    fields = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0]
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + path
    return b"".join(part + bytes(-len(part) % 4) for part in (head, data))


def initrd_with(initrd, program, folder):
    """The initial RAM disk with one more program in its /bin."""
    member = cpio_member(f"bin/{program.stem}", program.read_bytes(), 0o100755)
    result = folder / f"initrd-{program.stem}"
    # The kernel unpacks one archive after the other.
    result.write_bytes(initrd.read_bytes() +
                       gzip.compress(member + cpio_member("TRAILER!!!", b"", 0)))
    return result


def boot_options(machine, arguments="", console="ttyS0", folder=None):
    """Options of a boot; `arguments` go to the guest's /init by the kernel's command line. Where
    they name the selftest, a folder is needed to put together an initial RAM disk that has it."""
    guest = MACHINES[machine]
    kernel, initrd = images(guest.architecture)
    if guest.architecture == "sparc32" and folder:
        initrd = initrd_with(initrd, KLIBC_SELFTEST, folder)
    return [*guest.options, "-m", guest.memory, "-kernel", kernel, "-initrd", initrd,
            "-append", f"console={console} {arguments}".strip()]


def native_checksums(bench_native, scale):
    """{name: checksum} as bench prints them when it runs on the host itself."""
    output = subprocess.run([bench_native, "all", str(scale)], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    return {name: checksum for name, checksum, _ in BENCH_LINE.findall(output)}


def check_bench(outcome, expected):
    """That the guest printed each benchmark's checksum as expected, ended well and powered off."""
    expect("GUEST-READY " in outcome.text, "no GUEST-READY", outcome)
    found = {name: checksum for name, checksum, _ in BENCH_LINE.findall(outcome.text)}
    for name, checksum in expected.items():
        expect(name in found, f"no BENCH line of {name}", outcome)
        expect(found[name] == checksum,
               f"{name}: checksum {found[name]}, on the host {checksum}", outcome)
    expect(len(expected) > 0, "the host's bench printed nothing")
    check_end(outcome)


def check_end(outcome):
    expect("GUEST-DONE 0" in outcome.text, "no GUEST-DONE 0", outcome)
    expect(outcome.status == 0, "power off must end with status 0", outcome)
