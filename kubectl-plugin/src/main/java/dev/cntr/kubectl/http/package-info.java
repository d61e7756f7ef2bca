/**
 * HTTP/1.1 and WebSockets to one server, on blocking sockets: what a program needs that makes four small requests and carries one stream. A byte that comes is
 * read by the thread that wants it, and one that goes is encrypted and sent by the thread that has it; {@code docs/performance.md} tells what that is worth.
 */
@NullMarked
package dev.cntr.kubectl.http;

import org.jspecify.annotations.NullMarked;
