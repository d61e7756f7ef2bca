/**
 * The relay's image holds two static programs of about a kilobyte and nothing else: {@link dev.cntr.relay.RelayProgram},
 * which users exec, and {@link dev.cntr.relay.PauseProgram}, which keeps the container alive for that. Both are syscall
 * programs; {@link dev.cntr.relay.BuildRelay} writes them at build time.
 */
@NullMarked
package dev.cntr.relay;

import org.jspecify.annotations.NullMarked;
