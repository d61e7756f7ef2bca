package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cntr.protocol.ClientStream;
import dev.cntr.protocol.ErrorCode;
import dev.cntr.protocol.Possession;
import dev.cntr.protocol.ProtocolException;
import dev.cntr.protocol.WindowSize;
import java.io.IOException;
import java.util.Optional;

/** A session made and attached to by hand, as somebody does who has read the protocol and not only the manual. */
record HandMade(Cluster cluster, String namespace, String name, Possession key) {

    /** The session's resource as YAML; the pod is the caller's to choose. */
    static String manifest(String namespace, String pod, Possession key, String moreSpec) {
        return """
                apiVersion: cntr.dev/v1alpha1
                kind: DebugSession
                metadata: {generateName: hand-, namespace: %s}
                spec:
                  target: {pod: "%s"}
                  process: {command: [cat]}
                  attach: {publicKeys: ["%s"]}
                  %s
                """.formatted(namespace, pod, key.publicKey(), moreSpec);
    }

    /** Tries to make a session; prints its name. */
    static Run tryCreate(User user, String namespace, String pod, String moreSpec) {
        return create(user, manifest(namespace, pod, Possession.generate(), moreSpec));
    }

    static Run create(User user, String manifest, String... options) {
        String[] arguments = {"create", "-f", "-", "-o", "jsonpath={.metadata.name}"};
        String[] all = java.util.stream.Stream.of(arguments, options)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new);
        return user.kubectlWith(manifest.getBytes(UTF_8), all);
    }

    /** Makes a session and waits until a client may attach. */
    static HandMade ready(User user, String namespace, String pod, String moreSpec) {
        Possession key = Possession.generate();
        String name = create(user, manifest(namespace, pod, key, moreSpec)).ok().out();
        HandMade session = new HandMade(user.cluster(), namespace, name, key);
        session.awaitCondition("Ready");
        return session;
    }

    void awaitCondition(String type) {
        cluster.kubectl("-n", namespace, "wait", "--for=condition=" + type, "debugsession/" + name, "--timeout=60s")
                .ok();
    }

    String field(String path) {
        return cluster.kubectl("-n", namespace, "get", "debugsession", name, "-o", "jsonpath={" + path + "}")
                .ok()
                .out();
    }

    /** What the agent, the relay and the policies need to know of it to let somebody in. */
    Access access() {
        return new Access(this, field(".metadata.uid"), field(".status.podUID"), field(".status.relayPod"));
    }

    record Access(HandMade session, String uid, String podUid, String relayPod) {

        /** The arguments of kubectl for the relay of the session. */
        String[] exec(String claimedUser) {
            return new String[] {
                "exec",
                "-i",
                "-n",
                Cluster.RELAY,
                relay(),
                "-c",
                "relay",
                "--",
                "/relay",
                "attach",
                session.namespace(),
                session.name(),
                claimedUser
            };
        }

        String relay() {
            return relayPod.substring(relayPod.indexOf('/') + 1);
        }

        /** Attaches; the caller closes the stream. */
        Attached attach(User user, Possession key) throws IOException {
            Process relay = Run.start(user.cluster().environment(), user.kubectlCommand(exec(user.name())));
            try {
                return new Attached(
                        ClientStream.open(
                                relay.getInputStream(), relay.getOutputStream(), WindowSize.NONE, key, uid, podUid),
                        relay);
            } catch (IOException | RuntimeException e) {
                relay.destroy();
                throw e;
            }
        }

        /** Tries to attach; empty when that succeeds. */
        Optional<ErrorCode> refusal(User user, Possession key) throws IOException {
            try (Attached _ = attach(user, key)) {
                return Optional.empty();
            } catch (ProtocolException e) {
                return Optional.of(e.code());
            }
        }
    }

    record Attached(ClientStream stream, Process relay) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            stream.close();
            relay.destroy();
        }
    }
}
