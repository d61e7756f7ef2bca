package dev.cntr.attach;

import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A tree of tools: busybox with all its names, the directories of a root, and files of /etc to be bound over. */
final class TestTools {
    private final Path root;

    private TestTools(Path root) {
        this.root = root;
    }

    static TestTools make(Path root) throws IOException {
        for (String directory : List.of("bin", "etc", "proc", "sys", "dev", "tmp", "var/lib/cntr")) {
            Files.createDirectories(root.resolve(directory));
        }
        Path busybox = root.resolve("bin/busybox");
        Files.copy(Path.of("/usr/bin/busybox"), busybox);
        Process list = new ProcessBuilder(busybox.toString(), "--list").start();
        String names = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        for (String name : names.lines().filter(n -> !n.equals("busybox")).toList()) {
            Files.createSymbolicLink(root.resolve("bin").resolve(name), Path.of("busybox"));
        }
        for (String file : List.of("passwd", "group", "hosts", "hostname")) {
            Files.writeString(root.resolve("etc").resolve(file), "of the tools\n");
        }
        Files.createSymbolicLink(root.resolve("etc/resolv.conf"), Path.of("/run/nowhere"));
        Files.writeString(root.resolve("bin/data"), "not a program");
        return new TestTools(root);
    }

    /** A detached mount of it, as the FUSE server gives one. */
    Fd mount() {
        return Mount.clone(root.toString(), Mount.Extent.ONE).fd();
    }
}
