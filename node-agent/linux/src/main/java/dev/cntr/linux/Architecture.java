package dev.cntr.linux;

/** A processor architecture that cntr has system call tables and an interpreter for. */
public enum Architecture {
    X86_64(62),
    AARCH64(183);

    private static final Architecture CURRENT = of(System.getProperty("os.arch"));

    private final int elfMachine;

    Architecture(int elfMachine) {
        this.elfMachine = elfMachine;
    }

    /** The {@code e_machine} value of an ELF header, elf(5). */
    public int elfMachine() {
        return elfMachine;
    }

    /** The architecture this JVM runs on. */
    public static Architecture current() {
        return CURRENT;
    }

    static Architecture of(String osArch) {
        return switch (osArch) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            default ->
                throw new UnsupportedOperationException(
                        "cntr has no system call table for " + osArch + "; it runs on amd64 and aarch64");
        };
    }
}
