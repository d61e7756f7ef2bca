/**
 * Processes that no engine has to tell of: by process id ({@link dev.cntr.engine.process.PidEngine}), by command line
 * ({@link dev.cntr.engine.process.CommandEngine}), and the table of them that engines without a daemon are found in.
 */
@NullMarked
package dev.cntr.engine.process;

import org.jspecify.annotations.NullMarked;
