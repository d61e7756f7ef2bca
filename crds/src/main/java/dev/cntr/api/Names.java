package dev.cntr.api;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The fixed names by which the parts of cntr find each other in a cluster. */
public final class Names {
    /** API group of the custom resources. */
    public static final String GROUP = "cntr.dev";

    /** The served and stored version. */
    public static final String VERSION = "v1alpha1";

    /** Keeps a session's object until its node has been cleaned. */
    public static final String FINALIZER = GROUP + "/node-cleanup";

    /** Label of a session that was made for one pod of another's selector: that one's uid. */
    public static final String PARENT_LABEL = GROUP + "/parent";

    /** Default namespace of the operator and the agents. */
    public static final String SYSTEM_NAMESPACE = "cntr-system";

    /** Default namespace of the relays: the only one in which users of cntr may exec. */
    public static final String RELAY_NAMESPACE = "cntr-relay";

    /** Environment variable that overrides {@link #SYSTEM_NAMESPACE}. */
    public static final String SYSTEM_NAMESPACE_VARIABLE = "CNTR_SYSTEM_NAMESPACE";

    /** Environment variable that overrides {@link #RELAY_NAMESPACE}. */
    public static final String RELAY_NAMESPACE_VARIABLE = "CNTR_RELAY_NAMESPACE";

    /** Environment variable that says whether the chart's admission policies are in force: {@code true} or {@code false}. */
    public static final String ADMISSION_POLICIES_VARIABLE = "CNTR_ADMISSION_POLICIES";

    /** Environment variable that says whether there may be sessions on nodes: {@code true} or {@code false}. */
    public static final String NODE_SESSIONS_VARIABLE = "CNTR_NODE_SESSIONS";

    /** Environment variable that says whether an agent that is stopped keeps its sessions: {@code true} or {@code false}. */
    public static final String AGENTS_LINGER_VARIABLE = "CNTR_AGENTS_LINGER";

    /** Label with the application's name; its value on all pods of cntr is {@link #APP}. */
    public static final String APP_LABEL = "app.kubernetes.io/name";

    /** Value of {@link #APP_LABEL}. */
    public static final String APP = "cntr";

    /** Label that tells the parts apart: {@link #AGENT}, {@link #RELAY} or {@link #OPERATOR}. */
    public static final String COMPONENT_LABEL = "app.kubernetes.io/component";

    /** Component and container name of the node agent. */
    public static final String AGENT = "agent";

    /** Component and container name of the relay. */
    public static final String RELAY = "relay";

    /** Component and container name of the operator. */
    public static final String OPERATOR = "operator";

    /** The pod annotation by which kubectl, too, chooses a container when none is named. */
    public static final String DEFAULT_CONTAINER_ANNOTATION = "kubectl.kubernetes.io/default-container";

    /** A regular expression for an image's registry and repository, {@code HOST[:PORT]/PATH}; the host has a dot or a port, or is localhost. */
    static final String REPOSITORY =
            "(localhost(:[0-9]+)?|[a-z0-9-]+(\\.[a-z0-9-]+)+(:[0-9]+)?|[a-z0-9-]+:[0-9]+)(/[a-z0-9]+([._-]+[a-z0-9]+)*)+";

    private Names() {}

    /** A constant as the resources write it: {@code NetAdmin} for {@code NET_ADMIN}. */
    public static String word(Enum<?> constant) {
        return Arrays.stream(constant.name().split("_", -1))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }
}
