package dev.cntr.agent;

import dev.cntr.attach.tools.Tools;
import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.engine.MountableImage;
import dev.cntr.engine.NodeImages;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.linux.proc.PinnedProcess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trees of images that sessions of this node use as tools: one for all sessions of an image, mounted from the container runtime's own store, and
 * gone with the last of them.
 */
final class ImageTrees {
    private static final Logger log = LoggerFactory.getLogger(ImageTrees.class);

    /** The machine's first process: where the runtime's paths are, a container sees them differently. */
    private static final int INIT = 1;

    /** After that a session gets a tree of its own: the runtime keeps an image for us a limited time. */
    private static final Duration SHARED = Duration.ofHours(1);

    private final NodeImages images;
    private final Clock clock;
    private final Map<String, Shared> byId = new HashMap<>();

    ImageTrees(NodeImages images, Clock clock) {
        this.images = images;
        this.clock = clock;
    }

    /**
     * The tools of an image, which is pulled where the node does not have it. May take minutes.
     *
     * @throws RuntimeException with why not; nothing is left then but perhaps the image
     */
    SessionTools open(String reference) {
        String id = images.pulled(reference);
        Shared shared = join(id, reference);
        return new SessionTools(shared.tools::cloneMount, shared.tools.path(), () -> leave(id, shared));
    }

    private synchronized Shared join(String id, String reference) {
        Shared here = byId.get(id);
        if (here == null || here.opened.plus(SHARED).isBefore(clock.instant())) {
            here = new Shared(serve(images.hold(id, reference)), clock.instant());
            byId.put(id, here);
            log.info("tools of image {}, {}, are mounted", reference, id);
        }
        here.users++;
        return here;
    }

    private static Tools serve(MountableImage image) {
        try (PinnedProcess init = PinnedProcess.open(INIT)) {
            return new ToolsSource.Layers(image, init).open(TreeProvider.auto(), ToolsSource.Wishes.NONE);
        }
    }

    private synchronized void leave(String id, Shared shared) {
        shared.users--;
        if (shared.users == 0) {
            byId.remove(id, shared);
            shared.tools.close();
        }
    }

    /** A tree and how many sessions use it. */
    private static final class Shared {
        private final Tools tools;
        private final Instant opened;
        private int users;

        Shared(Tools tools, Instant opened) {
            this.tools = tools;
            this.opened = opened;
        }
    }
}
