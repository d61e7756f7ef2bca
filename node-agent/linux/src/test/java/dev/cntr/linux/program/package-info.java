/** Tests of syscall programs: records and ELF without being run, and real runs on the machine's kernel. */
@NullMarked
package dev.cntr.linux.program;

import org.jspecify.annotations.NullMarked;
