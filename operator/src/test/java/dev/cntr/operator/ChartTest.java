package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import dev.cntr.api.Names;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart renders, by Helm itself. */
class ChartTest {
    private static final Path CHART = Path.of("../charts/cntr").toAbsolutePath().normalize();

    @ParameterizedTest
    @ValueSource(strings = {"debugsessions.cntr.dev", "nodedebugsessions.cntr.dev", "debugpolicies.cntr.dev"})
    void theCrdsAreTheGeneratedOnes(String name) throws IOException {
        CustomResourceDefinition rendered = one(render(), CustomResourceDefinition.class, name);
        CustomResourceDefinition generated = Serialization.unmarshal(
                Files.readString(CHART.resolve("files/" + name + ".yaml")), CustomResourceDefinition.class);
        assertThat(rendered.getSpec()).isEqualTo(generated.getSpec());
    }

    @Test
    void theOperatorIsToldWhereEverythingIs() {
        Collection<HasMetadata> objects = render("namespaces.system.name", "sys", "namespaces.relay.name", "rel");
        Deployment operator = one(objects, Deployment.class, "cntr-operator");
        assertThat(operator.getMetadata().getNamespace()).isEqualTo("sys");
        Map<String, String> environment =
                environment(operator.getSpec().getTemplate().getSpec());
        assertThat(Settings.of(environment))
                .isEqualTo(new Settings("sys", "rel", "(from the pod)", false, false, true, 8080));
        assertThat(one(objects, DaemonSet.class, "cntr-relay").getMetadata().getNamespace())
                .isEqualTo("rel");
    }

    @Test
    void whetherAgentsLingerIsKnownToBoth() {
        Collection<HasMetadata> objects = render("agent.lingerSeconds", "90");
        assertThat(environment(one(objects, Deployment.class, "cntr-operator")
                        .getSpec()
                        .getTemplate()
                        .getSpec()))
                .containsEntry(Names.AGENTS_LINGER_VARIABLE, "true");
        assertThat(environment(one(objects, DaemonSet.class, "cntr-agent")
                        .getSpec()
                        .getTemplate()
                        .getSpec()))
                .containsEntry("CNTR_LINGER_SECONDS", "90");
        assertThat(environment(one(
                                render("agent.lingerSeconds", "90", "agent.recording.store", "EmptyDir"),
                                DaemonSet.class,
                                "cntr-agent")
                        .getSpec()
                        .getTemplate()
                        .getSpec()))
                .as("recordings would go with the pod")
                .containsEntry("CNTR_LINGER_SECONDS", "0");
        assertThat(environment(one(render(), DaemonSet.class, "cntr-agent")
                        .getSpec()
                        .getTemplate()
                        .getSpec()))
                .containsEntry("CNTR_LINGER_SECONDS", "120");
    }

    /** What the operator looks for by label, and what the plugin and users name. */
    @ParameterizedTest
    @ValueSource(strings = {Names.AGENT, Names.RELAY})
    void aNodesPodsAreFoundByLabel(String component) {
        DaemonSet set = one(render(), DaemonSet.class, "cntr-" + component);
        assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
                .containsEntry(Names.APP_LABEL, Names.APP)
                .containsEntry(Names.COMPONENT_LABEL, component);
        assertThat(container(set.getSpec().getTemplate().getSpec()).getName()).isEqualTo(component);
    }

    @Test
    void theRelayHasNoRightsAtAll() {
        Collection<HasMetadata> objects = render();
        PodSpec pod = one(objects, DaemonSet.class, "cntr-relay")
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getHostPID()).isNull();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        var context = container(pod).getSecurityContext();
        assertThat(context.getPrivileged()).isNull();
        assertThat(context.getAllowPrivilegeEscalation()).isFalse();
        assertThat(context.getReadOnlyRootFilesystem()).isTrue();
        assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container(pod).getVolumeMounts()).singleElement().satisfies(mount -> {
            assertThat(mount.getMountPath()).isEqualTo("/run/cntr");
            assertThat(mount.getReadOnly()).isTrue();
        });
    }

    /** A stolen token of the operator reads no secrets and starts nothing; the sessions that it makes the admission policies and the agents look at. */
    @Test
    void theOperatorsRightsAreFew() {
        assertThat(one(render(), ClusterRole.class, "cntr-operator").getRules())
                .extracting(rule -> rule.getResources() + " " + rule.getVerbs())
                .containsExactly(
                        "[debugsessions] [create, get, list, watch, patch, update, delete]",
                        "[nodedebugsessions] [get, list, watch, patch, update, delete]",
                        "[debugsessions/status, nodedebugsessions/status] [patch, update]",
                        "[debugsessions/finalizers, nodedebugsessions/finalizers] [update]",
                        "[pods] [get, list]",
                        "[debugpolicies] [get, list, watch]",
                        "[namespaces] [get, list, watch]",
                        "[nodes] [get]",
                        "[events] [create]");
    }

    @Test
    void usersExecIntoTheRelaysNamespaceOnly() {
        Collection<HasMetadata> objects = render();
        assertThat(resources(one(objects, ClusterRole.class, "cntr-user").getRules()))
                .doesNotContain("pods/exec");
        Role attach = one(objects, Role.class, "cntr-attach");
        assertThat(attach.getMetadata().getNamespace()).isEqualTo(Names.RELAY_NAMESPACE);
        assertThat(resources(attach.getRules())).containsExactlyInAnyOrder("pods", "pods/exec");
    }

    @Test
    void whereOperatorsFollowEachOtherADrainTakesOneAtATime() {
        assertThat(names(render(), PodDisruptionBudget.class)).isEmpty();
        PodDisruptionBudget budget = one(render("operator.replicas", "2"), PodDisruptionBudget.class, "cntr-operator");
        assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
        assertThat(budget.getSpec().getSelector().getMatchLabels())
                .isEqualTo(one(render(), Deployment.class, "cntr-operator")
                        .getSpec()
                        .getSelector()
                        .getMatchLabels());
    }

    /** The virtual rights are granted by the role that users get, or nobody could use what the policies guard. */
    @Test
    void usersHoldTheRightsThatThePoliciesAskFor() {
        assertThat(one(render(), ClusterRole.class, "cntr-user").getRules())
                .extracting(rule -> rule.getApiGroups() + " " + rule.getResources() + " " + rule.getVerbs())
                .contains("[] [pods/cntr] [create]", "[cntr.dev] [debugsessions/attach] [create]");
    }

    @Test
    void everyPolicyIsInForce() {
        Collection<HasMetadata> objects = render("policies.enabled", "true");
        List<String> policies = names(objects, ValidatingAdmissionPolicy.class);
        assertThat(policies)
                .containsExactlyInAnyOrder(
                        "cntr-sessions",
                        "cntr-node-sessions",
                        "cntr-node-operator",
                        "cntr-relay-exec",
                        "cntr-pods",
                        "cntr-status",
                        "cntr-operator",
                        "cntr-workloads",
                        "cntr-ceiling",
                        "cntr-approvals");
        assertThat(objects.stream()
                        .filter(ValidatingAdmissionPolicyBinding.class::isInstance)
                        .map(binding -> ((ValidatingAdmissionPolicyBinding) binding).getSpec())
                        .map(spec -> spec.getPolicyName() + " " + spec.getValidationActions()))
                .containsExactlyInAnyOrderElementsOf(
                        policies.stream().map(name -> name + " [Deny]").toList());
        assertThat(names(render("policies.enabled", "false"), ValidatingAdmissionPolicy.class))
                .isEmpty();
    }

    /** Or approvals would be believed that anybody can write. */
    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void operatorAndAgentsAreToldWhetherThePoliciesAreInForce(String enabled) {
        Collection<HasMetadata> objects = render("policies.enabled", enabled);
        assertThat(environment(one(objects, Deployment.class, "cntr-operator")
                        .getSpec()
                        .getTemplate()
                        .getSpec()))
                .containsEntry(Names.ADMISSION_POLICIES_VARIABLE, enabled);
        assertThat(environment(one(objects, DaemonSet.class, "cntr-agent")
                        .getSpec()
                        .getTemplate()
                        .getSpec()))
                .containsEntry(Names.ADMISSION_POLICIES_VARIABLE, enabled);
    }

    @Test
    void theRuntimesSocketIsReachedThroughItsDirectory() {
        PodSpec pod = one(render("agent.criSocket", "/var/run/crio/crio.sock"), DaemonSet.class, "cntr-agent")
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(environment(pod)).containsEntry("CNTR_CRI_SOCKET", "/var/run/crio/crio.sock");
        assertThat(pod.getVolumes())
                .anySatisfy(volume -> assertThat(volume.getHostPath().getPath()).isEqualTo("/var/run/crio"));
        assertThat(container(pod).getVolumeMounts())
                .anySatisfy(mount -> assertThat(mount.getMountPath()).isEqualTo("/var/run/crio"));
    }

    @Test
    void aDigestGoesBeforeATag() {
        String digest = "sha256:" + "0".repeat(64);
        PodSpec pod = one(render("images.agent.digest", digest), DaemonSet.class, "cntr-agent")
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(container(pod).getImage()).isEqualTo("localhost/cntr-agent@" + digest);
    }

    @Test
    void namespacesThatExistAreLeftAlone() {
        assertThat(names(render(), Namespace.class)).containsExactlyInAnyOrder("cntr-system", "cntr-relay");
        assertThat(names(render("namespaces.relay.create", "false"), Namespace.class))
                .containsExactly("cntr-system");
        assertThat(names(parse(template().withNamespace("cntr-system").call()), Namespace.class))
                .containsExactly("cntr-relay");
    }

    @ParameterizedTest
    @CsvSource({
        "agent.replicas, 2",
        "images.agent.digest, sha256:short",
        "agent.criSocket, containerd.sock",
        "namespaces.system.name, Upper",
        "operator.replicas, 0",
        "policies.enabled, sometimes"
    })
    void aValueThatTheSchemaDoesNotKnowIsRefused(String key, String value) {
        assertThatThrownBy(() -> render(key, value)).hasMessageContaining("schema");
    }

    /** A misspelt key would otherwise do nothing, silently. What Kubernetes' own objects, labels and other charts decide is left to them. */
    @TestFactory
    Stream<DynamicTest> aKeyThatTheSchemaDoesNotKnowIsRefusedEverywhere() throws IOException {
        JsonNode values =
                Serialization.yamlMapper().readTree(CHART.resolve("values.yaml").toFile());
        return objects("", values)
                .filter(path -> !path.matches("global|.*\\.(nodeSelector|affinity)"))
                .map(path -> DynamicTest.dynamicTest(
                        path.isEmpty() ? "at the top" : path,
                        () -> assertThatThrownBy(
                                        () -> render(path.isEmpty() ? "unknownKey" : path + ".unknownKey", "1"))
                                .hasMessageContaining("unknownKey")));
    }

    private static Stream<String> objects(String path, JsonNode node) {
        return Stream.concat(
                Stream.of(path),
                node.properties().stream()
                        .filter(entry -> entry.getValue().isObject())
                        .flatMap(entry -> objects(
                                path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue())));
    }

    @Test
    void aMirrorTakesThePlaceOfEveryRegistry() {
        Collection<HasMetadata> objects = render("global.imageRegistry", "mirror.example:5000/third");
        for (String component : List.of("cntr-agent", "cntr-relay")) {
            assertThat(container(one(objects, DaemonSet.class, component)
                                    .getSpec()
                                    .getTemplate()
                                    .getSpec())
                            .getImage())
                    .isEqualTo("mirror.example:5000/third/" + component + ":dev");
        }
    }

    private static Collection<HasMetadata> render(String... values) {
        TemplateCommand template = template();
        for (int i = 0; i < values.length; i += 2) {
            template.set(values[i], values[i + 1]);
        }
        return parse(template.call());
    }

    private static TemplateCommand template() {
        return new Helm(CHART).template().withName("cntr").withKubeVersion("1.34.0");
    }

    private static List<HasMetadata> parse(String yaml) {
        return Serialization.unmarshal(yaml);
    }

    private static <T extends HasMetadata> T one(Collection<HasMetadata> objects, Class<T> type, String name) {
        List<T> found = objects.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(object -> object.getMetadata().getName().equals(name))
                .toList();
        assertThat(found).as("%s %s", type.getSimpleName(), name).hasSize(1);
        return found.getFirst();
    }

    private static List<String> names(Collection<HasMetadata> objects, Class<? extends HasMetadata> type) {
        return objects.stream()
                .filter(type::isInstance)
                .map(object -> object.getMetadata().getName())
                .toList();
    }

    private static List<String> resources(List<PolicyRule> rules) {
        return rules.stream().flatMap(rule -> rule.getResources().stream()).toList();
    }

    private static Container container(PodSpec pod) {
        return pod.getContainers().getFirst();
    }

    private static Map<String, String> environment(PodSpec pod) {
        return container(pod).getEnv().stream()
                .collect(Collectors.toMap(
                        EnvVar::getName,
                        variable -> variable.getValue() == null ? "(from the pod)" : variable.getValue()));
    }
}
