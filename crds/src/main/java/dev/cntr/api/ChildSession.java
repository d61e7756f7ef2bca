package dev.cntr.api;

import dev.cntr.api.DebugSessionSpec.Target;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The session of one pod of a session with a selector, its parent. The operator makes it, with nobody's rights but its own: so it may be nothing but what its parent asks
 * for, which somebody with rights has made. The operator makes it so, and the node's agent checks it before anything is entered.
 */
public final class ChildSession {
    private static final String KIND = "DebugSession";
    private static final int LONGEST_STEM = 240;

    /** The parent's status is to be written before a child's object goes. */
    private static final int SHORTEST_RETENTION = 60;

    private ChildSession() {}

    /** The name of the session that owns this one; empty where no session does. */
    public static Optional<OwnerReference> parentOf(DebugSession session) {
        return session.getMetadata().getOwnerReferences().stream()
                .filter(owner -> !session.ofNode()
                        && owner.getKind().equals(KIND)
                        && owner.getApiVersion().startsWith(Names.GROUP + "/"))
                .findFirst();
    }

    /** The name that the session of a pod has: always the same for the same pod. */
    public static String name(DebugSession parent, Pod pod) {
        String stem = parent.getMetadata().getName();
        String cut =
                stem.length() > LONGEST_STEM ? stem.substring(0, LONGEST_STEM).replaceAll("[-.]+$", "") : stem;
        return cut + "-" + digest(pod.getMetadata().getUid());
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 5);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Makes it.
     *
     * @param left how long its parent still lives
     */
    public static DebugSession of(DebugSession parent, String name, String pod, Duration left) {
        DebugSession child = new DebugSession();
        child.setMetadata(new ObjectMetaBuilder()
                .withNamespace(parent.getMetadata().getNamespace())
                .withName(name)
                .addToLabels(Names.PARENT_LABEL, parent.getMetadata().getUid())
                .addNewOwnerReference()
                .withApiVersion(Names.GROUP + "/" + Names.VERSION)
                .withKind(KIND)
                .withName(parent.getMetadata().getName())
                .withUid(parent.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .endOwnerReference()
                .build());
        DebugSessionSpec asked = parent.getSpec();
        child.setSpec(new DebugSessionSpec(
                asked.target().of(pod),
                asked.tools(),
                asked.process(),
                asked.resources(),
                asked.attach(),
                Math.max(1, left.toSeconds()) + "s",
                Math.max(SHORTEST_RETENTION, asked.ttlSecondsAfterFinished()),
                asked.idleTimeout(),
                asked.recording(),
                asked.requester(),
                null));
        return child;
    }

    /**
     * Why a session is not what its parent asks for; empty where it is.
     *
     * @param parent as the API server has it; null where there is none
     * @param podLabels those of the child's pod
     */
    public static Optional<String> objection(
            DebugSession child, @Nullable DebugSession parent, Map<String, String> podLabels) {
        String name = parentOf(child).map(OwnerReference::getName).orElse("");
        if (parent == null
                || !parentOf(child)
                        .filter(owner ->
                                owner.getUid().equals(parent.getMetadata().getUid()))
                        .isPresent()) {
            return Optional.of("session %s, for which this one was made, is gone".formatted(name));
        }
        DebugSessionSpec is = child.getSpec();
        DebugSessionSpec asked = parent.getSpec();
        Target target = asked.target();
        String pod = is.target().pod();
        boolean same = pod != null
                && is.target().equals(target.of(pod))
                && is.tools().equals(asked.tools())
                && is.process().equals(asked.process())
                && Objects.equals(is.resources(), asked.resources())
                && Objects.equals(is.attach(), asked.attach())
                && Objects.equals(is.requester(), asked.requester())
                && Objects.equals(is.idleTimeout(), asked.idleTimeout())
                && is.recording() == asked.recording();
        if (!same) {
            return Optional.of("it is not what session %s asks for".formatted(name));
        }
        Selector selector = target.selector();
        return selector != null && selector.matches(podLabels)
                ? Optional.empty()
                : Optional.of("the selector of session %s does not take pod %s".formatted(name, pod));
    }
}
