package dev.cntr.agent;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.protocol.Outcome;
import dev.cntr.protocol.RelayRequest;
import dev.cntr.protocol.ServedCommand;
import dev.cntr.protocol.ServerStream;
import java.time.Clock;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * The clients of a session whose command runs: one at a time, and each waited for a while when it is cut off. The session ends with its command, and where
 * a client gives up or does not come back; it goes on where one leaves on purpose, and then whoever is cut off.
 */
final class Attendance {
    /** What is done to the session. */
    interface Host {
        DebugSession resource();

        /** Ends the session because its command ended. */
        void exited(int code);

        /** Ends the session because its client is lost. */
        void lost(String why);

        /** Changes the session's status, one change after the other, and not before this returns. */
        void tell(UnaryOperator<DebugSessionStatus> change);

        /** Does something in a thread of the session's, after a while. */
        void after(Duration time, Runnable task);
    }

    private final Host host;
    private final ServedCommand served;
    private final Traffic traffic;
    private final Metrics metrics;
    private final Clock clock;

    /** Whether somebody has left on purpose: the session is then one that goes on without clients. */
    private volatile boolean goesOn;

    /** How many clients came. */
    private int arrivals;

    Attendance(Host host, ServedCommand served, Traffic traffic, Metrics metrics, Clock clock) {
        this.host = host;
        this.served = served;
        this.traffic = traffic;
        this.metrics = metrics;
        this.clock = clock;
        served.over().thenAccept(outcome -> {
            if (outcome instanceof Outcome.Exited(int code)) {
                host.after(Duration.ZERO, () -> host.exited(code));
            }
        });
    }

    /** What is carried. */
    ServedCommand served() {
        return served;
    }

    /** Whether a client may come in: nobody is there, or it is the one that was there last, over another connection. */
    boolean admits(ServerStream client) {
        return client.resumes() ? served.knows(client) : !served.attended();
    }

    /** Carries the command's streams until the client goes, or the command has ended. */
    void serve(ServerStream client, String user) {
        int arrival = arrived();
        Audit.Visit visit = Audit.attached(host.resource(), user, client.resumes(), clock);
        host.tell(status -> status.change()
                .attachments(1)
                .condition(
                        ConditionType.ATTACHED,
                        true,
                        Reason.CLIENT_ATTACHED,
                        name(user) + (client.resumes() ? " is attached again" : " is attached"),
                        clock.instant())
                .done());
        metrics.attached();
        Outcome outcome = served.serve(client);
        metrics.left();
        Audit.left(visit, outcome, traffic, clock);
        switch (outcome) {
            case Outcome.ClientGone(String why) -> host.lost(why);
            case Outcome.ClientLost(String why) -> awaitReturn(arrival, user, why);
            case Outcome.Detached() -> {
                goesOn = true;
                alone(arrival, Reason.CLIENT_DETACHED, name(user) + " has left; the command goes on");
            }
            case Outcome.Exited _, Outcome.Ended _, Outcome.Resumed _ -> {}
        }
    }

    private void awaitReturn(int arrival, String user, String why) {
        if (goesOn) {
            served.letGo();
            alone(arrival, Reason.CLIENT_DETACHED, name(user) + " is cut off (" + why + "); the command goes on");
            return;
        }
        Duration time = host.resource().getSpec().reconnectTime();
        if (time.isZero()) {
            host.lost(why);
            return;
        }
        alone(
                arrival,
                Reason.CLIENT_LOST,
                name(user) + " is cut off (" + why + "), and waited for " + time.toSeconds() + " s");
        host.after(time, () -> {
            if (!followed(arrival)) {
                host.lost(why + "; the client did not come back within " + time.toSeconds() + " s");
            }
        });
    }

    private void alone(int arrival, Reason reason, String message) {
        host.tell(status -> followed(arrival)
                ? status
                : status.change()
                        .attachments(0)
                        .condition(ConditionType.ATTACHED, false, reason, message, clock.instant())
                        .done());
    }

    private synchronized int arrived() {
        return ++arrivals;
    }

    /** Whether somebody came after that one. */
    private synchronized boolean followed(int arrival) {
        return arrivals > arrival;
    }

    private static String name(String user) {
        return user.equals(RelayRequest.UNKNOWN) ? "a client" : Audit.printable(user);
    }
}
