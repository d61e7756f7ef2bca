import dev.cntr.fuse.ServedTree;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves trees as the agent does, told by lines on its standard input, each of which it answers with a line:
 *
 * <pre>
 * serve image|host|root TREE POINT    milliseconds until the first answer through the mount
 * unmount POINT                       the report of the mount
 * heap TREE COUNT                     KiB of heap, and of other memory, that each of so many further mounts takes
 * </pre>
 */
final class ServeTrees {
    private static final TreeProvider PROVIDER = TreeProvider.named(System.getProperty("provider", "fuse"));
    private static final Map<String, ServedTree> MOUNTS = new HashMap<>();

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(answer(line.split(" ")));
        }
        List.copyOf(MOUNTS.keySet()).forEach(ServeTrees::unmount);
    }

    private static String answer(String[] words) throws IOException {
        return switch (words[0]) {
            case "serve" -> serve(options(words[1], words[2]), words[3]);
            case "unmount" -> unmount(words[1]);
            case "heap" -> heap(TreeOptions.image(Path.of(words[1])), Integer.parseInt(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static TreeOptions options(String kind, String tree) {
        return switch (kind) {
            case "image" -> TreeOptions.image(Path.of(tree));
            case "host" -> TreeOptions.host(Path.of(tree));
            case "root" -> TreeOptions.host(Path.of(tree)).withReadOnly();
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static String serve(TreeOptions options, String point) throws IOException {
        long start = System.nanoTime();
        ServedTree mount = PROVIDER.serve(options);
        try (Fd clone = mount.cloneMount()) {
            Mount.of(clone).attach(point);
        }
        Files.getAttribute(Path.of(point), "unix:mode");
        long taken = System.nanoTime() - start;
        MOUNTS.put(point, mount);
        return String.format("%.3f", taken / 1e6);
    }

    private static String unmount(String point) {
        ServedTree mount = MOUNTS.remove(point);
        if (mount == null) {
            return "not mounted";
        }
        String report = mount.report().toString();
        Mount.unmount(point, UmountFlag.MNT_DETACH);
        mount.close();
        return report;
    }

    private static String heap(TreeOptions options, int count) throws IOException {
        List<ServedTree> mounts = new ArrayList<>();
        long before = used();
        long residentBefore = resident();
        for (int i = 0; i < count; i++) {
            ServedTree mount = PROVIDER.serve(options);
            mounts.add(mount);
            try (Fd clone = mount.cloneMount();
                    Fd listed = Fd.open(clone, ".")) {
                mount.report();
            }
        }
        String each = (used() - before) / count / 1024 + " " + (resident() - residentBefore) / count;
        mounts.forEach(ServedTree::close);
        return each;
    }

    private static long used() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Anonymous memory in KiB. */
    private static long resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }
}
