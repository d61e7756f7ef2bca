package dev.cntr.engine.cri;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.cri.CriProto.ImageSpec;
import dev.cntr.engine.cri.CriProto.ImageStatusRequest;
import dev.cntr.engine.cri.CriProto.PullImageRequest;
import io.grpc.Metadata;
import java.time.Duration;

/**
 * The images of a container runtime, by CRI's ImageService.
 *
 * @param channel to the runtime; stays its engine's. What is mounted of an image is told by the runtime's own services on the same socket
 */
public record CriImages(RuntimeChannel channel) {
    private static final Duration PULL = Duration.ofMinutes(4);

    /**
     * Makes sure that an image is there: the runtime pulls it where it does not have it yet, anonymously or with what its own configuration says.
     *
     * @param reference as in a pod
     * @return its id, which is the digest of its configuration
     * @throws EngineException where it cannot be had, with what the runtime says
     */
    public String pulled(String reference) {
        String here = id(reference);
        if (!here.isEmpty()) {
            return here;
        }
        PullImageRequest request =
                PullImageRequest.newBuilder().setImage(spec(reference)).build();
        try {
            channel.call(CriCalls.PULL_IMAGE, request, new Metadata(), PULL);
        } catch (io.grpc.StatusRuntimeException e) { // NOT_FOUND
            throw new EngineException.NotFound("no registry has the image " + reference + ": "
                    + e.getStatus().getDescription());
        } catch (EngineException e) {
            throw new EngineException.Unreachable(
                    "the image " + reference + " is not on this node, and could not be pulled: " + e.getMessage(), e);
        }
        String pulled = id(reference);
        if (pulled.isEmpty()) {
            throw new EngineException.NotFound("the image " + reference + " was pulled, and is gone again");
        }
        return pulled;
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
