"""The guests that can be compared, and what the benchmarks measure."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Guest:
    architecture: str  # of the images, as tests/guests/find_guests.py names it
    qemu: str          # the program
    options: tuple     # that both emulators understand
    console: str = "ttyS0"
    goals: dict = dataclasses.field(default_factory=dict)  # {group or row: times faster than QEMU}


POWERPC_GOALS = {"integer": 3, "floating point": 10, "memory": 3, "system": 2, "boot, CPU": 2,
                 "boot, idle skipped, wall": 4}

# QEMU pays dearly for register windows.
SPARC_GOALS = {"integer": 5, "floating point": 10, "memory": 3, "system": 3, "boot, CPU": 2}

# A further guest is a further row.
GUESTS = {
    "g3beige": Guest("ppc32", "qemu-system-ppc", ("-M", "g3beige", "-cpu", "750", "-m", "256M"),
                     goals=POWERPC_GOALS),
    "mac99": Guest("ppc32", "qemu-system-ppc", ("-M", "mac99", "-cpu", "7400", "-m", "256M"),
                   goals=POWERPC_GOALS),
    "SS-5": Guest("sparc32", "qemu-system-sparc", ("-M", "SS-5", "-m", "256M"), goals=SPARC_GOALS),
    "SS-20": Guest("sparc32", "qemu-system-sparc", ("-M", "SS-20", "-m", "256M"),
                   goals=SPARC_GOALS),
}

# MB that Vestige may take more than QEMU.
MEMORY_GOAL = 150

GROUPS = {
    "integer": ("sieve", "sort", "dhry", "crc", "sha", "lz", "fib", "div", "interp"),
    "floating point": ("matmul", "nbody", "mandel", "fft"),
    "memory": ("chase", "memcpy"),
    "system": ("syscall", "signal", "fork", "pipe", "ctx", "fault", "file"),
}
