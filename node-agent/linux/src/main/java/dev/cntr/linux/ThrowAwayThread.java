package dev.cntr.linux;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs a task on a platform thread of its own that ends with it, so that what the task changes of its thread (namespaces,
 * root, working directory, tracees) is changed for nobody else.
 */
public final class ThrowAwayThread {
    private ThrowAwayThread() {}

    /**
     * Runs the task and waits for it. What it throws is thrown here: unchecked as it is, checked as the cause of an
     * {@link IllegalStateException}.
     */
    public static <T extends @Nullable Object> T call(String name, Callable<T> task) {
        Outcome<T> outcome = new Outcome<>(task);
        Thread thread = Thread.ofPlatform().name(name).daemon().start(outcome);
        joinUninterruptibly(thread);
        return outcome.value();
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Outcome<T extends @Nullable Object> implements Runnable {
        private final Callable<T> task;
        private @Nullable T value;
        private @Nullable Throwable thrown;

        Outcome(Callable<T> task) {
            this.task = task;
        }

        @Override
        public void run() {
            try {
                value = task.call();
            } catch (Throwable t) {
                thrown = t;
            }
        }

        @SuppressWarnings("NullAway") // value is the task's own result where nothing was thrown
        T value() {
            switch (thrown) {
                case null -> {}
                case RuntimeException e -> {
                    e.addSuppressed(new Throwable("asked for here"));
                    throw e;
                }
                case Error e -> throw e;
                default -> throw new IllegalStateException(thrown.getMessage(), thrown);
            }
            return value;
        }
    }
}
