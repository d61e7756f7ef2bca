package dev.cntr.engine.cri;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.RegistryLogin;
import dev.cntr.engine.cri.CriProto.AuthConfig;
import dev.cntr.engine.cri.CriProto.ImageSpec;
import dev.cntr.engine.cri.CriProto.ImageStatusRequest;
import dev.cntr.engine.cri.CriProto.PullImageRequest;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.List;

/**
 * The images of a container runtime, by CRI's ImageService.
 *
 * @param channel to the runtime; stays its engine's. What is mounted of an image is told by the runtime's own services on the same socket
 */
public record CriImages(RuntimeChannel channel) {
    private static final Duration PULL = Duration.ofMinutes(4);

    /**
     * Makes sure that an image is there: the runtime pulls it where it does not have it yet.
     *
     * @param reference as in a pod
     * @param logins as of {@link dev.cntr.engine.NodeImages#pulled}
     * @param pulls as there
     * @return its id, which is the digest of its configuration
     * @throws EngineException where it cannot be had, with what the runtime says
     */
    public String pulled(String reference, List<RegistryLogin> logins, Runnable pulls) {
        String here = id(reference);
        if (!here.isEmpty()) {
            return here;
        }
        pulls.run();
        PullImageRequest anonymous =
                PullImageRequest.newBuilder().setImage(spec(reference)).build();
        if (logins.isEmpty()) {
            pull(reference, anonymous);
        } else {
            pull(reference, anonymous, logins);
        }
        String pulled = id(reference);
        if (pulled.isEmpty()) {
            throw new EngineException.NotFound("the image " + reference + " was pulled, and is gone again");
        }
        return pulled;
    }

    /** By the first login that the registry takes. */
    private void pull(String reference, PullImageRequest request, List<RegistryLogin> logins) {
        for (int i = 0; i < logins.size(); i++) {
            RegistryLogin login = logins.get(i);
            AuthConfig auth = AuthConfig.newBuilder()
                    .setUsername(login.username())
                    .setPassword(login.password())
                    .build();
            try {
                pull(reference, request.toBuilder().setAuth(auth).build());
                return;
            } catch (EngineException e) {
                if (i == logins.size() - 1) {
                    throw e;
                }
            }
        }
    }

    private void pull(String reference, PullImageRequest request) {
        try {
            channel.call(CriCalls.PULL_IMAGE, request, new Metadata(), PULL);
        } catch (io.grpc.StatusRuntimeException e) { // NOT_FOUND
            throw new EngineException.NotFound("no registry has the image " + reference + ": "
                    + e.getStatus().getDescription());
        } catch (EngineException e) {
            throw new EngineException.Unreachable(
                    "the image " + reference + " is not on this node, and could not be pulled: " + e.getMessage(), e);
        }
    }

    private String id(String reference) {
        ImageStatusRequest request =
                ImageStatusRequest.newBuilder().setImage(spec(reference)).build();
        return channel.call(CriCalls.IMAGE_STATUS, request).getImage().getId();
    }

    private static ImageSpec spec(String reference) {
        return ImageSpec.newBuilder().setImage(reference).build();
    }
}
