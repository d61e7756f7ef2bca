package dev.cntr.fuse;

import dev.cntr.fuse.session.FuseException;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes the first of some providers that serves a tree, and tells what was the matter with those before it. */
record AutoProvider(List<TreeProvider> candidates) implements TreeProvider {
    static final String NAME = "auto";

    static AutoProvider ofThisMachine() {
        return new AutoProvider(Providers.here());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> obstacle() {
        List<String> obstacles = new ArrayList<>();
        for (TreeProvider candidate : candidates) {
            Optional<String> obstacle = candidate.obstacle();
            if (obstacle.isEmpty()) {
                return Optional.empty();
            }
            obstacles.add(candidate.name() + ": " + obstacle.get());
        }
        return Optional.of(obstacles.isEmpty() ? "there is no provider" : String.join("; ", obstacles));
    }

    @Override
    public TreeProvider expected() {
        return candidates.stream()
                .filter(candidate -> candidate.obstacle().isEmpty())
                .findFirst()
                .orElse(this);
    }

    @Override
    public ServedTree serve(TreeOptions options) {
        List<String> passedOver = new ArrayList<>();
        for (TreeProvider candidate : candidates) {
            Optional<String> obstacle = candidate.obstacle();
            if (obstacle.isPresent()) {
                passedOver.add(candidate.name() + ": " + obstacle.get());
                continue;
            }
            try {
                return new Chosen(candidate.serve(options), List.copyOf(passedOver));
            } catch (FuseException | ErrnoException e) {
                passedOver.add(candidate.name() + ": " + e.getMessage());
            }
        }
        throw new FuseException("cannot serve the tree in any way: " + String.join("; ", passedOver));
    }

    private record Chosen(ServedTree tree, List<String> passedOver) implements ServedTree {
        @Override
        public Fd cloneMount() {
            return tree.cloneMount();
        }

        @Override
        public Fd cloneMount(Fd userNamespace) {
            return tree.cloneMount(userNamespace);
        }

        @Override
        public boolean isServing() {
            return tree.isServing();
        }

        @Override
        public TreeReport report() {
            return passedOver.isEmpty() ? tree.report() : new ChosenReport(tree.report(), passedOver);
        }

        @Override
        public void close() {
            tree.close();
        }
    }

    private record ChosenReport(TreeReport report, List<String> passedOver) implements TreeReport {
        @Override
        public String provider() {
            return report.provider();
        }

        @Override
        public String way() {
            return report.way();
        }

        @Override
        public String reason() {
            return report.reason();
        }

        @Override
        public String toString() {
            return report + "; passed over " + String.join("; ", passedOver);
        }
    }
}
