"""The Linux guest: the options that boot it, and what its programs print."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "guests"))

import find_guests  # noqa: E402
from emulator import CheckFailed, expect  # noqa: E402

MACHINES = {
    "g3beige": ["-M", "g3beige"],
    "mac99": ["-M", "mac99", "-cpu", "7400"],
    "SS-5": ["-M", "SS-5"],
    "SS-20": ["-M", "SS-20"],
}
SPARC_MACHINES = ("SS-5", "SS-20")

BENCH_LINE = re.compile(r"^BENCH (\w+) ([0-9a-f]{8}) (\d+\.\d+)$", re.MULTILINE)
SELFTEST_LINE = re.compile(r"^SELFTEST (\S+) (\S+) ?(.*)$", re.MULTILINE)


def images(machine="g3beige"):
    architecture = "sparc32" if machine in SPARC_MACHINES else "ppc32"
    try:
        folder = find_guests.find(architecture)
    except find_guests.GuestsMissing as missing:
        raise CheckFailed(str(missing)) from None
    return [folder / name for name in find_guests.FILES[architecture]]


def boot_options(machine, arguments="", console="ttyS0"):
    """Options of a boot; `arguments` go to the guest's /init by the kernel's command line."""
    kernel, initrd = images(machine)
    return [*MACHINES[machine], "-m", "256M", "-kernel", kernel, "-initrd", initrd,
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
