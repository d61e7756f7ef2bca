package dev.cntr.kubectl;

import dev.cntr.kubectl.cluster.SelectedPod;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@code kubectl cntr attach -l}: a session and a command beside each of several pods, at the same time. Each line of output begins with its pod. */
final class AttachEach {
    /** The command beside one pod. */
    @FunctionalInterface
    interface Command {
        /** @return its exit code */
        int run(SelectedPod pod, Attach.Streams streams) throws InterruptedException;
    }

    private final Command command;
    private final OutputStream out;
    private final OutputStream err;

    AttachEach(Command command, OutputStream out, OutputStream err) {
        this.command = command;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs the command beside all of them.
     *
     * @return 0 where all ended with 0, else the greatest exit code, of the commands and of cntr where one could not be run
     */
    int run(List<SelectedPod> pods) throws InterruptedException {
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> runs = new ArrayList<>();
            for (SelectedPod pod : pods) {
                runs.add(each.submit(() -> beside(pod)));
            }
            int worst = 0;
            for (Future<Integer> run : runs) {
                worst = Math.max(worst, run.get());
            }
            return worst;
        } catch (ExecutionException e) {
            throw new CntrException(ExitCode.INTERNAL, "one of the sessions failed: " + e.getCause(), e);
        }
    }

    private int beside(SelectedPod pod) throws IOException, InterruptedException {
        String prefix = "[pod/" + pod.name() + "/" + pod.container() + "] ";
        try (PrefixedLines output = new PrefixedLines(prefix, out);
                PrefixedLines errors = new PrefixedLines(prefix, err);
                PrefixedLines said = new PrefixedLines(prefix, err);
                PrintStream messages = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            int code = attempt(pod, new Attach.Streams(InputStream.nullInputStream(), output, errors, messages));
            output.close();
            errors.close();
            return code;
        }
    }

    private int attempt(SelectedPod pod, Attach.Streams streams) throws InterruptedException {
        try {
            int code = command.run(pod, streams);
            if (code != 0) {
                streams.messages().println("command terminated with exit code " + code);
            }
            return code;
        } catch (CntrException e) {
            streams.messages().println("error: " + Text.oneLine(String.valueOf(e.getMessage())));
            return e.exitCode().code();
        }
    }
}
