/**
 * The tools of a debug container: a {@link dev.cntr.attach.tools.ToolsSource} says where they are, {@link
 * dev.cntr.attach.tools.Tools} is their tree in use.
 */
@NullMarked
package dev.cntr.attach.tools;

import org.jspecify.annotations.NullMarked;
