"""The house's rules as data: docs/architecture.md tells the reasons. Read by check_house.py."""

# What of the runtime frontends, backends and machine/mmu may see: abstract interfaces and plain
# data. These headers include nothing of the runtime but each other.
RUNTIME_SEAMS = (
    "translator/runtime/backend.h",
    "translator/runtime/bus.h",
    "translator/runtime/code_observer.h",
    "translator/runtime/cpu_header.h",
    "translator/runtime/guest_mxcsr.h",
    "translator/runtime/guest_cpu.h",
    "translator/runtime/memory_path.h",
    "translator/runtime/reference_engine.h",
    "translator/runtime/slot_address.h",
)

ANYWHERE = ("",)

# Who may include what: (room, what it may include besides itself). Rooms and what they may include
# are path prefixes from the project's root; the first row that a file is under decides. Everything
# may include common/.
INCLUDE_RULES = (
    ("common/", ()),
    ("translator/ir/", ()),
    ("translator/opt/", ("translator/ir/",)),
    *((seam, ("translator/ir/", *RUNTIME_SEAMS)) for seam in RUNTIME_SEAMS),
    ("translator/runtime/", ("translator/ir/", "translator/opt/")),
    ("frontend/decode/", ()),
    ("frontend/disasm/", ()),
    ("frontend/ppc/",
     ("frontend/decode/", "frontend/disasm/", "translator/ir/", *RUNTIME_SEAMS)),
    ("frontend/sparc/", ("frontend/decode/", "translator/ir/", *RUNTIME_SEAMS)),
    ("backend/interp/", ("translator/ir/", *RUNTIME_SEAMS)),
    ("backend/x64/", ("translator/ir/", *RUNTIME_SEAMS)),
    ("machine/core/", ()),
    (
        "machine/mmu/",
        (
            "machine/core/",
            "frontend/ppc/state.h",
            "frontend/sparc/state.h",
            "frontend/sparc/reference_mmu.h",
            *RUNTIME_SEAMS,
        ),
    ),
    ("machine/loaders/", ("machine/core/",)),
    ("hw/", ("machine/core/",)),
    ("roms/", ()),
    ("machine/boards/", ("machine/", "hw/", "frontend/", "backend/", "translator/", "roms/")),
    ("app/", ANYWHERE),
    ("tests/", ANYWHERE),
    ("bench/", ANYWHERE),
)

# Libraries that only some files may see: (the header's name as a regular expression, those files).
LIBRARY_RULES = (
    (r"asmjit/.*", ("backend/x64/", "tests/")),
    (r"SDL2?/.*|SDL.*\.h", ("hw/display/host/", "app/", "tests/")),
    (r"capstone(/.*|\.h)", ("frontend/disasm/capstone.cpp",)),
    (r"slirp/.*|libslirp.*", ("hw/net/slirp_backend.h", "hw/net/slirp_backend.cpp")),
    (r"boost/.*", ("app/",)),
    (r"png.*\.h", ("app/screenshot.cpp", "tests/")),
    (r"zstd.*\.h", ("machine/core/",)),
    (r"catch2/.*", ("tests/",)),
)

# Included under a name that the build makes, or that only the preprocessor knows.
GENERATED_HEADERS = ()

MAX_LINES = 600
# Files that may be longer: tables, one row a line. (path, reason)
LONG_FILES = ()

# Written by others' rules: the guest images' recipes follow the Linux kernel's style.
NOT_OURS = ("tests/guests/recipes/",)

# Variables that change and are shared by all machines of a process: (path, name, reason).
_TERMINAL = "the mode of the process's one terminal, put back at its end"
_FAULTS = "a signal handler is given nothing but what the process and the thread know"
_GDB = "GDB looks for it by name, one in a process"
GLOBAL_STATE = (
    ("backend/x64/gdb_interface.cpp", "(anonymous namespace)::gdb_list_mutex", _GDB),
    ("backend/x64/gdb_interface.cpp", "__jit_debug_descriptor", _GDB),
    ("app/console/terminal.cpp", "vestige::(anonymous namespace)::saved_mode", _TERMINAL),
    ("app/console/terminal.cpp", "vestige::(anonymous namespace)::mode_is_saved", _TERMINAL),
    ("backend/x64/window_faults.cpp", "vestige::x64::(anonymous namespace)::current_faults", _FAULTS),
    ("backend/x64/window_faults.cpp", "vestige::x64::(anonymous namespace)::handler_before", _FAULTS),
    ("backend/x64/window_faults.cpp", "vestige::x64::(anonymous namespace)::setting_handler", _FAULTS),
)
