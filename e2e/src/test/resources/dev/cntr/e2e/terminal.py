"""Cases of a real terminal: terminal.py CASE COMMAND... runs COMMAND in a pty of 100x30 and acts as a person would."""
import os
import re
import sys
import termios
import time

import pexpect

PROMPT = r"\$ $"


def shell(command, **options):
    child = pexpect.spawn(command[0], command[1:], dimensions=(30, 100), encoding="utf-8", timeout=20, **options)
    child.expect(PROMPT)
    return child


def run(child, line):
    """Types a line and gives what the command printed, without the echo of the line."""
    child.sendline(line)
    child.expect(r"\r\n")
    child.expect(PROMPT)
    return child.before.replace("\r\n", "\n")


def leave(child, code):
    child.sendline("exit %d" % code)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code, "exit status %s, signal %s" % (child.exitstatus, child.signalstatus)


def prompt_and_exit(command):
    child = shell(command)
    out = run(child, "tty; id -u")
    assert "/dev/pts/" in out and "65532" in out, out
    leave(child, 3)


def size_and_resize(command):
    child = shell(command)
    assert "30 100" in run(child, "stty size"), child.before
    child.setwinsize(41, 123)
    deadline = time.time() + 5
    while "41 123" not in run(child, "stty size"):
        assert time.time() < deadline, child.before
    leave(child, 0)


def control_c(command):
    child = shell(command)
    child.sendline("sleep 100")
    time.sleep(0.5)
    child.sendintr()
    child.expect(PROMPT)
    assert "130" in run(child, "echo $?"), child.before
    leave(child, 0)


def jobs(command):
    child = shell(command)
    child.sendline("sleep 100")
    time.sleep(0.5)
    child.send("\x1a")
    child.expect("Stopped")
    child.expect(PROMPT)
    assert "sleep 100" in run(child, "jobs"), child.before
    child.sendline("fg")
    child.expect("sleep 100")
    time.sleep(0.3)
    child.sendintr()
    child.expect(PROMPT)
    leave(child, 0)


def end_of_file(command):
    child = shell(command)
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.exitstatus


def bytes_pass(command):
    child = shell(command)
    assert "grüße 世界" in run(child, "echo 'grüße 世界'"), child.before
    child.sendline("stty raw -echo; dd bs=1 count=2 2>/dev/null | od -An -tx1; stty sane")
    time.sleep(0.7)
    child.send("\x10\x11")  # Ctrl-P Ctrl-Q: what docker would have taken for itself
    child.expect("10 11")
    child.expect(PROMPT)
    leave(child, 0)


def much_output(command):
    child = shell(command)
    child.sendline("seq 1 200000 | sha256sum; seq 1 200000; echo do''ne")
    child.expect("([0-9a-f]{64})")
    want = child.match.group(1)
    child.expect("-\r\n")
    child.expect("done", timeout=60)
    import hashlib
    got = hashlib.sha256(child.before.replace("\r\n", "\n").encode()).hexdigest()
    assert got == want, "output differs"
    child.expect(PROMPT)
    leave(child, 0)


def terminal_restored(command):
    """The terminal's settings are as before, also when the plugin is terminated by a signal."""
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    import subprocess
    plugin = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    seen = b""
    while b"$ " not in seen:
        seen += os.read(master, 4096)
    raw = termios.tcgetattr(slave)
    assert raw[3] & termios.ICANON == 0, "not raw while attached"
    plugin.terminate()
    plugin.wait(10)
    assert termios.tcgetattr(slave) == before, "settings changed"


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2:])
