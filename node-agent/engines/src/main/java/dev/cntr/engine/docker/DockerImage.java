package dev.cntr.engine.docker;

import dev.cntr.engine.StoredImage;
import dev.cntr.engine.rest.RestSocket;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** An image of docker's, or of who speaks as docker. */
record DockerImage(RestSocket socket, String reference, String id, List<String> environment)
        implements StoredImage.Whole {
    @Override
    public String description() {
        return "image " + reference + " of " + socket.engine();
    }

    @Override
    public void save(OutputStream to) throws IOException {
        socket.download("/images/" + reference + "/get", to);
    }
}
