package dev.cntr.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * A ceiling over the debug sessions of some namespaces. A session must fit every policy of its namespace: several policies add up to the
 * strictest of each.
 */
@Group(Names.GROUP)
@Version(Names.VERSION)
@Plural("debugpolicies")
@ShortNames("dbgpol")
@Categories("cntr")
@AdditionalPrinterColumn(name = "MaxTTL", jsonPath = ".spec.maxTtl")
@AdditionalPrinterColumn(name = "Profiles", jsonPath = ".spec.profiles")
@AdditionalPrinterColumn(
        name = "Approval",
        jsonPath = ".spec.approval.required",
        type = AdditionalPrinterColumn.Type.BOOLEAN)
@AdditionalPrinterColumn(name = "Recording", jsonPath = ".spec.recording")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class DebugPolicy extends CustomResource<DebugPolicySpec, Void> {
    private static final long serialVersionUID = 1;
}
