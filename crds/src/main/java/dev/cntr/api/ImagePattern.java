package dev.cntr.api;

import java.util.regex.Pattern;

/**
 * How a {@link DebugPolicy} names images. The same is written in CEL in {@code charts/cntr/templates/ceiling.yaml}.
 *
 * <pre>
 * registry.example/team/            everything below
 * registry.example/team/tools       that repository, with any tag or digest
 * registry.example/team/tools:1.2   that tag
 * registry.example/team/tools@sha256:…
 * </pre>
 */
final class ImagePattern {
    /** What the resource takes. */
    static final String SCHEMA =
            "^" + Names.REPOSITORY + "(/|:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})?$|^[a-z0-9.:-]+/$";

    private static final Pattern TAG_OR_DIGEST = Pattern.compile("[:@][^/]*$");

    private ImagePattern() {}

    /** Whether an image, by its whole name, is meant. */
    static boolean matches(String pattern, String image) {
        if (pattern.endsWith("/")) {
            return image.startsWith(pattern);
        }
        return image.equals(pattern)
                || !TAG_OR_DIGEST.matcher(pattern).find()
                        && (image.startsWith(pattern + ":") || image.startsWith(pattern + "@"));
    }
}
