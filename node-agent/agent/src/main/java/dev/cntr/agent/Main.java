package dev.cntr.agent;

import dev.cntr.logging.Logging;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** {@code cntr-agent}: runs until TERM or INT, and then ends its sessions before it goes, or goes on with them until they end or it is told once more. */
public final class Main {
    private static final Logger log = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        Logging.begin(args);
        Semaphore told = new Semaphore(0);
        for (String signal : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(signal), _ -> told.release());
        }
        Agent agent;
        try {
            agent = Agent.start(AgentConfig.from(System.getenv()));
        } catch (RuntimeException e) {
            log.error("the agent cannot start: {}", AgentException.chain(e), e);
            System.exit(1);
            return;
        }
        told.acquire();
        agent.stop(told::tryAcquire);
        System.exit(0);
    }
}
