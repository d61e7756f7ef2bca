package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.cntr.api.DebugSessionSpec.DebugProcess.Profile;
import dev.cntr.api.DebugSessionSpec.Recording;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What sessions may be. A part that is missing says nothing about it.
 *
 * @param namespaceSelector whose sessions it is about, by the labels of their namespaces; an empty one takes all; null for sessions on nodes
 * @param nodeSelector in place of it: the sessions on which nodes, by the nodes' labels
 * @param deny whether there are none at all
 * @param maxTtl their longest life, see {@link TimeToLive}
 * @param profiles which profiles they may have beside {@code Target}, see {@link DebugSessionSpec.DebugProcess.Profile}; null says nothing
 * @param approval whether somebody must approve them, and who
 * @param recording how well they must be recorded, at least
 * @param tools where their tools may come from
 * @param resources how they are limited
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "has(self.namespaceSelector) != has(self.nodeSelector)",
        message = "exactly one of namespaceSelector and nodeSelector says whose sessions this is about")
@ValidationRule(
        value =
                "!has(self.maxTtl) || duration(self.maxTtl) >= duration('1s') && duration(self.maxTtl) <= duration('24h')",
        message = "maxTtl must be between 1s and 24h",
        fieldPath = ".maxTtl")
@ValidationRule(
        value = "!has(self.resources) || has(self.namespaceSelector)",
        message = "sessions on nodes have no limits of their own: resources is for a namespaceSelector",
        fieldPath = ".resources")
public record DebugPolicySpec(
        @JsonPropertyDescription(
                "Whose sessions this is about, by the labels of their namespaces; {} takes all. A namespace has its name in the label kubernetes.io/metadata.name.")
        @Nullable
        Selector namespaceSelector,

        @JsonPropertyDescription(
                "Instead of namespaceSelector: the sessions on which nodes (NodeDebugSession) this is about, by the nodes' labels; {} takes all.")
        @Nullable
        Selector nodeSelector,

        @JsonPropertyDescription("Whether there are no such sessions at all.") @Nullable
        Boolean deny,

        @Size(min = 2, max = 24)
        @Pattern(TimeToLive.PATTERN)
        @JsonPropertyDescription("Longest life of a session, for example 30m; at most 24h.")
        @Nullable
        String maxTtl,

        @Size(max = 4)
        @JsonPropertyDescription(
                "Profiles that sessions may have beside Target. One that no policy of the namespace names may not be had; [] allows none whatever other policies say.")
        @Nullable
        List<Profile> profiles,

        @JsonPropertyDescription("Whether somebody must approve them.") @Nullable
        ApprovalRule approval,

        @JsonPropertyDescription(
                "The least that sessions ask for in their own field recording. Required: what is not recorded is not shown.")
        @Nullable
        Recording recording,

        @JsonPropertyDescription("Where their tools may come from.") @Nullable
        ToolsRule tools,

        @JsonPropertyDescription("How sessions are limited by their own field resources.") @Nullable
        ResourcesRule resources) {

    /** One that says nothing of recordings, tools and resources. */
    public DebugPolicySpec(
            Selector namespaceSelector,
            @Nullable String maxTtl,
            @Nullable List<Profile> profiles,
            @Nullable ApprovalRule approval) {
        this(namespaceSelector, null, null, maxTtl, profiles, approval, null, null, null);
    }

    /** Whether a session needs the approval of somebody else than its requester. */
    boolean demandsApproval() {
        return approval != null && approval.required();
    }

    /** Whether it is about a session whose namespace, or node where it is a node's, has these labels. */
    boolean selects(DebugSession session, Map<String, String> labels) {
        Selector selector = session.ofNode() ? nodeSelector : namespaceSelector;
        return selector != null && selector.matches(labels);
    }

    boolean denies() {
        return deny != null && deny;
    }

    /**
     * Whether somebody must approve sessions, and who.
     *
     * @param required whether people with the right to approve debugsessions must, none of whom is the requester
     * @param approvers how many; null for one
     * @param groups in one of which each of them has to be; null for anybody
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "self.required || !has(self.approvers) && !has(self.groups)",
            message = "approvers and groups say nothing where no approval is required")
    public record ApprovalRule(
            @Required
            @JsonPropertyDescription(
                    "Whether a session waits until somebody with the right to approve debugsessions, who is not its requester, has approved it.")
            Boolean required,

            @Min(1)
            @Max(MOST_APPROVERS)
            @JsonPropertyDescription("How many people have to approve it; by default 1.")
            @Nullable
            Integer approvers,

            @Size(min = 1, max = 16)
            @JsonPropertyDescription(
                    "Groups, as the API server knows them, in one of which each approver has to be; without it anybody with the right may.")
            @Nullable
            List<@Size(min = 1, max = 253) String> groups) {
        /** Most people that a policy may ask for. */
        static final int MOST_APPROVERS = 5;

        /** Copies the list. */
        public ApprovalRule {
            groups = groups == null ? null : List.copyOf(groups);
        }

        /** One person, of whatever group. */
        public ApprovalRule(boolean required) {
            this(required, null, null);
        }

        /** How many people have to approve. */
        int needed() {
            return approvers == null ? 1 : approvers;
        }

        /** The groups that approvers are of; empty for anybody. */
        List<String> ofGroups() {
            return groups == null ? List.of() : groups;
        }

        /** Whether an approval counts here. */
        boolean takes(Approval approval) {
            return groups == null || approval.namedGroups().stream().anyMatch(groups::contains);
        }
    }

    /**
     * Where the tools of sessions may come from.
     *
     * @param sources beside {@code Agent}; null says nothing
     * @param images which images, where they come from one; null for any
     * @param imagesByDigest whether an image must be named by its digest
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ToolsRule(
            @Size(max = 4)
            @JsonPropertyDescription(
                    "Sources of tools that sessions may have beside Agent; [] allows none whatever other policies say. Image and Host may not be had unless a policy of the namespace names them.")
            @Nullable
            List<ToolsSpec.Source> sources,

            @Size(max = 64)
            @JsonPropertyDescription(
                    "Images that sessions may take where sources has Image: HOST/PATH with any tag or digest, with :TAG or @sha256:DIGEST that one, with / at the end all below it. Without it: any.")
            @Nullable
            List<@Size(min = 3, max = 512) @Pattern(ImagePattern.SCHEMA) String> images,

            @JsonPropertyDescription("Whether images must be named by digest, so that what they name cannot change.")
            @Nullable
            Boolean imagesByDigest) {
        /** Copies the lists. */
        public ToolsRule {
            sources = sources == null ? null : List.copyOf(sources);
            images = images == null ? null : List.copyOf(images);
        }

        /** Whether this policy lets sessions have tools from there. */
        boolean allows(ToolsSpec.Source source) {
            return source == ToolsSpec.Source.AGENT || sources == null || sources.contains(source);
        }

        /** Whether this policy says that sessions may have tools from there. */
        boolean names(ToolsSpec.Source source) {
            return sources != null && sources.contains(source);
        }

        /** Whether it is among the images that this policy has a list of. */
        boolean allowsImage(String image) {
            return images == null || images.stream().anyMatch(pattern -> ImagePattern.matches(pattern, image));
        }

        /** Whether this policy lets sessions have an image by that kind of name. */
        boolean allowsNameOf(String image) {
            return imagesByDigest == null || !imagesByDigest || image.contains("@");
        }
    }

    /**
     * How sessions are limited by their own {@code spec.resources}.
     *
     * @param required whether they must have each limit that {@code max} has, or any where there is no {@code max}
     * @param max the greatest limits they may have; null says nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ResourcesRule(
            @JsonPropertyDescription(
                    "Whether sessions must have limits of their own: each that max has, or any of them where there is no max.")
            @Nullable
            Boolean required,

            @JsonPropertyDescription(
                    "The greatest limits that sessions may have of their own. One that a session does not have is that of its container.")
            Resources.@Nullable Limits max) {
        boolean demanded() {
            return required != null && required;
        }
    }
}
