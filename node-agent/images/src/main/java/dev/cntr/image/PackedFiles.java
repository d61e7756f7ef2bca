package dev.cntr.image;

import dev.cntr.engine.StoredImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files that make up an image: those of a directory, or the members of a tar archive. Names have no leading slash. */
sealed interface PackedFiles extends AutoCloseable {
    /** How many links lead to one file at most. */
    int LINKS = 8;

    /** Whether it has a file. */
    boolean has(String name);

    /**
     * Opens a file.
     *
     * @throws ImageException where there is none
     */
    InputStream open(String name) throws IOException;

    /** Where it is, for messages. */
    String title();

    @Override
    void close() throws IOException;

    /** Opens a directory, or a file as an archive. */
    static PackedFiles of(Path path) throws IOException {
        return Files.isDirectory(path) ? new Directory(path) : Archive.open(path);
    }

    /** Reads a whole file that is to be small. */
    default byte[] read(String name, int limit) throws IOException {
        try (InputStream in = open(name)) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new ImageException(title() + ": " + name + " is larger than " + limit + " bytes");
            }
            return bytes;
        }
    }

    private static ImageException missing(String title, String name) {
        return new ImageException(title + " has no file " + name + ": the image is not whole; fetch or save it again");
    }

    record Directory(Path path) implements PackedFiles {
        @Override
        public String title() {
            return path.toString();
        }

        @Override
        public boolean has(String name) {
            return Files.isRegularFile(path.resolve(name));
        }

        @Override
        public InputStream open(String name) throws IOException {
            Path file = path.resolve(name).normalize();
            if (!file.startsWith(path.normalize()) || !Files.isRegularFile(file)) {
                throw missing(title(), name);
            }
            return Files.newInputStream(file);
        }

        @Override
        public void close() {}
    }

    /** The content store of an engine, seen as an OCI layout of one image. */
    record Served(StoredImage.InParts image) implements PackedFiles {
        private static final String INDEX = "index.json";
        private static final String BLOBS = "blobs/sha256/";

        @Override
        public String title() {
            return image.description();
        }

        @Override
        public boolean has(String name) {
            return name.equals(INDEX);
        }

        @Override
        public InputStream open(String name) throws IOException {
            return name.equals(INDEX)
                    ? new ByteArrayInputStream(image.index())
                    : image.open("sha256:" + name.substring(BLOBS.length()));
        }

        @Override
        public void close() {}
    }

    /** An archive, with where each of its members begins. */
    record Archive(String title, FileChannel channel, Map<String, Member> members) implements PackedFiles {
        private static final int MOST_MEMBERS = 100_000;

        /**
         * @param link the name that it is another one for; null for a file
         */
        record Member(long start, long size, @Nullable String link) {}

        static Archive open(Path path) throws IOException {
            return of(path.toString(), FileChannel.open(path));
        }

        /**
         * @param channel at its beginning; it is consumed, also where this fails
         */
        static Archive of(String title, FileChannel channel) throws IOException {
            try {
                // not buffered in the stream: each data is skipped by position
                return new Archive(title, channel, index(channel, title));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }

        private static Map<String, Member> index(FileChannel channel, String title) throws IOException {
            Map<String, Member> members = new HashMap<>();
            TarReader tar = new TarReader(Channels.newInputStream(channel));
            try {
                for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                    String name = plain(entry.name());
                    switch (entry.type()) {
                        case FILE -> members.put(name, new Member(tar.dataStart(), entry.size(), null));
                        case SYMBOLIC_LINK -> members.put(name, new Member(0, 0, beside(name, entry.link())));
                        case HARD_LINK -> members.put(name, new Member(0, 0, plain(entry.link())));
                        case DIRECTORY, FIFO, DEVICE, OTHER -> {}
                    }
                    if (members.size() > MOST_MEMBERS) {
                        throw new ImageException(title + " has more than " + MOST_MEMBERS + " files: it is no image");
                    }
                }
            } catch (IOException e) {
                throw new ImageException(
                        title + " is no archive of an image: " + e.getMessage()
                                + "; give a tar file as docker save or an OCI tool writes it, not compressed",
                        e);
            }
            return members;
        }

        private static String plain(String name) {
            String utf8 = new String(name.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            return utf8.startsWith("./") ? utf8.substring(2) : utf8;
        }

        private static String beside(String name, String link) {
            return Path.of("/" + name)
                    .resolveSibling(link)
                    .normalize()
                    .toString()
                    .substring(1);
        }

        private @Nullable Member find(String name) {
            Member member = members.get(name);
            for (int i = 0; i < LINKS && member != null && member.link() != null; i++) {
                member = members.get(member.link());
            }
            return member == null || member.link() != null ? null : member;
        }

        @Override
        public boolean has(String name) {
            return find(name) != null;
        }

        @Override
        public InputStream open(String name) {
            Member member = find(name);
            if (member == null) {
                throw missing(title, name);
            }
            return new Slice(channel, member.start(), member.start() + member.size());
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** A part of a file. */
    final class Slice extends InputStream {
        private final FileChannel channel;
        private final long end;
        private long at;

        Slice(FileChannel channel, long at, long end) {
            this.channel = channel;
            this.at = at;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            int wanted = (int) Math.min(length, end - at);
            int n = wanted == 0 ? -1 : channel.read(ByteBuffer.wrap(to, from, wanted), at);
            if (n > 0) {
                at += n;
            }
            return n;
        }
    }
}
