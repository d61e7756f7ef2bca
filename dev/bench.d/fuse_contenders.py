"""Who serves: the kernel itself, cntr, libfuse's examples and bindfs. Each has the system tree, and a directory of its own to write to."""

import glob
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("CNTR_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cntr")
EXAMPLES = ("passthrough", "passthrough_ll", "passthrough_hp")
# as dev/build gives them to the agent
AGENT_JVM = "-XX:+UseSerialGC -XX:-MaxFDLimit -XX:-UsePerfData -Xms16m -Xmx128m"


def install(packages: list[str]) -> None:
    def installed(package: str) -> bool:
        asked = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True)
        return asked.stdout == "install ok installed"

    missing = [package for package in packages if not installed(package)]
    if missing:
        print(f"installing {' '.join(missing)}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        subprocess.run(["apt-get", "-qq", "-y", "--no-install-recommends", "install", *missing], check=True, stdout=subprocess.DEVNULL, env=environment)


def build_peers(kinds: list[str]) -> None:
    """Installs bindfs, and builds libfuse's examples of the installed version from Debian's source package."""
    if "bindfs" in kinds:
        install(["bindfs"])
    examples = [kind for kind in kinds if kind in EXAMPLES and not (CACHE / "libfuse" / kind).exists()]
    if examples:
        install(["gcc", "g++", "pkg-config", "libfuse3-dev", "dpkg-dev"])
        build_examples(examples)


def build_examples(examples: list[str]) -> None:
    directory = CACHE / "libfuse"
    sources = directory / "source"
    if not glob.glob(f"{sources}/fuse3-*/example"):
        # of an earlier run that did not come to its end
        shutil.rmtree(sources, ignore_errors=True)
        sources.mkdir(parents=True)
        sources_list = sources / "sources.list"
        listed = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)"], check=True, capture_output=True, text=True).stdout
        pairs = sorted({line for line in listed.splitlines() if line.endswith(" bookworm") or line.endswith(" stable")})
        sources_list.write_text("".join(f"deb-src {pair} main\n" for pair in pairs))
        lists = sources / "lists"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        options = ["-o", f"Dir::Etc::SourceList={sources_list}", "-o", "Dir::Etc::SourceParts=-", "-o", f"Dir::State::Lists={lists}"]
        subprocess.run(["apt-get", "-qq", *options, "update"], check=True, cwd=sources)
        subprocess.run(["apt-get", "-qq", *options, "source", "fuse3"], check=True, cwd=sources, stdout=subprocess.DEVNULL)
    tree = Path(sorted(glob.glob(f"{sources}/fuse3-*/example"))[-1])
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "fuse3"], check=True, capture_output=True, text=True).stdout.split()
    # what libfuse's own build would have found out
    found = directory / "config.h"
    found.write_text("#define HAVE_COPY_FILE_RANGE 1\n#define HAVE_UTIMENSAT 1\n#define HAVE_POSIX_FALLOCATE 1\n#define HAVE_SETXATTR 1\n#define HAVE_FALLOCATE 1\n")
    for example in examples:
        source = next(path for path in (tree / f"{example}.c", tree / f"{example}.cc") if path.exists())
        compiler = ["g++", "-std=c++17"] if source.suffix == ".cc" else ["gcc"]
        program = directory / f"{example}.new"
        command = [*compiler, "-O2", "-w", "-D_GNU_SOURCE", "-include", str(found), "-I", str(directory), str(source), "-o", str(program), *flags, "-lpthread"]
        compiled = subprocess.run(command, capture_output=True, text=True)
        if compiled.returncode != 0:
            raise RuntimeError(f"{source} does not compile:\n{' '.join(command)}\n{compiled.stderr}")
        program.rename(directory / example)


class Server:
    """The JVM that serves for cntr: dev/bench.d/ServeTrees.java, told by lines."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process

    def ask(self, *words: object) -> str:
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"the server did not answer {words}; its error is above")
        return answer

    def warm_up(self, tree: str, work: str) -> None:
        """What the agent has behind it after a few sessions."""
        point = os.path.join(work, "warm-up")
        os.mkdir(point)
        for _ in range(2):
            self.ask("serve", "image", tree, point)
            subprocess.run(["ls", "-lR", point], check=True, stdout=subprocess.DEVNULL)
            self.ask("unmount", point)

    def mounts(self, tree: str, work: str) -> str:
        point = os.path.join(work, "warm-up")
        taken = []
        for _ in range(40):
            taken.append(float(self.ask("serve", "image", tree, point)))
            self.ask("unmount", point)
        low, median, high = statistics.quantiles(taken[10:], n=4)
        heap, resident = self.ask("heap", tree, 100).split()
        return (
            f"mount: a new one has answered its first request after median {median:.2f} ms [{low:.2f} - {high:.2f}] (goal 5)\n"
            f"memory: a mount takes {heap} KiB of heap (goal 4096), {resident} KiB of anonymous memory; 100 further mounts of one JVM"
        )

    def stop(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Cntr:
    @staticmethod
    def start(jvm: str | None, provider: str = "fuse") -> Server:
        modules = ("fuse", "linux") if provider == "fuse" else ("fuse", "linux", f"fuse-{provider}")
        classes = [REPOSITORY / "node-agent" / module / "target" / "classes" for module in modules]
        if not all(path.is_dir() for path in classes):
            raise RuntimeError("cntr is not compiled: run dev/build first")
        # only annotations, which the source launcher's compiler wants to see
        annotations = glob.glob(str(Path.home() / ".m2/repository/org/jspecify/jspecify/*/*.jar"))
        libraries = glob.glob(str(REPOSITORY / "dist/lib/cntr/*.jar")) if provider != "fuse" else []
        path = ":".join([*map(str, classes), *annotations, *libraries])
        java = str(Path(os.environ["JAVA_HOME"]) / "bin" / "java")
        command = ["setpriv", "--pdeathsig", "KILL", java, *(jvm or AGENT_JVM).split(), "--enable-native-access=ALL-UNNAMED", f"-Dprovider={provider}", "-cp", path, str(Path(__file__).with_name("ServeTrees.java"))]
        return Server(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))


class Contender:
    """One who serves: `tree` is the system tree through it, `fresh` a directory of its own, and `backing` that directory itself."""

    def __init__(self, name: str, source: str, work: str, server: Server) -> None:
        self.name, self.source, self.work, self.server = name, source, work, server
        self.tree = os.path.join(work, name, "tree")
        self.fresh = os.path.join(work, name, "fresh")
        self.backing = os.path.join(work, name, "backing")
        for path in (self.tree, self.fresh, self.backing):
            os.makedirs(path)
        self.mounted: list[str] = []

    def takes(self, row: object) -> bool:
        return True

    def servers(self) -> list[int]:
        """The processes that serve."""
        return []

    def cpu(self) -> float:
        """Milliseconds that the servers' threads have run, by schedstat of proc(5)."""
        threads = [thread for pid in self.servers() for thread in glob.glob(f"/proc/{pid}/task/*/schedstat")]
        return sum(int(Path(thread).read_text().split()[0]) for thread in threads) / 1e6

    def serve(self, source: str, point: str, writable: bool) -> None:
        raise NotImplementedError

    def end(self, point: str) -> None:
        subprocess.run(["umount", "-l", point], check=False, stderr=subprocess.DEVNULL)

    def mount(self) -> None:
        for source, point, writable in ((self.source, self.tree, False), (self.backing, self.fresh, True)):
            self.mounted.append(point)
            self.serve(source, point, writable)

    def remount(self) -> None:
        """A new mount of the system tree: the kernel knows nothing of it."""
        self.end(self.tree)
        self.serve(self.source, self.tree, False)
        os.stat(self.tree)

    def clear(self) -> None:
        """Empties the directory of its own, and mounts it anew: nothing of a row is known in the next."""
        self.end(self.fresh)
        for entry in os.scandir(self.backing):
            shutil.rmtree(entry) if entry.is_dir(follow_symlinks=False) else os.unlink(entry)
        os.sync()
        self.serve(self.backing, self.fresh, True)

    def unmount(self) -> None:
        while self.mounted:
            self.end(self.mounted.pop())


class Native(Contender):
    def serve(self, source: str, point: str, writable: bool) -> None:
        subprocess.run(["mount", "--bind", *([] if writable else ["-o", "ro"]), source, point], check=True)


class CntrContender(Contender):
    """As the agent serves: image trees read-only with long time-outs, trees that are written to as host trees."""

    def servers(self) -> list[int]:
        return [self.server.process.pid]

    def serve(self, source: str, point: str, writable: bool) -> None:
        self.server.ask("serve", "host" if writable else "image", source, point)

    def end(self, point: str) -> None:
        try:
            self.server.ask("unmount", point)
        except (RuntimeError, OSError):
            super().end(point)
            raise


class CntrHost(CntrContender):
    """A host tree in every row: what is known goes for a second."""

    kind = "host"

    def takes(self, row: object) -> bool:
        return not row.writes

    def serve(self, source: str, point: str, writable: bool) -> None:
        self.server.ask("serve", self.kind, source, point)


class CntrRoot(CntrHost):
    """Another container's root: changed by others, but not through the mount."""

    kind = "root"


class Jnr(CntrContender):
    """The same trees by the jnr backend, in a JVM of its own."""

    def __init__(self, name: str, source: str, work: str, server: Server) -> None:
        super().__init__(name, source, work, Cntr.start(None, "jnr"))

    def unmount(self) -> None:
        super().unmount()
        self.server.stop()


class Program(Contender):
    """A C or C++ program that serves in the foreground, until its mount goes."""

    def __init__(self, name: str, source: str, work: str, server: Server) -> None:
        super().__init__(name, source, work, server)
        self.processes: dict[str, subprocess.Popen] = {}

    def servers(self) -> list[int]:
        return [process.pid for process in self.processes.values()]

    def command(self, source: str, point: str) -> list[str]:
        raise NotImplementedError

    def serve(self, source: str, point: str, writable: bool) -> None:
        before = os.stat(point).st_dev
        # it ends with this program, however that ends
        command = ["setpriv", "--pdeathsig", "KILL", *self.command(source, point)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.processes[point] = process
        deadline = time.monotonic() + 10
        while os.stat(point).st_dev == before:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not serve {source}: exit status {process.poll()}")
            time.sleep(0.01)

    def end(self, point: str) -> None:
        super().end(point)
        process = self.processes.pop(point, None)
        if process:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Passthrough(Program):
    """libfuse's high-level example mirrors /; what is below the mount point is reached by the path of the source."""

    def command(self, source: str, point: str) -> list[str]:
        return [str(CACHE / "libfuse" / "passthrough"), "-f", "-o", f"allow_other,default_permissions,modules=subdir,subdir={source}", point]


class PassthroughLl(Program):
    def command(self, source: str, point: str) -> list[str]:
        return [str(CACHE / "libfuse" / "passthrough_ll"), "-f", "-o", f"allow_other,default_permissions,source={source},cache=auto,timeout=1", point]


class PassthroughHp(Program):
    """Its own defaults: all caches on, time-outs of a day."""

    def command(self, source: str, point: str) -> list[str]:
        return [str(CACHE / "libfuse" / "passthrough_hp"), "--foreground", source, point]


class Bindfs(Program):
    def command(self, source: str, point: str) -> list[str]:
        return ["bindfs", "-f", source, point]


KINDS = {
    "cntr": CntrContender,
    "cntr-host": CntrHost,
    "cntr-root": CntrRoot,
    "jnr": Jnr,
    "native": Native,
    "passthrough_hp": PassthroughHp,
    "passthrough_ll": PassthroughLl,
    "passthrough": Passthrough,
    "bindfs": Bindfs,
}
# one is so much slower that a run with it takes several times as long, the other differs from cntr-host in what close(2) sends only
ONLY_WHEN_ASKED_FOR = {"jnr", "cntr-root"}
