"""The guests that can be compared, and what the benchmarks measure."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Guest:
    architecture: str  # of the images, as tests/guests/find_guests.py names it
    qemu: str          # the program
    options: tuple     # that both emulators understand
    console: str = "ttyS0"


GUESTS = {
    "g3beige": Guest("ppc32", "qemu-system-ppc", ("-M", "g3beige", "-cpu", "750", "-m", "256M")),
    "mac99": Guest("ppc32", "qemu-system-ppc", ("-M", "mac99", "-cpu", "7400", "-m", "256M")),
}

GROUPS = {
    "integer": ("sieve", "sort", "dhry", "crc", "sha", "lz", "fib", "div", "interp"),
    "floating point": ("matmul", "nbody", "mandel", "fft"),
    "memory": ("chase", "memcpy"),
    "system": ("syscall", "signal", "fork", "pipe", "ctx", "fault", "file"),
}
