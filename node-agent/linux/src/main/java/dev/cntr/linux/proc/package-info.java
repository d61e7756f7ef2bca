/**
 * What /proc tells of a process, proc(5): pure readers of each file's text, {@link dev.cntr.linux.proc.ProcessFiles} that
 * reads them through one directory descriptor, and {@link dev.cntr.linux.proc.PinnedProcess} that is sure to be the same
 * process all the time.
 */
@NullMarked
package dev.cntr.linux.proc;

import org.jspecify.annotations.NullMarked;
