package dev.cntr.fuse.wire;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** All of protocol 7.45 is known here, by the kernel's own names, numbers and sizes, and nothing else is. */
class ProtocolTest {
    /** Opcodes of CUSE, and values that no message has. */
    private static final Set<String> NO_REQUESTS =
            Set.of("CUSE_INIT", "CUSE_INIT_BSWAP_RESERVED", "FUSE_INIT_BSWAP_RESERVED");

    /** Said to be never used. */
    private static final String NO_FEATURE = "FUSE_INIT_RESERVED";

    /** Structs whose class is not called after them. */
    private static final Map<String, Class<?>> NAMED_OTHERWISE = Map.of(
            "in_header", RequestHeader.class,
            "out_header", ReplyHeader.class,
            "lk_in", LockIn.class,
            "lk_out", LockOut.class);

    /**
     * Requests that a session answers with ENOSYS, or never gets, unread: DAX, which it does not agree to, and the reply to a notification that it
     * does not send. SYNCFS has no content.
     */
    private static final Set<String> NOT_READ =
            Set.of("setupmapping_in", "removemapping_in", "notify_retrieve_in", "syncfs_in");

    private static Map<String, Long> recorded(String kind) {
        Map<String, Long> found = new TreeMap<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                ProtocolTest.class.getResourceAsStream("protocol-7.45.txt"), StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                if (words[0].equals(kind)) {
                    found.put(words[1], Long.valueOf(words[2]));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(found).as("recorded: " + kind).isNotEmpty();
        return found;
    }

    private static Map<String, Long> constants(Class<?> holder, String prefix) {
        Map<String, Long> found = new TreeMap<>();
        for (Field field : holder.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getName().startsWith(prefix)) {
                try {
                    found.put(field.getName(), ((Number) field.get(null)).longValue());
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return found;
    }

    private static Map<String, Long> bits(String kind) {
        return recorded(kind).entrySet().stream().collect(toMap(Map.Entry::getKey, e -> 1L << e.getValue()));
    }

    @Test
    void everyOpcodeHasItsNameAndNumber() {
        Map<String, Long> requests = recorded("opcode");
        requests.keySet().removeAll(NO_REQUESTS);

        Map<String, Long> known = Arrays.stream(Opcode.values())
                .collect(toMap(opcode -> "FUSE_" + opcode, opcode -> (long) opcode.number()));

        assertThat(known).isEqualTo(requests);
        requests.forEach((name, number) ->
                assertThat(Opcode.of(number.intValue())).hasToString(name.substring("FUSE_".length())));
    }

    @Test
    void everyFeatureHasItsNameAndBit() {
        Map<String, Long> features = bits("init");
        features.remove(NO_FEATURE);

        Map<String, Long> known =
                Arrays.stream(InitFlag.values()).collect(toMap(InitFlag::name, flag -> InitFlag.bits(Set.of(flag))));

        assertThat(known).isEqualTo(features);
    }

    @Test
    void flagsOfRepliesToOpensAndOfSetattrAreThoseOfTheKernel() {
        assertThat(constants(OpenReply.class, "")).isEqualTo(bits("open"));
        assertThat(constants(SetattrIn.class, "FATTR_")).isEqualTo(bits("setattr"));
    }

    @Test
    void everyNotificationHasItsNameAndNumber() {
        Map<String, Long> known = Arrays.stream(NotifyCode.values())
                .collect(toMap(code -> "FUSE_NOTIFY_" + code, code -> (long) code.number()));

        assertThat(known).isEqualTo(recorded("notify"));
        assertThat(recorded("struct"))
                .containsEntry("fuse_notify_inval_entry_out", (long) NotifyInvalEntryOut.BYTES)
                .containsEntry("fuse_notify_inval_inode_out", (long) NotifyInvalInodeOut.BYTES)
                .containsEntry("fuse_notify_prune_out", (long) NotifyPruneOut.BYTES);
    }

    @Test
    void commandsOfTheDeviceAreThoseOfTheKernel() {
        Map<String, Long> commands = recorded("ioctl");

        constants(DeviceIoctl.class, "")
                .forEach((name, command) -> assertThat(commands).containsEntry("FUSE_DEV_IOC_" + name, command));
    }

    @Test
    void everyRequestAndReplyIsAsLongAsInC() {
        recorded("struct").forEach((struct, bytes) -> {
            String name = struct.substring("fuse_".length());
            boolean message = name.endsWith("_in") || name.endsWith("_out") && !name.startsWith("notify_");
            if ((message || NAMED_OTHERWISE.containsKey(name))
                    && !name.startsWith("uring_")
                    && !NOT_READ.contains(name)) {
                assertThat(constants(classOf(name), "BYTES")).as(struct).containsEntry("BYTES", bytes);
            }
        });
    }

    private static Class<?> classOf(String struct) {
        Class<?> other = NAMED_OTHERWISE.get(struct);
        if (other != null) {
            return other;
        }
        StringBuilder name = new StringBuilder(ProtocolTest.class.getPackageName()).append('.');
        for (String word : struct.split("_")) {
            name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
        }
        try {
            return Class.forName(name.toString());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("no class reads or writes struct fuse_" + struct, e);
        }
    }
}
