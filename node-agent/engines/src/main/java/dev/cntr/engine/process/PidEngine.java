package dev.cntr.engine.process;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.RunningContainer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Any process, by its id. It lists none: that is ps(1)'s job. */
public final class PidEngine implements Engine {
    public static final String NAME = "pid";

    /** The kernel's own limit is below: PID_MAX_LIMIT is 2^22. */
    private static final Pattern PID = Pattern.compile("[1-9]\\d{0,8}");

    @Override
    public String version() {
        return ProcessTable.kernel();
    }

    @Override
    public RunningContainer running(String id) {
        if (!PID.matcher(id).matches()) {
            throw new EngineException.NotFound("\"" + id + "\" is no process id");
        }
        ProcessTable.Entry process = ProcessTable.one(Integer.parseInt(id))
                .filter(p -> p.pid() == Integer.parseInt(id))
                .orElseThrow(() -> new EngineException.NotFound("no process has the id " + id));
        return new RunningContainer(
                new ContainerRef(NAME, id, process.command()), process.pid(), "", Map.of(), Optional.empty());
    }

    @Override
    public RunningContainer find(String reference) {
        return running(reference);
    }

    @Override
    public List<ListedContainer> list() {
        return List.of();
    }

    @Override
    public void close() {}
}
