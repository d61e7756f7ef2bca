package dev.cntr.fuse;

import dev.cntr.fuse.session.FuseException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The providers there are. Those of other modules are looked for only when one is asked for that is not here. */
final class Providers {
    private static final List<TreeProvider> HERE = List.of(new FuseProvider(), new BindProvider());

    private Providers() {}

    static List<TreeProvider> here() {
        return HERE;
    }

    static TreeProvider named(String name) {
        AutoProvider auto = AutoProvider.ofThisMachine();
        return Stream.concat(Stream.concat(Stream.of(auto), HERE.stream()), elsewhere())
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new FuseException("there is no way of serving a tree that is called '" + name
                        + "'; name one of " + String.join(", ", names())));
    }

    static List<String> names() {
        return Stream.concat(
                        Stream.of(AutoProvider.NAME),
                        Stream.concat(HERE.stream(), elsewhere()).map(TreeProvider::name))
                .toList();
    }

    private static Stream<TreeProvider> elsewhere() {
        return Stream.of(0)
                .flatMap(_ -> StreamSupport.stream(
                        ServiceLoader.load(TreeProvider.class).spliterator(), false));
    }
}
