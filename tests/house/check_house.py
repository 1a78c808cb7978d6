#!/usr/bin/env python3
"""Checks the source tree against the rules of the house (rules.py).

    check_house.py [--root FOLDER] includes|lengths|format
    check_house.py [--root FOLDER] globals BUILD-FOLDER

Prints one line a violation, `file:line: what is wrong`. Exit status: 0 none, 1 some, 77 if it could
not be checked.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

import rules

SKIPPED = 77
CODE_SUFFIXES = {".cpp", ".h", ".c", ".inc", ".S"}
FORMATTED_SUFFIXES = {".cpp", ".h", ".c"}
COUNTED_SUFFIXES = CODE_SUFFIXES | {".py", ".sh", ".build"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')


class CannotCheck(Exception):
    pass


def source_files(root, suffixes):
    """Paths from the root, with slashes, of the project's own files with these suffixes."""
    found = []
    for folder, subfolders, names in os.walk(root):
        if folder == str(root):
            subfolders[:] = [s for s in subfolders if not s.startswith("build")]
        subfolders[:] = sorted(s for s in subfolders if s[0] != "." and s != "__pycache__")
        here = pathlib.PurePath(folder).relative_to(root)
        for name in sorted(names):
            path = (here / name).as_posix()
            if pathlib.PurePath(name).suffix in suffixes and not path.startswith(rules.NOT_OURS):
                found.append(path)
    return found


def read_lines(root, path):
    return (root / path).read_text(encoding="utf-8").splitlines()


def includes_of(root, path):
    """(line number, name, whether in quotes) of each #include."""
    for number, line in enumerate(read_lines(root, path), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match[2] or match[3], match[3] is not None


def rule_of(path):
    for room, allowed in rules.INCLUDE_RULES:
        if path.startswith(room):
            return room, allowed
    return None, ()


def check_own_include(root, path, name):
    if name in rules.GENERATED_HEADERS:
        return None
    if not (root / name).is_file():
        return f'"{name}" is no path from the project\'s root'
    room, allowed = rule_of(path)
    if room is None:
        return "this folder has no row in rules.py"
    if name.startswith(("common/", room, *allowed)):
        return None
    return f'"{name}" may not be included from {room}'


def check_library_include(path, name):
    for pattern, places in rules.LIBRARY_RULES:
        if re.fullmatch(pattern, name) and not path.startswith(places):
            return f"<{name}> may be included only from {', '.join(places)}"
    return None


def check_includes(root):
    for path in source_files(root, CODE_SUFFIXES):
        for number, name, quoted in includes_of(root, path):
            problem = check_library_include(path, name)
            if problem is None and quoted:
                problem = check_own_include(root, path, name)
            if problem:
                yield f"{path}:{number}: {problem}"


def check_lengths(root):
    exempt = {path for path, _ in rules.LONG_FILES}
    for path in source_files(root, COUNTED_SUFFIXES):
        lines = len(read_lines(root, path))
        if lines > rules.MAX_LINES and path not in exempt:
            yield f"{path}:{lines}: longer than {rules.MAX_LINES} lines"


def check_format(root):
    if shutil.which("clang-format") is None:
        raise CannotCheck("clang-format is not installed (Debian package clang-format)")
    paths = source_files(root, FORMATTED_SUFFIXES)
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", "--ferror-limit=1", *paths],
                            cwd=root, stderr=subprocess.PIPE, text=True, check=False)
    lines = re.findall(r"^(.+?:\d+):\d+: error: ", result.stderr, re.MULTILINE)
    if result.returncode != 0 and not lines:
        raise CannotCheck(f"clang-format failed:\n{result.stderr}")
    for line in lines:
        yield f"{line}: not as clang-format writes it (clang-format -i)"


# A line of objdump -t: value, flags, section, size, name.
SYMBOL = re.compile(r"^[0-9a-f]+ .{7} (\.[a-z]+)\S*\t[0-9a-f]+ (?:\.hidden )?(.+)$")
CHANGING_SECTIONS = {".data", ".bss", ".tdata", ".tbss"}  # .data.rel.ro is constant


def changing_variables(objects):
    """(object, name) of each variable that lies in memory that can be written."""
    result = subprocess.run(["objdump", "-t", "-C", *objects], stdout=subprocess.PIPE, text=True,
                            check=True)
    current = None
    for line in result.stdout.splitlines():
        if line.endswith(("file format elf64-x86-64", "file format elf64-little")):
            current = line.split(":")[0]
            continue
        match = SYMBOL.match(line)
        if not match or match[1] not in CHANGING_SECTIONS or ".data.rel.ro" in line:
            continue
        name = match[2].strip()
        if name.startswith((".", "guard variable", "std::__ioinit", "__asan", "DW.ref.")):
            continue
        yield current, name


def source_of_object(root, sources, folder, object_name):
    """The path of what Meson compiled to `object_name` in `folder`: it names objects by the way from
    the folder to the source, with _ for /."""
    wanted = object_name.removesuffix(".o")
    for path in sources:
        if os.path.relpath(root / path, root / folder).replace("/", "_") == wanted:
            return path
    return (folder / wanted).as_posix()


def declared_constant(texts, variable):
    """Whether one of the texts says const: constants with a constructor lie in writable memory."""
    simple = re.sub(r"\[abi:\w+\]", "", variable).split("::")[-1]
    declaration = re.compile(rf"\b(const|constexpr)\b[^;=(]*\b{re.escape(simple)}\b")
    return any(declaration.search(text) for text in texts)


def check_globals(root, build):
    known = {(path, name) for path, name, _ in rules.GLOBAL_STATE}
    rooms = {rule[0].split("/")[0] for rule in rules.INCLUDE_RULES} - {"tests", "bench", "roms"}
    objects = [p for p in pathlib.Path(build).rglob("*.o")
               if p.relative_to(build).parts[0] in rooms]
    if not objects:
        raise CannotCheck(f"{build} holds no object files yet")
    sources = source_files(root, {".cpp", ".c"})
    headers = [(root / path).read_text(encoding="utf-8")
               for path in source_files(root, {".h", ".inc"})]
    for object_path, variable in changing_variables([str(o) for o in objects]):
        folder = pathlib.Path(object_path).parent.parent.relative_to(build)
        path = source_of_object(root, sources, folder, pathlib.PurePath(object_path).name)
        own = [(root / path).read_text(encoding="utf-8")] if (root / path).is_file() else []
        if not declared_constant(own + headers, variable) and (path, variable) not in known:
            yield f"{path}:0: {variable} is state shared by all machines of a process"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("what", choices=["includes", "lengths", "format", "globals"])
    parser.add_argument("build", nargs="?", type=pathlib.Path)
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    checks = {"includes": lambda: check_includes(root), "lengths": lambda: check_lengths(root),
              "format": lambda: check_format(root),
              "globals": lambda: check_globals(root, arguments.build.resolve())}
    try:
        violations = list(checks[arguments.what]())
    except CannotCheck as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    print("\n".join(violations) if violations else f"{arguments.what}: nothing to complain about")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
