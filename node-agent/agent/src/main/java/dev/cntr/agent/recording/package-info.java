/**
 * What a session's terminal showed, kept for later: {@link dev.cntr.agent.recording.Asciicast} writes it down while it
 * happens, a {@link dev.cntr.agent.recording.RecordingStore} keeps it within bounds.
 */
@NullMarked
package dev.cntr.agent.recording;

import org.jspecify.annotations.NullMarked;
