package dev.cntr.oci.process;

import dev.cntr.linux.At;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Step;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The context in which a security module is to execute the command. AppArmor prints {@code profile (mode)} and takes
 * {@code exec profile}; SELinux prints and takes {@code user:role:type:level}.
 */
final class SecurityLabel {
    private static final Pattern APPARMOR = Pattern.compile("(.+) \\((enforce|complain|kill|prompt|user|mixed)\\)");

    private SecurityLabel() {}

    /** What is written for a label as /proc/PID/attr/current prints it. */
    static String onExec(String label) {
        Matcher apparmor = APPARMOR.matcher(label);
        if (apparmor.matches()) {
            return "exec " + apparmor.group(1);
        }
        return label.contains(":") ? label : "exec " + label;
    }

    /** Adds the steps. They write to /proc/self/attr of the process's own /proc. */
    static void emit(Assembler a, String label) {
        String text = onExec(label);
        int flags = OpenFlag.O_WRONLY.bits(a.architecture()) | OpenFlag.O_CLOEXEC.bits(a.architecture());
        long length = text.getBytes(StandardCharsets.UTF_8).length;
        Label general = a.label("general attributes");
        Label done = a.label("label set");
        if (text.startsWith("exec ")) { // beside another module, AppArmor has its own directory (Linux 5.8)
            Step own = a.call(
                            "open AppArmor's label",
                            Syscall.OPENAT,
                            At.FDCWD,
                            a.string("/proc/self/attr/apparmor/exec"),
                            flags)
                    .onError(general);
            a.call("set AppArmor's label", Syscall.WRITE, 0, a.string(text), length)
                    .take(0, own);
            a.jump(done);
            a.place(general);
        }
        Step open =
                a.call("open the security label", Syscall.OPENAT, At.FDCWD, a.string("/proc/self/attr/exec"), flags);
        a.call("set the security label \"" + label + "\"", Syscall.WRITE, 0, a.string(text), length)
                .take(0, open);
        a.place(done);
    }
}
