/**
 * Syscall programs: sequences of system calls that run in a process of their own, without libc and without threads.
 *
 * <p>A JVM is multi-threaded: it may not fork, may not enter a user namespace and may not stop half-way through the
 * creation of a container. So Java only <em>compiles</em> what a container's first process has to do. An
 * {@link dev.cntr.linux.program.Assembler} turns named steps, strings and structs into a
 * {@link dev.cntr.linux.program.Program}: records of <em>system call, six arguments, where the result goes, which step
 * follows a positive result, a zero and an error</em>. {@link dev.cntr.linux.program.ElfWriter} puts them behind an
 * {@link dev.cntr.linux.program.Interpreter} of some seventy bytes, {@link dev.cntr.linux.program.ProgramFile} holds
 * that as a sealed memfd, {@link dev.cntr.linux.program.Spawner} starts it with exactly the descriptors it is meant to
 * have.
 *
 * <p>A step that fails writes the program's memory back through its {@link dev.cntr.linux.program.ControlSocket} and
 * exits; Java finds the step and its errno there. All policy stays in Java, and a program can be printed
 * ({@link dev.cntr.linux.program.Program#describe()}) and tested without being run.
 */
@NullMarked
package dev.cntr.linux.program;

import org.jspecify.annotations.NullMarked;
