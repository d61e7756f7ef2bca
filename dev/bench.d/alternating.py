"""Whole-process times of several commands, run in turn so that what else the machine does meets all of them alike."""

import statistics
import subprocess
import time
from dataclasses import dataclass, field


@dataclass
class Contender:
    """A command; its time is taken to its end or, with first_output, to its first byte of output."""

    name: str
    command: list[str]
    first_output: bool = False
    environment: dict[str, str] | None = None
    milliseconds: list[float] = field(default_factory=list)

    def run(self) -> float:
        # input stays open until the command has ended: some clients leave at its end, before there is any output
        pipe = subprocess.PIPE
        start = time.perf_counter()
        with subprocess.Popen(self.command, stdin=pipe, stdout=pipe, stderr=pipe, env=self.environment) as process:
            if self.first_output and not process.stdout.read(1):
                raise RuntimeError(f"{self.name}: no output; {process.stderr.read().decode()}")
            taken = time.perf_counter() - start
            output, errors = process.stdout.read(), process.stderr.read()
            process.wait()
            if not self.first_output:
                taken = time.perf_counter() - start
        if process.returncode != 0:
            raise RuntimeError(f"{self.name}: exit status {process.returncode}: {errors.decode() or output.decode()}")
        return taken * 1000


def alternate(contenders: list[Contender], runs: int, warm_up: int = 2) -> None:
    for turn in range(-warm_up, runs):
        for contender in contenders:
            taken = contender.run()
            if turn >= 0:
                contender.milliseconds.append(taken)


def report(contenders: list[Contender], ours: int = 1) -> None:
    """Prints medians with quartiles, and the ratios of the first so many to each of the others, their peers."""
    width = max(len(contender.name) for contender in contenders)
    for contender in contenders:
        low, median, high = statistics.quantiles(contender.milliseconds, n=4)
        print(f"{contender.name:{width}}  median {median:8.1f} ms  [{low:.1f} - {high:.1f}]  n={len(contender.milliseconds)}")
    for peer in contenders[ours:]:
        for contender in contenders[:ours]:
            ratio = statistics.median(contender.milliseconds) / statistics.median(peer.milliseconds)
            print(f"{contender.name} takes {ratio:.2f} of {peer.name}")
