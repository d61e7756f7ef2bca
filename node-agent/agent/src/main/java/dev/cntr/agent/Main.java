package dev.cntr.agent;

import dev.cntr.logging.Logging;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code cntr-agent}: runs until TERM, and then ends its sessions before it goes. */
public final class Main {
    private static final Logger log = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        Logging.begin(args);
        Agent agent;
        try {
            agent = Agent.start(AgentConfig.from(System.getenv()));
        } catch (RuntimeException e) {
            log.error("the agent cannot start: {}", AgentException.chain(e), e);
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(agent::close));
        new CountDownLatch(1).await();
    }
}
