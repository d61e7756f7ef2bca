package dev.cntr.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cntr.attach.AttachPlan;
import dev.cntr.attach.Target;
import dev.cntr.linux.cgroup.CgroupDirectory;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.security.Capability;
import dev.cntr.oci.process.Identity;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A plan as data. Names are those of the kernel and of the OCI runtime specification; limits without end are -1, and ids
 * are those of the target's own user namespace.
 */
final class PlanJson implements AutoCloseable {
    private final JsonGenerator json;

    private PlanJson(Writer out) throws IOException {
        json = new JsonFactory().createGenerator(out);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.useDefaultPrettyPrinter();
    }

    /** Writes where the tools are, how they are served, a plan, and the program that it compiles to. */
    static void write(String tools, ServedAs served, AttachPlan plan, String program, Writer out) throws IOException {
        try (PlanJson writer = new PlanJson(out)) {
            writer.plan(tools, served, plan, program);
        }
    }

    private void plan(String tools, ServedAs served, AttachPlan plan, String program) throws IOException {
        Target target = plan.target();
        Identity who = plan.settings().identity();
        json.writeStartObject();
        json.writeObjectFieldStart("target");
        json.writeNumberField("pid", target.process().pid());
        json.writeNumberField("startTime", target.process().startTime());
        json.writeStringField("root", target.root());
        json.writeEndObject();
        json.writeStringField("tools", tools);
        json.writeStringField("fileSystem", served.provider());
        json.writeStringField("dataPath", served.way());
        json.writeStringField("dataPathReason", served.reason());
        texts(
                "namespaces",
                target.namespaces().stream().sorted().map(Namespace::link).toList());
        texts(
                "cgroups",
                target.cgroups().directories().stream()
                        .map(CgroupDirectory::path)
                        .toList());
        ids("uids", who.uids());
        ids("gids", who.gids());
        json.writeArrayFieldStart("groups");
        for (long group : who.groups().or(plan::outsideGroups).orElse(List.of())) {
            json.writeNumber(group);
        }
        json.writeEndArray();
        capabilities(who.capabilities());
        json.writeBooleanField("noNewPrivileges", who.noNewPrivileges());
        json.writeNumberField("seccompFilters", who.filters().size());
        if (plan.settings().securityLabel().isPresent()) {
            json.writeStringField(
                    "securityLabel", plan.settings().securityLabel().get());
        }
        limits(plan);
        json.writeNumberField("oomScoreAdj", target.oomScoreAdjustment());
        if (plan.settings().umask().isPresent()) {
            json.writeNumberField("umask", plan.settings().umask().getAsInt());
        }
        texts(
                "environment",
                plan.settings().environment().entries().stream()
                        .map(e -> new String(e, StandardCharsets.UTF_8))
                        .toList());
        json.writeStringField("directory", plan.settings().directory());
        texts("command", plan.settings().arguments());
        json.writeBooleanField("terminal", plan.settings().terminal());
        texts("warnings", plan.warnings());
        texts("program", program.lines().toList());
        json.writeEndObject();
    }

    private void texts(String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    private void ids(String name, Ids ids) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("real", ids.real());
        json.writeNumberField("effective", ids.effective());
        json.writeNumberField("saved", ids.saved());
        json.writeNumberField("fileSystem", ids.fileSystem());
        json.writeEndObject();
    }

    private void capabilities(CapabilitySets sets) throws IOException {
        json.writeObjectFieldStart("capabilities");
        texts("effective", names(sets.effective()));
        texts("permitted", names(sets.permitted()));
        texts("inheritable", names(sets.inheritable()));
        texts("bounding", names(sets.bounding()));
        texts("ambient", names(sets.ambient()));
        json.writeEndObject();
    }

    private static List<String> names(Capabilities set) {
        return Stream.of(Capability.values())
                .filter(set::contains)
                .map(Capability::name)
                .toList();
    }

    private void limits(AttachPlan plan) throws IOException {
        json.writeObjectFieldStart("limits");
        for (var limit : new TreeMap<>(plan.settings().limits()).entrySet()) {
            json.writeObjectFieldStart(limit.getKey().name());
            json.writeNumberField("soft", limit.getValue().soft());
            json.writeNumberField("hard", limit.getValue().hard());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
