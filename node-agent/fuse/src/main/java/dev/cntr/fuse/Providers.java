package dev.cntr.fuse;

import dev.cntr.fuse.session.FuseException;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** The providers there are. Those of other modules are looked for only when one is asked for that is not here. */
final class Providers {
    private static final List<TreeProvider> HERE = List.of(new FuseProvider(), new BindProvider());

    private Providers() {}

    static List<TreeProvider> here() {
        return HERE;
    }

    static TreeProvider named(String name) {
        if (name.equals(AutoProvider.NAME)) {
            return AutoProvider.ofThisMachine();
        }
        for (TreeProvider provider : HERE) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        for (TreeProvider provider : elsewhere()) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        throw new FuseException("there is no way of serving a tree that is called '" + name + "'; name one of "
                + String.join(", ", names()));
    }

    static List<String> names() {
        List<String> names = new ArrayList<>(List.of(AutoProvider.NAME));
        HERE.forEach(provider -> names.add(provider.name()));
        elsewhere().forEach(provider -> names.add(provider.name()));
        return names;
    }

    private static Iterable<TreeProvider> elsewhere() {
        return ServiceLoader.load(TreeProvider.class);
    }
}
