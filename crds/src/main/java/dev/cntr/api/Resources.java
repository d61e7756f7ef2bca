package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a session may use, as the resources of a container are written.
 *
 * @param limits of the session alone
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Resources(
        @Required @JsonPropertyDescription("The most that all processes of the session may use together.")
        Limits limits) {

    /**
     * The most that the processes of a session may use together, as quantities of Kubernetes. What is not named is limited as the target is.
     *
     * @param cpu CPUs
     * @param memory bytes
     * @param pids processes and threads; the session needs two of its own
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "has(self.cpu) || has(self.memory) || has(self.pids)",
            message = "say at least one of cpu, memory and pids")
    @ValidationRule(
            value =
                    "!has(self.cpu) || isQuantity(string(self.cpu)) && quantity(string(self.cpu)).compareTo(quantity('10m')) >= 0 && quantity(string(self.cpu)).compareTo(quantity('1k')) <= 0",
            message = "cpu must be a quantity from 10m to 1k",
            fieldPath = ".cpu")
    @ValidationRule(
            value =
                    "!has(self.memory) || isQuantity(string(self.memory)) && quantity(string(self.memory)).compareTo(quantity('4Mi')) >= 0 && quantity(string(self.memory)).compareTo(quantity('1Pi')) <= 0",
            message = "memory must be a quantity from 4Mi to 1Pi",
            fieldPath = ".memory")
    public record Limits(
            @SchemaFrom(type = Quantity.class)
            @JsonPropertyDescription("CPUs, such as 500m or 2; at least 10m. More is throttled.")
            @Nullable
            String cpu,

            @SchemaFrom(type = Quantity.class)
            @JsonPropertyDescription(
                    "Bytes, such as 64Mi, with what is cached and what is in the session's /tmp; at least 4Mi. What needs more is killed.")
            @Nullable
            String memory,

            @Min(8)
            @Max(4_194_304)
            @JsonPropertyDescription("Processes and threads. Two of them are the session's own; more cannot be made.")
            @Nullable
            Integer pids) {

        /** Thousandths of a CPU, rounded up; empty where nothing is said. */
        public OptionalLong milliCpu() {
            return number(cpu, 3);
        }

        /** Bytes, rounded up; empty where nothing is said. */
        public OptionalLong memoryBytes() {
            return number(memory, 0);
        }

        /** How many processes and threads; empty where nothing is said. */
        public OptionalLong pidCount() {
            return pids == null ? OptionalLong.empty() : OptionalLong.of(pids);
        }

        /** A limit as it was written, to be compared exactly; empty where nothing is said. */
        static Optional<BigDecimal> amount(@Nullable Object limit) {
            return Optional.ofNullable(limit)
                    .map(Object::toString)
                    .map(text -> new Quantity(text).getNumericalAmount());
        }

        /** Whether a text is a quantity. */
        public static boolean isQuantity(String text) {
            try {
                new Quantity(text).getNumericalAmount();
                return true;
            } catch (IllegalArgumentException | ArithmeticException e) {
                return false;
            }
        }

        private static OptionalLong number(@Nullable String quantity, int decimals) {
            return amount(quantity)
                    .map(amount -> amount.movePointRight(decimals).setScale(0, RoundingMode.CEILING))
                    .map(amount ->
                            amount.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValueExact())
                    .map(OptionalLong::of)
                    .orElse(OptionalLong.empty());
        }
    }
}
