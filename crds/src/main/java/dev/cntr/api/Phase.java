package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** One word for a printed table, derived from the conditions; programs read the conditions. */
public enum Phase {
    /** Not placed yet. */
    @JsonProperty("Pending")
    PENDING,
    /** Placed; the agent is preparing it. */
    @JsonProperty("Scheduled")
    SCHEDULED,
    /** A client may attach. */
    @JsonProperty("Ready")
    READY,
    /** A client is attached. */
    @JsonProperty("Attached")
    ATTACHED,
    /** It ran and is over. */
    @JsonProperty("Completed")
    COMPLETED,
    /** It failed for good. */
    @JsonProperty("Failed")
    FAILED
}
