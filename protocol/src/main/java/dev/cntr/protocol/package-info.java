/**
 * The stream between {@code kubectl cntr} and the agent: one byte pipe through the API server and the relay, in which both
 * sides speak {@link dev.cntr.protocol.Frame frames}.
 *
 * <p>The relay first sends a {@link dev.cntr.protocol.RelayRequest}: which session the pipe is for, and for whom. Then:
 *
 * <pre>
 * client  HELLO{version, columns, rows}          agent  CHALLENGE{nonce, session uid, pod uid}
 * client  PROOF{public key, signature}           agent  HELLO{version, tty}: accepted, the command is started
 * both    STDIN STDOUT STDERR{offset, bytes}, ACK{stream, offset}, RESIZE, SIGNAL, CLOSE_STDIN
 * agent   EXIT{code}                             client ACK{255}, and the agent closes
 * </pre>
 *
 * <p>A client that was cut off begins another pipe with RESUME{version, columns, rows, attachment, offsets of STDOUT and STDERR} in place of HELLO, where the attachment is the
 * nonce of its first CHALLENGE; it proves itself again, the agent answers RESUMED{version, tty, offset of STDIN}, and both send what the other lacks.
 *
 * <p>Rules that both sides keep:
 *
 * <ul>
 *   <li>Whoever reads frames never waits for anything but the next frame. Bytes go into a bounded buffer a stream, and a
 *       thread a stream writes them out and acknowledges them; so RESIZE, SIGNAL and ACK never wait behind a full pipe.
 *   <li>At most {@link dev.cntr.protocol.Frame#WINDOW} bytes a stream are unacknowledged. A peer that sends more is cut off.
 *       Acknowledged is a quarter of the window at once, less a few milliseconds later.
 *   <li>EXIT is sent when every byte of output was written out by the client, so an exit code implies all output.
 *   <li>Each side repeats its last ACK (the client that of STDOUT, the agent that of STDIN) every 3 seconds. Who has had such a sign from its peer takes it
 *       for lost when no frame comes for 54 seconds; a peer that sends none is waited for as long as the pipe holds.
 *   <li>An end of the pipe before EXIT was acknowledged is a lost peer, never an end of input. What was sent and is not acknowledged is kept for it.
 * </ul>
 *
 * <p>{@link dev.cntr.protocol.ClientStream} and {@link dev.cntr.protocol.ServedCommand} are the two sides.
 */
@NullMarked
package dev.cntr.protocol;

import org.jspecify.annotations.NullMarked;
