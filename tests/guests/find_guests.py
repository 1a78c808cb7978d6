#!/usr/bin/env python3
"""Finds the guest images that the boot tests need, or builds them.

    find_guests.py [--build] [ARCHITECTURE...]

Prints the folder that holds the kernel and initial RAM disk of each architecture (all where none is
named). Looks in $VESTIGE_GUESTS, ../shared/guests beside the project, and the cache,
~/.cache/vestige/guests ($XDG_CACHE_HOME is respected). A file counts only if its SHA-256 is the one
in SHA256SUMS here or, where the images were built by build_guests.sh, in SHA256SUMS beside it.
--build builds what is not found into the cache, once. Exit status: 0 found, 1 not.
"""

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]

FILES = {
    "ppc32": ("vmlinux-ppc32", "initramfs-ppc32.cpio.gz"),
    "sparc32": ("vmlinux-sparc32", "initramfs-sparc32.cpio.gz"),
}


class GuestsMissing(Exception):
    """Says what was looked for, where, and what to do."""


def cache_folder():
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(cache) / "vestige" / "guests"


def places():
    if os.environ.get("VESTIGE_GUESTS"):
        yield pathlib.Path(os.environ["VESTIGE_GUESTS"])
    yield ROOT.parent / "shared" / "guests"
    yield cache_folder()


def sums_in(folder):
    """The SHA-256 of each name, as sha256sum writes them; empty where there is no such file."""
    try:
        text = (folder / "SHA256SUMS").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {name.lstrip("*"): digest for digest, name in map(str.split, text.splitlines())}


def what_is_wrong(folder, name):
    """Why folder/name cannot be used, or None."""
    path = folder / name
    if not path.is_file():
        return f"{path}: no such file"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest in (sums_in(HERE).get(name), sums_in(folder).get(name)):
        return None
    return f"{path}: its SHA-256 is neither in {HERE / 'SHA256SUMS'} nor beside it"


def find(architecture):
    """The folder with the architecture's kernel and initial RAM disk. Throws GuestsMissing."""
    problems = []
    for folder in places():
        wrong = [w for w in (what_is_wrong(folder, name) for name in FILES[architecture]) if w]
        if not wrong:
            return folder
        problems += wrong
    raise GuestsMissing("No guest images:\n  " + "\n  ".join(problems) +
                        f"\n{HERE / 'find_guests.py'} --build builds them, once.")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", action="store_true")
    parser.add_argument("architectures", nargs="*", default=list(FILES), metavar="ARCHITECTURE")
    arguments = parser.parse_args()
    for architecture in arguments.architectures:
        if architecture not in FILES:
            parser.error(f"no such architecture: {architecture} ({', '.join(FILES)})")
        try:
            folder = find(architecture)
        except GuestsMissing as missing:
            print(missing, file=sys.stderr)
            if not arguments.build:
                return 1
            print("Building them; this takes some minutes.", file=sys.stderr)
            built = subprocess.run([HERE / "build_guests.sh", architecture, cache_folder()],
                                   stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
            if built.returncode != 0:
                print(f"It failed; what there is lies in {cache_folder() / 'work'}, and another "
                      "try goes on from there.", file=sys.stderr)
                return 1
            folder = find(architecture)
        print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
