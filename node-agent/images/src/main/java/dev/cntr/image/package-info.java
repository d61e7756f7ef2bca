/**
 * The root tree of an image: one in a file (an OCI layout, or a tar of one or of {@code docker save}) or of an engine is unpacked into an
 * {@link dev.cntr.image.ImageCache}, by digest and once.
 *
 * <p>Formats: the image specification 1.1 of the Open Container Initiative, and docker's {@code manifest.json}. Everything in
 * an image is taken for hostile: digests are checked, sizes bounded, and no entry of a layer gets out of the tree.
 */
@NullMarked
package dev.cntr.image;

import org.jspecify.annotations.NullMarked;
