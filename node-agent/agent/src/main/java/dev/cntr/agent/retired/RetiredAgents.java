package dev.cntr.agent.retired;

import dev.cntr.linux.cgroup.CgroupException;
import dev.cntr.linux.cgroup.CgroupTree;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agents that were on this node before, and still keep sessions: who serves the node now leaves these alone, and passes their clients on. */
public final class RetiredAgents implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RetiredAgents.class);

    private static final String OWN = "-own";

    private final Place place;
    private final String cgroups;
    private final String self;
    private final Runnable lost;
    private final List<RetiredAgent> agents = new CopyOnWriteArrayList<>();

    /**
     * Finds them, tells them that this agent is there, and hears what they keep.
     *
     * @param cgroups how the names of the cgroups of retired agents of this node begin
     * @param self the name that this agent would have among them
     * @param most how many there may be; of more, the oldest are told to end
     * @param counter counts what they count
     * @param lost done whenever one of them has ended
     */
    public RetiredAgents(Place place, String cgroups, String self, int most, Counts.Counter counter, Runnable lost) {
        this.place = place;
        this.cgroups = cgroups;
        this.self = self;
        this.lost = lost;
        for (RetiredName name : place.names()) {
            RetiredAgent agent = new RetiredAgent(place, name, this::ended, counter);
            agents.add(agent);
            if (agent.begin()) {
                log.info(
                        "retired agent {} keeps {} sessions",
                        name,
                        agent.sessions().size());
                agent.follow();
            } else {
                agents.remove(agent);
                agent.removeRemains();
            }
        }
        sweep();
        endAllBut(most);
    }

    private void endAllBut(int most) {
        agents.stream()
                .sorted(Comparator.comparingLong(RetiredAgent::began))
                .limit(Math.max(0, agents.size() - most))
                .forEach(agent -> {
                    log.warn(
                            "retired agent {} is told to end, with {} sessions: there are {} on this node, {} may be",
                            agent.name(),
                            agent.sessions().size(),
                            agents.size(),
                            most);
                    agent.end();
                });
    }

    /** The name of a retired agent's cgroups, with which no other's begins. The kubelet kills what is in one whose name has "pod" in it and is none of its pods. */
    public static String cgroupOf(String cgroups, String name) {
        return cgroups + name + OWN;
    }

    /** Whether all have said what they keep: what is not theirs then is nobody's. */
    public boolean known() {
        return agents.stream().allMatch(RetiredAgent::known);
    }

    /** Whether an agent of that name lives: this one, or one of them. */
    public boolean live(String name) {
        return name.equals(self)
                || agents.stream().anyMatch(agent -> agent.name().equals(name));
    }

    /** How many there are. */
    public int count() {
        return agents.size();
    }

    /** How many sessions they keep. */
    public int sessions() {
        return agents.stream().mapToInt(agent -> agent.sessions().size()).sum();
    }

    /** Whether one of them keeps a session. */
    public boolean hold(String uid) {
        return agents.stream()
                .flatMap(agent -> agent.sessions().stream())
                .anyMatch(held -> held.uid().equals(uid));
    }

    /** Where the clients of a session are served, if one of them keeps it. */
    public Optional<Path> relay(String namespace, String session) {
        return agents.stream()
                .filter(agent -> agent.sessions().stream()
                        .anyMatch(held -> held.namespace().equals(namespace)
                                && held.name().equals(session)))
                .map(agent -> place.relay(agent.name()))
                .findFirst();
    }

    private void ended(RetiredAgent agent) {
        agents.remove(agent);
        agent.removeRemains();
        sweep();
        log.info("retired agent {} has ended", agent.name());
        lost.run();
    }

    /** What those that are no more could not remove themselves. */
    private void sweep() {
        try {
            CgroupTree.sweep(
                            cgroups,
                            rest -> rest.endsWith(OWN) && live(rest.substring(0, rest.length() - OWN.length())))
                    .forEach(done -> log.info("cgroup of a retired agent: {}", done));
        } catch (CgroupException e) {
            log.warn("cgroups that a retired agent has left stay: {}", e.getMessage());
        }
    }

    /** Is no longer there for them. */
    @Override
    public void close() {
        agents.forEach(RetiredAgent::close);
    }
}
