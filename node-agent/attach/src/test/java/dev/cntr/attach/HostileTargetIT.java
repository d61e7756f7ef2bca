package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Targets that try to make an attach hang, or to lead it out; and what a debug process can reach. */
@Timeout(60)
class HostileTargetIT {
    private static final Pattern RIGHTS = Pattern.compile("\nUid:\t(\\d+)(?s:.*)\nCapPrm:\t(\\p{XDigit}+)");

    @TempDir
    Path directory;

    private TestTools tools;

    @BeforeEach
    void makeTools() throws IOException {
        assumeThat(TestTarget.possible())
                .as("/usr/bin/busybox (busybox-static) is installed")
                .isTrue();
        tools = TestTools.make(directory.resolve("tools"));
    }

    private TestTarget target(String main) throws IOException {
        return TestTarget.start(directory.resolve("target"), false, main);
    }

    @Test
    void fifosDevicesAndDirectoriesInEtcAreAbsentAndNobodyHangs() throws IOException {
        String main = "cd /etc; b=/bin/busybox; $b rm passwd hostname resolv.conf; $b mkfifo passwd;"
                + " $b mknod group c 5 1; $b mkdir hosts; $b mkfifo real; $b ln -s real hostname;"
                + " $b mknod resolv.conf b 7 0; cd /; ";
        try (TestTarget target = target(main + TestTarget.SLEEP)) {
            String out = Session.run(
                    target, tools, "for f in passwd group hosts hostname resolv.conf; do cat /etc/$f; done; id");
            assertThat(out).contains("can't open '/etc/passwd'", "can't open '/etc/group'", "can't open '/etc/hosts'");
            assertThat(out).contains("can't open '/etc/hostname'", "can't open '/etc/resolv.conf'");
            assertThat(out).contains("uid=0 gid=0").doesNotContain("of the tools");
        }
    }

    @Test
    void hugeSparseFilesAreNotCopied() throws IOException {
        try (TestTarget target = target(TestTarget.SLEEP)) {
            Path file = target.root().resolve("etc/resolv.conf");
            try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
                huge.setLength(10L << 30);
            }
            assertThat(Session.run(target, tools, "stat -c %s /etc/resolv.conf; head -c 10 /etc/resolv.conf"))
                    .startsWith(Long.toString(10L << 30) + "\nnameserver");
        }
    }

    @Test
    void linksDoNotLeadOutOfTheTarget() throws IOException {
        Files.writeString(directory.resolve("secret"), "of the host");
        String up = "../".repeat(30) + directory.toString().substring(1) + "/secret";
        String main = "cd /etc; b=/bin/busybox; $b rm passwd hostname; $b ln -s " + up + " passwd; $b ln -s "
                + directory + "/secret hostname; $b ln -s /proc/self/root" + directory
                + "/secret group; $b ln -s hosts hosts; cd /; ";
        try (TestTarget target = target(main + TestTarget.SLEEP)) {
            String out = Session.run(target, tools, "cat /etc/passwd /etc/hostname /etc/group /etc/hosts");
            assertThat(out).doesNotContain("of the").contains("can't open '/etc/passwd'", "can't open '/etc/hosts'");
        }
    }

    @Test
    void aProcThatIsNoneIsNotTrusted() throws IOException {
        String main = "/bin/busybox mount -t tmpfs fake /proc; /bin/busybox mkdir -p /proc/self/attr;"
                + " /bin/busybox mkfifo /proc/self/attr/exec; ";
        try (TestTarget target = target(main + TestTarget.SLEEP)) {
            String mounts = target.file("mountinfo");
            String out = Session.run(target, tools, "ps; cat /proc/self/status; echo x > /proc/sys/kernel/hostname");
            assertThat(out)
                    .contains("sleep 1000", "CapEff")
                    .contains("/proc/sys/kernel/hostname: Read-only file system");
            assertThat(target.file("mountinfo")).isEqualTo(mounts);
        }
    }

    @Test
    void aDevPtsThatIsNoneGivesATerminalOfThisMachine() throws IOException {
        String main = "b=/bin/busybox; $b umount /dev/pts; $b mount -t tmpfs fake /dev/pts; $b mkfifo /dev/pts/ptmx; ";
        try (TestTarget target = target(main + TestTarget.SLEEP);
                Session session = Session.start(target, tools, true, "sh", "-c", "test -t 0 && echo terminal")) {
            assertThat(session.exit().code()).isZero();
            assertThat(session.out().all()).contains("terminal");
        }
    }

    @Test
    void nothingOfTheHostCanBeReached() throws IOException {
        try (TestTarget target = target(TestTarget.SLEEP)) {
            String script =
                    "ls -d /proc/[0-9]*/root" + directory + " /proc/[0-9]*/cwd" + directory + " /proc/[0-9]*/fd/*"
                            + directory + " 2>/dev/null; readlink /proc/[0-9]*/fd/*; readlink /proc/[0-9]*/exe";
            assertThat(Session.run(target, tools, script))
                    .doesNotContain(directory.toString(), "fuse", "memfd", "cntr", "java", "/tmp/");
        }
    }

    @Test
    void theProgramOfAWaitingProcessCannotBeWritten() throws IOException {
        try (TestTarget target = target(TestTarget.SLEEP);
                Session waiting = Session.create(target, tools, false, "true")) {
            String exe = "/proc/" + waiting.innerPid() + "/exe";
            String out = Session.run(target, tools, "readlink " + exe + "; echo x >> " + exe + "; echo $?");
            assertThat(out).contains("memfd").contains("1\n").contains("can't create " + exe);
        }
    }

    @Test
    void aWaitingProcessHoldsNothingAndCannotBeTraced() throws IOException {
        try (TestTarget target = TestTarget.inUserNamespace(directory.resolve("target"));
                Session waiting = Session.create(target, tools, false, "true")) {
            Path process = Path.of("/proc/" + waiting.container().pid());
            try (Stream<Path> fds = Files.list(process.resolve("fd"))) {
                assertThat(fds.map(fd -> fd.getFileName().toString())).containsExactlyInAnyOrder("0", "1", "2", "3");
            }
            tools.addTracer("trace-waiting", waiting.innerPid());
            tools.addTracer();
            assertThat(Session.run(target, tools, "trace; echo $?; trace-waiting; echo $?"))
                    .as("root of the container may trace process 1, but not the one that is being made")
                    .isEqualTo("0\n125\n");
        }
    }

    @Test
    void whatTheTargetSeesOfAProcessThatIsMadeNeverHasMoreRightsThanTheTarget() throws Exception {
        try (TestTarget target = target("exec /bin/become");
                var watchers = Executors.newSingleThreadExecutor()) {
            AtomicBoolean made = new AtomicBoolean();
            Future<Set<String>> rights = watchers.submit(() -> rightsSeenIn(target, made));
            for (int i = 0; i < 30; i++) {
                Session.create(target, tools, false, "true").close();
            }
            made.set(true);
            assertThat(rights.get()).isEqualTo(Set.of("uid 65532, capabilities 0000000000000000"));
        }
    }

    /** Of all processes that a target's own /proc has shown until it is over. */
    private static Set<String> rightsSeenIn(TestTarget target, AtomicBoolean over) throws IOException {
        Path proc = Path.of("/proc/" + target.process().pid() + "/root/proc");
        Set<String> seen = new HashSet<>();
        while (!over.get()) {
            try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
                for (Path process : processes) {
                    rights(process).ifPresent(seen::add);
                }
            }
        }
        return seen;
    }

    private static Optional<String> rights(Path process) {
        try {
            String status = Files.readString(process.resolve("status"));
            Matcher rights = RIGHTS.matcher(status);
            return rights.find()
                    ? Optional.of("uid %s, capabilities %s".formatted(rights.group(1), rights.group(2)))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }
}
