"""Runs the program under test: starts it, watches its console, types, and says how it ended."""

import dataclasses
import os
import re
import selectors
import subprocess
import sys
import time

DEFAULT_SECONDS = 120  # for one run; a busy host is slow, a hanging guest is stopped


# In builds with -Db_sanitize: UBSan goes on after its report.
SANITIZER_REPORT = re.compile(r"runtime error:|Sanitizer:")


class CheckFailed(Exception):
    """What was expected, and what came."""


@dataclasses.dataclass
class Outcome:
    status: int
    console: bytes  # standard output
    errors: str     # standard error
    seconds: float

    @property
    def text(self):
        return as_text(self.console)

    @property
    def instructions(self):
        """The count that --stats prints."""
        match = re.search(r"^instructions: *(\d+)", self.errors + "\n" + self.text, re.MULTILINE)
        if not match:
            raise CheckFailed("--stats printed no line 'instructions: N'\n" + self.describe())
        return int(match[1])

    def describe(self, lines=60):
        tail = "\n".join(self.text.splitlines()[-lines:])
        return (f"exit status {self.status} after {self.seconds:.1f} s\n"
                f"--- console, its end:\n{tail}\n--- standard error:\n{self.errors}")


def as_text(console):
    return console.decode("latin-1").replace("\r\n", "\n").replace("\r", "")


class Run:
    """One running emulator. Use it in a `with` statement, so that none is left behind."""

    def __init__(self, command, seconds=DEFAULT_SECONDS, **popen_options):
        self.command = [str(word) for word in command]
        self.started = time.monotonic()
        self.deadline = self.started + seconds
        self.console = b""
        self.errors = b""
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        **popen_options)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ, "console")
        self.selector.register(self.process.stderr, selectors.EVENT_READ, "errors")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.selector.close()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def outcome(self):
        return Outcome(self.process.returncode, self.console, self.errors.decode("latin-1"),
                       time.monotonic() - self.started)

    def fail(self, what):
        raise CheckFailed(f"{what}\n$ {' '.join(self.command)}\n{self.outcome().describe()}")

    def read_some(self, deadline):
        """Takes in what comes next. False when both streams are at their ends."""
        if not self.selector.get_map():
            return False
        left = deadline - time.monotonic()
        events = self.selector.select(left) if left > 0 else []
        if not events:
            self.fail("nothing more came in time")
        for key, _ in events:
            data = os.read(key.fd, 65536)
            if not data:
                self.selector.unregister(key.fileobj)
            setattr(self, key.data, getattr(self, key.data) + data)
        return True

    def wait_for(self, pattern, since=0, seconds=None):
        """Waits until the console from byte `since` on holds the regular expression. Returns it."""
        deadline = self.deadline
        if seconds is not None:
            deadline = min(deadline, time.monotonic() + seconds)
        while True:
            match = re.search(pattern, as_text(self.console[since:]))
            if match:
                return match
            if not self.read_some(deadline):
                self.fail(f"the program ended before {pattern!r}")

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def ask_shell(self, command):
        """Types a command at the guest's shell. Returns what it printed; it must succeed."""
        since = len(self.console)
        self.type(f'{command}; echo "ANSWER"-$?\n')
        # To the next prompt: what is typed before it is there would be echoed around it.
        match = self.wait_for(r"ANSWER-(\d+)\n(?s:.*?)# ", since)
        answer = as_text(self.console[since:])[:match.start()]
        answer = answer.rpartition('"ANSWER"-$?\n')[2]  # behind the echoes of what was typed
        if match[1] != "0":
            self.fail(f"status {match[1]} of the guest's command {command!r}:\n{answer}")
        return answer

    def finish(self):
        """Waits for the end."""
        while self.read_some(self.deadline):
            pass
        left = max(1.0, self.deadline - time.monotonic())
        try:
            self.process.wait(left)
        except subprocess.TimeoutExpired:
            self.fail("the program closed its output but did not end")
        outcome = self.outcome()
        if SANITIZER_REPORT.search(outcome.errors):
            raise CheckFailed("a sanitizer complains\n" + outcome.describe())
        return outcome


def run(command, seconds=DEFAULT_SECONDS, **popen_options):
    """Runs to the end, with nothing to read on standard input."""
    with Run(command, seconds, **popen_options) as running:
        running.process.stdin.close()
        return running.finish()


def expect(condition, what, outcome=None):
    if not condition:
        raise CheckFailed(what + ("\n" + outcome.describe() if outcome else ""))


def main(check, *arguments):
    """Runs a check as a program: prints why it failed, returns the exit status."""
    try:
        check(*arguments)
    except CheckFailed as failure:
        print(f"FAILED: {failure}")
        sys.exit(1)
    print("passed")
    sys.exit(0)
