package dev.cntr.cli;

import dev.cntr.cli.caller.Caller;
import dev.cntr.image.ImageCache;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code cntr images}. */
final class ImagesCommand implements Callable<Integer> {
    private final Caller caller;
    private final CommandSpec spec = Options.command(
            this,
            "images",
            "Lists the images that cntr attach --image unpacked, by the digests of their configurations.");
    private final OptionSpec removeUnused =
            Options.flag("Removes those that no session uses at this moment, and lists only them.", "--remove-unused");

    ImagesCommand(Caller caller) {
        this.caller = caller;
    }

    /** What picocli parses. */
    CommandSpec spec() {
        spec.addOption(removeUnused);
        spec.usageMessage().footer("", "Example:", "  cntr images --remove-unused");
        return spec;
    }

    @Override
    public Integer call() {
        ImageCache cache = ToolsOptions.cache(caller);
        List<String> ids = Options.isSet(removeUnused) ? cache.removeUnused() : cache.list();
        PrintWriter out = spec.commandLine().getOut();
        ids.stream().sorted().forEach(out::println);
        out.flush();
        return 0;
    }
}
