package dev.cntr.api;

/** Rules of the Common Expression Language that hold for sessions of every kind. */
final class SessionRules {
    static final String TTL = "duration(self.ttl) >= duration('1s') && duration(self.ttl) <= duration('24h')";

    static final String IDLE_TIMEOUT =
            "!has(self.idleTimeout) || (duration(self.idleTimeout) >= duration('1s') && duration(self.idleTimeout) <= duration('24h'))";

    static final String REQUESTER =
            "has(self.requester) == has(oldSelf.requester) && (!has(self.requester) || self.requester == oldSelf.requester)";

    static final String APPROVALS =
            "!has(oldSelf.approvals) || has(self.approvals) && oldSelf.approvals.all(before, self.approvals.exists(now, now == before))";

    static final String TTL_AFTER_DECISION =
            "!has(oldSelf.approvals) || oldSelf.approvals.size() == 0 || duration(self.ttl) <= duration(oldSelf.ttl)";

    static final String UNATTENDED =
            "has(self.attach) || has(self.process.command) && self.process.command.size() > 0 && !(has(self.process.tty) && self.process.tty)";

    static final String TOOLS = "self.tools == oldSelf.tools";

    static final String PROCESS = "self.process == oldSelf.process";

    static final String ATTACH =
            "has(self.attach) == has(oldSelf.attach) && (!has(self.attach) || self.attach == oldSelf.attach)";

    static final String RECORDING = "self.recording == oldSelf.recording";

    private SessionRules() {}
}
