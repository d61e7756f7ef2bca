package dev.cntr.operator;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.function.Supplier;

/** Rights that were granted a moment ago, as those of Helm's hooks: an API server learns of a role binding by a watch, and refuses until then. */
final class FreshRights {
    private static final int TRIES = 20;
    private static final long PAUSE_MILLIS = 250;

    private FreshRights() {}

    /**
     * Makes a call, again for five seconds while it is forbidden.
     *
     * @throws KubernetesClientException as the call, at last
     */
    static <T> T awaited(Supplier<T> call) {
        for (int i = 1; ; i++) {
            try {
                return call.get();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN || i == TRIES) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("interrupted while waiting for rights", e);
        }
    }
}
