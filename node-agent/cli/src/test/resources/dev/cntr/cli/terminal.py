"""Cases of a real terminal: terminal.py CASE COMMAND... runs COMMAND, a shell of busybox, in a pty and acts as a person would."""
import hashlib
import os
import signal
import subprocess
import sys
import termios
import time

import pexpect

PROMPT = r"# (\x1b\[6n)?$"  # busybox asks where the cursor is


def shell(command):
    child = pexpect.spawn(command[0], command[1:], dimensions=(30, 100), encoding="utf-8", timeout=30)
    child.expect(PROMPT)
    return child


def run(child, line):
    """Types a line and gives what the command printed, without the echo of the line."""
    child.sendline(line)
    child.expect("\r\n")
    child.expect(PROMPT)
    return child.before.replace("\r\n", "\n")


def leave(child, code):
    child.sendline("exit %d" % code)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code, "exit status %s, signal %s" % (child.exitstatus, child.signalstatus)


def until(condition, what):
    deadline = time.time() + 20
    while not condition():
        assert time.time() < deadline, what
        time.sleep(0.02)


def a_shell_with_size_and_resize(command):
    child = shell(command)
    assert "/dev/pts/" in run(child, "tty")
    assert "30 100" in run(child, "stty size"), child.before
    child.setwinsize(41, 123)
    until(lambda: "41 123" in run(child, "stty size"), "the new size")
    leave(child, 3)


def keys_of_job_control(command):
    child = shell(command)
    for key, code in (("\x03", 130), ("\x1c", 131)):  # Ctrl-C, Ctrl-\
        child.sendline("echo sle''eps; sleep 100")
        child.expect("sleeps\r\n")
        time.sleep(0.3)
        child.send(key)
        child.expect(PROMPT)
        assert str(code) in run(child, "echo $?"), child.before
    child.sendline("echo sle''eps; sleep 100")
    child.expect("sleeps\r\n")
    time.sleep(0.3)
    child.send("\x1a")
    child.expect("Stopped")
    child.expect(PROMPT)
    child.sendline("kill %1; fg")
    child.expect(PROMPT)
    leave(child, 0)


def every_byte_passes(command):
    child = shell(command)
    assert "grüße 世界" in run(child, "echo 'grüße 世界'"), child.before
    child.sendline("stty raw -echo; echo re''ady; dd bs=1 count=6 2>/dev/null | od -An -tx1; stty sane")
    child.expect("ready")
    time.sleep(0.3)
    child.send("\x10\x11\x03\x1a\x00\x04")
    child.expect("10 11 03 1a 00 04")
    child.expect(PROMPT)
    leave(child, 0)


def type_ahead_and_end_of_file(command):
    """What is typed before there is a prompt is read by the shell."""
    child = pexpect.spawn(command[0], command[1:], dimensions=(30, 100), encoding="utf-8", timeout=30)
    child.send("echo a''head\n")
    child.expect("ahead\r\n")
    child.expect(PROMPT)
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.exitstatus


def much_both_ways(command):
    child = shell(command)
    child.sendline("seq 1 1300000 | sha256sum; seq 1 1300000; echo do''ne")
    child.expect("([0-9a-f]{64})")
    want = child.match.group(1)
    child.expect("-\r\n")
    child.maxread = 1 << 16
    child.searchwindowsize = 100
    child.expect("done", timeout=60)
    got = hashlib.sha256(child.before.replace("\r\n", "\n").encode()).hexdigest()
    assert got == want, "output differs"
    child.expect(PROMPT)
    size = 10 << 20
    child.sendline("stty raw -echo; echo re''ady; head -c %d | sha256sum; stty sane" % size)
    child.expect("ready")
    time.sleep(0.3)
    pasted = (bytes(range(32, 127)) * (size // 95 + 1))[:size].decode()
    child.send(pasted)
    child.expect("([0-9a-f]{64})", timeout=60)
    assert child.match.group(1) == hashlib.sha256(pasted.encode()).hexdigest(), "input differs"
    child.expect(PROMPT)
    leave(child, 0)


def a_full_screen_program(command):
    """An editor on the alternate screen: its sequences and its keys pass, and it is told of a new size."""
    child = shell(command)
    child.sendline("vi /tmp/edited")
    child.expect_exact("\x1b[?1049h")
    child.expect_exact("\x1b[30;1H")  # its status line is the last one
    child.setwinsize(41, 123)
    child.expect_exact("\x1b[41;1H")
    child.send("igrüße\x1b")
    time.sleep(0.5)  # else what follows is taken for a key's sequence
    child.send(":wq\r")
    child.expect_exact("\x1b[?1049l")
    child.expect(PROMPT)
    assert "grüße" in run(child, "cat /tmp/edited"), child.before
    leave(child, 0)


def exec_inside(command):
    """The command of cntr exec has a terminal of its own; the one here is then as it was."""
    child = shell(command)
    before = run(child, "stty -g")
    child.sendline("cntr exec -- cat")
    child.sendline("grüße")
    child.expect("grüße\r\n.*grüße\r\n")
    child.sendeof()
    child.expect(PROMPT)
    child.sendline("cntr exec -- sh -c 'echo sle\"\"eps; sleep 100'; echo code $?")
    child.expect("sleeps\r\n")
    time.sleep(0.3)
    child.send("\x03")
    child.expect("code 130\r\n")
    child.expect(PROMPT)
    assert run(child, "stty -g") == before
    # one in the background waits for its turn
    child.sendline("cntr exec -- tty & sleep 1; jobs; fg")
    child.expect("Stopped")
    child.expect("/dev/pts/")
    child.expect(PROMPT)
    leave(child, 0)


def the_default_shell_finds_cntr(command):
    """Also where its profile sets PATH."""
    child = shell(command)
    assert "/var/lib/cntr-session:/bin:/of-the-profile" in run(child, "echo $PATH"), child.before
    assert "unset" in run(child, "echo ${ENV-unset}"), child.before
    leave(child, 0)


def attached(command):
    """Runs it on a terminal of this program's; gives it, both sides, and the settings before."""
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    cntr = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    seen = b""
    while b"# " not in seen:
        seen += os.read(master, 4096)
    assert termios.tcgetattr(slave)[3] & termios.ICANON == 0, "not raw while attached"
    return cntr, master, slave, before


def restored_after_terminate(command):
    cntr, _, slave, before = attached([*command, "-c", "trap 'exit 9' TERM; echo '# '; while :; do sleep 0.05; done"])
    cntr.terminate()
    assert cntr.wait(20) == 9
    assert termios.tcgetattr(slave) == before


def restored_after_kill(command):
    cntr, _, slave, before = attached(command)
    cntr.kill()
    cntr.wait(20)
    until(lambda: termios.tcgetattr(slave) == before, "the terminal's settings")
    # who has set it meanwhile is not disturbed
    cntr, _, slave, before = attached(command)
    other = termios.tcgetattr(slave)
    other[3] |= termios.ISIG
    termios.tcsetattr(slave, termios.TCSANOW, other)
    cntr.kill()
    cntr.wait(20)
    time.sleep(0.5)
    assert termios.tcgetattr(slave) == other


def hang_up(command):
    """The terminal goes away: cntr and its shell end."""
    cntr, master, slave, _ = attached(command)
    os.close(slave)
    os.close(master)
    cntr.wait(20)


def looking(command, size, *shown):
    child = pexpect.spawn(command[0], command[1:], dimensions=size, encoding="utf-8", timeout=30)
    for expected in (*shown, "# "):
        child.expect(expected)
    time.sleep(0.3)
    run(child, "")  # the shell has drawn its prompt anew for the new size
    return child


def detached(command):
    """Begins a session, looks at it in a terminal, leaves by keys, and comes back in one of another size."""
    at = command.index("attach")
    command = [*command[: at + 1], "--detach", *command[at + 1 :]]
    name = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    look = [*command[:at], "reattach", "--detach-keys", "ctrl-p,ctrl-q", name]
    child = looking(look, (30, 100))
    assert "30 100" in run(child, "stty size"), child.before
    assert "kept" in run(child, "x=kept; echo $x")
    child.send("\x10")
    child.send("\x11")
    child.expect("goes on")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.exitstatus
    again = looking(look, (41, 123), "x=kept", "kept\r\n")  # what was shown before
    until(lambda: "41 123" in run(again, "stty size"), "the size of the new terminal")
    assert "kept" in run(again, "echo $x"), again.before
    again.setwinsize(20, 60)
    until(lambda: "20 60" in run(again, "stty size"), "the new size")
    leave(again, 5)


def only_input_is_a_terminal(command):
    """Output in a pipe: no terminal for the command, and the one here stays as it is."""
    master, slave = os.openpty()
    before = termios.tcgetattr(slave)
    cntr = subprocess.Popen(
        [*command, "-c", "test -t 0 || echo none"], stdin=slave, stdout=subprocess.PIPE, start_new_session=True)
    assert cntr.stdout.read() == b"none\n"
    assert cntr.wait(20) == 0
    assert termios.tcgetattr(slave) == before
    os.close(master)


if __name__ == "__main__":
    signal.alarm(100)
    globals()[sys.argv[1]](sys.argv[2:])
