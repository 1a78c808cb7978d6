"""What the host offers to a guest under test: disks, CDs, a web server."""

import contextlib
import functools
import hashlib
import http.server
import random
import shutil
import subprocess
import threading

from emulator import CheckFailed

SEED = 20240101


def random_bytes(size, seed=SEED):
    return random.Random(seed).randbytes(size)


def md5(data):
    return hashlib.md5(data).hexdigest()


def tool(name, package):
    """The path of a program of the host's; a missing one fails the test."""
    path = shutil.which(name, path="/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin")
    if path is None:
        raise CheckFailed(f"{name} is not installed (Debian package {package})")
    return path


def make_disk(path, megabytes):
    path.write_bytes(random_bytes(megabytes << 20))
    return path


def make_ext4(path, megabytes):
    with open(path, "wb") as image:
        image.truncate(megabytes << 20)
    subprocess.run([tool("mke2fs", "e2fsprogs"), "-q", "-F", "-t", "ext4", path], check=True)
    return path


def make_cd(path, folder):
    """A CD with `folder`'s files, under the names that Joliet keeps."""
    subprocess.run([tool("genisoimage", "genisoimage"), "-quiet", "-J", "-r", "-o", path, folder],
                   check=True)
    return path


def check_file_system(image, offset=0):
    """Throws if the ext file system at `offset` bytes is not clean."""
    result = subprocess.run([tool("e2fsck", "e2fsprogs"), "-fn", f"{image}?offset={offset}"],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    if result.returncode != 0:
        raise CheckFailed(f"the file system that the guest left is damaged:\n{result.stdout}")


def read_file_of(image, name, offset=0):
    """A file's bytes out of an ext file system."""
    return subprocess.run([tool("debugfs", "e2fsprogs"), "-R", f"cat {name}",
                           f"{image}?offset={offset}"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def web_server(folder):
    """Serves the folder's files on a port of the host's loopback, which the guest sees as 10.0.2.2.
    Gives the port."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
