#!/usr/bin/env python3
"""Plants one violation of each rule in a small tree and sees that the checks find just that."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "scripts")]

import check_house  # noqa: E402
import count_results  # noqa: E402

CLEAN_TREE = {
    "common/bits.h": "#pragma once\n",
    "translator/ir/op.h": '#pragma once\n#include "common/bits.h"\n',
    "translator/runtime/bus.h": "#pragma once\n",
    "translator/runtime/exec_loop.h": '#pragma once\n#include "translator/runtime/bus.h"\n',
    "frontend/ppc/state.h": '#pragma once\n#include "translator/runtime/bus.h"\n',
    "backend/x64/emit.cpp": '#include <asmjit/x86.h>\n#include "translator/ir/op.h"\n',
    "machine/core/irq.h": "#pragma once\n",
    "machine/mmu/mmu.cpp": '#include "frontend/ppc/state.h"\n',
    "hw/char/uart.h": '#pragma once\n#include "machine/core/irq.h"\n',
    "machine/boards/board.h": '#pragma once\n#include "hw/char/uart.h"\n',
    "app/main.cpp": '#include <SDL2/SDL.h>\n#include "machine/boards/board.h"\n',
}

# (file, its text, what the complaint says)
PLANTED_INCLUDES = [
    ("common/log.h", '#include "machine/core/irq.h"\n', "may not be included from common/"),
    ("translator/ir/f.h", '#include "translator/runtime/bus.h"\n', "from translator/ir/"),
    ("translator/runtime/bus.h", '#include "translator/runtime/exec_loop.h"\n', "bus.h"),
    ("frontend/ppc/lift.cpp", '#include "translator/runtime/exec_loop.h"\n', "from frontend/ppc/"),
    ("frontend/ppc/lift.cpp", '#include "machine/core/irq.h"\n', "from frontend/ppc/"),
    ("backend/interp/run.cpp", '#include "frontend/ppc/state.h"\n', "from backend/interp/"),
    ("machine/mmu/walk.cpp", '#include "hw/char/uart.h"\n', "from machine/mmu/"),
    ("hw/char/escc.cpp", '  #  include "translator/ir/op.h"\n', "from hw/"),
    ("machine/boards/g3.cpp", '#include "app/main.cpp"\n', "from machine/boards/"),
    ("hw/char/escc.cpp", '#include "uart.h"\n', "no path from the project's root"),
    ("cellar/rat.h", '#include "common/bits.h"\n', "no row in rules.py"),
    ("backend/interp/run.cpp", "#include <asmjit/core.h>\n", "only from backend/x64/"),
    ("hw/display/vga.cpp", "#include <SDL.h>\n", "only from hw/display/host/"),
    ("frontend/ppc/lift.cpp", "#include <capstone/capstone.h>\n", "only from frontend/disasm"),
    ("hw/net/ne2000.cpp", "#include <slirp/libslirp.h>\n", "only from hw/net/slirp_backend"),
]

PLANTED_VARIABLES = """
#include <string>
namespace room {
int counter;
static int hidden = 3;
int& inside() { static int calls; return ++calls; }
thread_local int mine = 4;
const std::string fixed = std::string(40, 'x');
const int& limit() { static const std::string text(9, 'y'); return hidden; }
const char* const names[] = {"a", "b"};
int use() { return hidden + names[0][0] + static_cast<int>(fixed.size()); }
}
"""


class HouseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        for path, text in CLEAN_TREE.items():
            self.write(path, text)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def test_a_clean_tree_passes(self):
        self.assertEqual(list(check_house.check_includes(self.root)), [])
        self.assertEqual(list(check_house.check_lengths(self.root)), [])

    def test_each_planted_include_is_found(self):
        for path, text, complaint in PLANTED_INCLUDES:
            with self.subTest(path=path, text=text):
                self.write(path, text)
                found = list(check_house.check_includes(self.root))
                self.assertEqual(len(found), 1, found)
                self.assertIn(f"{path}:1: ", found[0])
                self.assertIn(complaint, found[0])
                (self.root / path).unlink()
                if path in CLEAN_TREE:
                    self.write(path, CLEAN_TREE[path])

    def test_a_long_file_is_found(self):
        self.write("common/long.cpp", "int x;\n" * 600)
        self.assertEqual(list(check_house.check_lengths(self.root)), [])
        self.write("common/long.cpp", "int x;\n" * 601)
        self.assertIn("common/long.cpp:601: ", "\n".join(check_house.check_lengths(self.root)))

    @unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
    def test_an_unformatted_file_is_found(self):
        shutil.copy(ROOT / ".clang-format", self.root)
        before = [line for line in check_house.check_format(self.root)]
        self.write("common/ugly.cpp", "int  f( ){return 1 ;}\n")
        new = set(check_house.check_format(self.root)) - set(before)
        self.assertEqual(len(new), 1, new)
        self.assertIn("common/ugly.cpp:1: ", new.pop())

    def test_variables_that_change_are_found(self):
        self.write("common/state.cpp", PLANTED_VARIABLES)
        built = self.root / "build" / "common" / "libcommon.a.p"
        built.mkdir(parents=True)
        subprocess.run(["g++", "-c", self.root / "common/state.cpp", "-o", built / "state.cpp.o"],
                       check=True)
        found = "\n".join(check_house.check_globals(self.root, self.root / "build"))
        for name in ("counter", "hidden", "calls", "mine"):
            self.assertIn(f"{name} is state", found)
        for name in ("fixed", "text", "names"):
            self.assertNotIn(f"{name} is state", found)


class CountTest(unittest.TestCase):
    """scripts/count_results.py, which has the last word in scripts/test."""

    def last_line(self, *results):
        lines, passed = count_results.report(enumerate_names(results))
        return lines[-1], passed

    def test_counts(self):
        self.assertEqual(self.last_line("OK", "OK", "SKIP"), ("2 passed, 0 failed", True))
        self.assertEqual(self.last_line("OK", "FAIL", "TIMEOUT", "UNEXPECTEDPASS", "ERROR"),
                         ("1 passed, 4 failed", False))
        self.assertEqual(self.last_line("SKIP"), ("0 passed, 0 failed", False))
        self.assertEqual(self.last_line(), ("0 passed, 0 failed", False))

    def test_a_missing_or_broken_log_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "testlog.json"
            self.assertEqual(count_results.main(log), 1)
            log.write_text(json.dumps({"name": "a", "result": "OK"}) + "\n{", encoding="utf-8")
            self.assertEqual(count_results.main(log), 1)


def enumerate_names(results):
    return [(f"test {number}", result) for number, result in enumerate(results)]


if __name__ == "__main__":
    unittest.main()
