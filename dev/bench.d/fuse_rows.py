"""What is timed. A row runs a real program in a contender's mount, and gives milliseconds."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from fuse_contenders import Contender

FILES = 20_000
MEGABYTES = 64


def timed(command: list[str], directory: str | None = None, environment: dict[str, str] | None = None, expected: int = 0) -> float:
    """Milliseconds of a command. Its errors are shown where it ends otherwise than expected."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        done = subprocess.run(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        taken = (time.perf_counter() - start) * 1000
        if done.returncode != expected:
            errors.seek(0)
            raise RuntimeError(f"{command[0]}: exit status {done.returncode}: {errors.read(2000).decode(errors='replace')}")
    return taken


@dataclass
class Row:
    name: str
    title: str
    run: Callable[[Contender], float]
    prepare: Callable[[Contender], None] = lambda _: None
    cold: bool = False
    writes: bool = False
    packages: tuple[str, ...] = ()


def files(contender: Contender, suffix: str = "") -> str:
    """A list of files of the system tree, relative to it and NUL-separated; all contenders share it."""
    path = os.path.join(contender.work, f"files{suffix}")
    if not os.path.exists(path):
        find = ["find", ".", "-xdev", "-type", "f", "-size", "-64k", "-print0"]
        found = subprocess.run(find, cwd=contender.source, check=True, capture_output=True).stdout.split(b"\0")[:FILES]
        with open(path, "wb") as out:
            out.write(b"".join(name + suffix.encode() + b"\0" for name in found if name))
    return path


def each_file(*command: str) -> Callable[[Contender], float]:
    return lambda contender: timed(["xargs", "-0", "-a", files(contender), *command], contender.tree)


def absent(contender: Contender) -> float:
    """xargs(1) tells by 123 that stat(1) has failed, as it has to for all names."""
    return timed(["xargs", "-0", "-a", files(contender, ".absent"), "stat"], contender.tree, expected=123)


def fio(engine: str, pattern: str, block: str, passes: int) -> Callable[[Contender], float]:
    def run(contender: Contender) -> float:
        os.sync()
        command = ["fio", "--name=row", f"--ioengine={engine}", f"--rw={pattern}", f"--bs={block}", "--filename=data", f"--size={MEGABYTES}m", f"--loops={passes}"]
        command += ["--invalidate=0", "--overwrite=1", "--norandommap", "--randrepeat=1", "--output-format=json", "--thread"]
        done = subprocess.run(command, cwd=contender.fresh, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"fio: {done.stderr}")
        job = json.loads(done.stdout[done.stdout.index("{"):])["jobs"][0]
        return float(job["read"]["runtime"] + job["write"]["runtime"])

    return run


def data(contender: Contender) -> None:
    """A file of MEGABYTES that is in the page cache."""
    with open(os.path.join(contender.fresh, "data"), "wb") as file:
        for _ in range(MEGABYTES):
            file.write(os.urandom(1 << 20))
    os.sync()


def sources(contender: Contender) -> str:
    """A folder with some thousand files of all sizes."""
    return next(path for path in (f"{contender.source}/include", f"{contender.source}/lib/python3.11", f"{contender.source}/lib/python3") if os.path.isdir(path))


def archive(contender: Contender) -> None:
    subprocess.run(["tar", "cf", os.path.join(contender.backing, "archive.tar"), "-C", sources(contender), "."], check=True)


def untar(contender: Contender) -> float:
    target = os.path.join(contender.fresh, "out")
    subprocess.run(["rm", "-rf", target], check=True)
    os.mkdir(target)
    os.sync()
    return timed(["tar", "xf", os.path.join(contender.backing, "archive.tar"), "-C", target])


def remove(contender: Contender) -> float:
    target = os.path.join(contender.fresh, "out")
    os.makedirs(target, exist_ok=True)
    subprocess.run(["tar", "xf", os.path.join(contender.backing, "archive.tar"), "-C", target], check=True)
    os.sync()
    return timed(["rm", "-rf", target])


def repository(contender: Contender) -> None:
    top = os.path.join(contender.backing, "repository")
    shutil.copytree(sources(contender), top, symlinks=True)
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", "all"]):
        subprocess.run(["git", *command], cwd=top, check=True, stderr=subprocess.DEVNULL)


def git_status(contender: Contender) -> float:
    environment = {**os.environ, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    return timed(["git", "status", "--porcelain"], os.path.join(contender.fresh, "repository"), environment)


INSERTS = "create table t(a integer primary key, b text); create index i on t(b);" + "".join(
    f"begin; insert into t(b) select hex(randomblob(20)) from (with recursive n(x) as (select 1 union all select x+1 from n where x<500) select x from n); commit;" for _ in range(40)
) + "select count(*) from t where b like 'A%'; update t set b = b || 'x' where a % 7 = 0; delete from t where a % 3 = 0; vacuum;"


def sqlite(contender: Contender) -> float:
    for name in os.listdir(contender.fresh):
        os.unlink(os.path.join(contender.fresh, name))
    os.sync()
    return timed(["sqlite3", "database", INSERTS], contender.fresh)


IMPORTS = "import json, http.client, xml.dom.minidom, sqlite3, asyncio, email.mime.text, unittest, concurrent.futures, logging.handlers"


def python(contender: Contender) -> float:
    tree = contender.tree
    libraries = ":".join(f"{tree}/lib/{name}" for name in ("x86_64-linux-gnu", "aarch64-linux-gnu"))
    environment = {"PYTHONHOME": tree, "LD_LIBRARY_PATH": libraries, "PATH": "/usr/bin:/bin"}
    return timed([f"{tree}/bin/python3", "-S", "-B", "-c", IMPORTS], environment=environment)


def dbench(contender: Contender) -> float:
    """4 clients for some seconds; gives the milliseconds that 100 MB take."""
    os.sync()
    done = subprocess.run(["dbench", "-D", contender.fresh, "-t", "4", "--skip-cleanup", "4"], capture_output=True, text=True, cwd=contender.fresh)
    lines = [line for line in done.stdout.splitlines() if line.startswith("Throughput")]
    if done.returncode != 0 or not lines:
        raise RuntimeError(f"dbench: {done.stdout[-300:]} {done.stderr[-300:]}")
    subprocess.run(["rm", "-rf", os.path.join(contender.fresh, "clients")], check=True)
    return 100_000 / float(lines[0].split()[1])


ROWS = [
    Row("find-cold", "find, cold", lambda c: timed(["find", c.tree, "-xdev"]), cold=True),
    Row("find", "find, warm", lambda c: timed(["find", c.tree, "-xdev"])),
    Row("ls-cold", "ls -lR, cold", lambda c: timed(["ls", "-lR", c.tree]), cold=True),
    Row("ls", "ls -lR, warm", lambda c: timed(["ls", "-lR", c.tree])),
    Row("stat", f"stat of {FILES} files, warm", each_file("stat", "--printf=")),
    Row("absent", f"stat of {FILES} absent names, warm", absent),
    Row("open", f"open, read, close of {FILES} small files (cat), warm", each_file("cat")),
    Row("open-cold", f"open, read, close of {FILES} small files (cat), cold", each_file("cat"), cold=True),
    Row("python", "python start and imports, from the tree", python),
    Row("seq-read", f"{MEGABYTES} MiB read in 1 MiB, 32 times", fio("psync", "read", "1m", 32), data, writes=True, packages=("fio",)),
    Row("seq-write", f"{MEGABYTES} MiB written in 1 MiB, 8 times", fio("psync", "write", "1m", 8), data, writes=True, packages=("fio",)),
    Row("random-read", f"{MEGABYTES} MiB read in random 4 KiB, 8 times", fio("psync", "randread", "4k", 8), data, writes=True, packages=("fio",)),
    Row("random-write", f"{MEGABYTES} MiB written in random 4 KiB, 4 times", fio("psync", "randwrite", "4k", 4), data, writes=True, packages=("fio",)),
    Row("mmap-read", f"{MEGABYTES} MiB by random mmap, 8 times", fio("mmap", "randread", "4k", 8), data, writes=True, packages=("fio",)),
    Row("mmap-write", f"{MEGABYTES} MiB written by random mmap, 4 times", fio("mmap", "randwrite", "4k", 4), data, writes=True, packages=("fio",)),
    Row("untar", "tar x of a few thousand files", untar, archive, writes=True),
    Row("rm", "rm -r of them", remove, archive, writes=True),
    Row("git", "git status", git_status, repository, writes=True, packages=("git",)),
    Row("sqlite", "sqlite: 40 transactions, queries, vacuum", sqlite, writes=True, packages=("sqlite3",)),
    Row("dbench", "dbench, 4 clients: time for 100 MB", dbench, writes=True, packages=("dbench",)),
]
