/**
 * Tests of the whole. {@code *E2E} classes run real programs against a real cluster of two nodes, which {@link
 * dev.cntr.e2e.Cluster} starts once for all of them; {@link dev.cntr.e2e.ArchitectureTest} holds the arrows of the code.
 *
 * <h2>Security, case by case</h2>
 *
 * <ol>
 *   <li>Pods of other namespaces, odd names: {@link dev.cntr.e2e.SecurityE2E}.
 *   <li>No right on the pod, a forged requester, later changes: {@code SecurityE2E}, {@link dev.cntr.e2e.ApprovalE2E}.
 *   <li>Others' sessions, no key, after the end, a pod made anew: {@code SecurityE2E}. A replayed proof: {@code HostilePeerTest} in protocol; a proof is good for the nonce
 *       of its own connection, so none is raced for, and of two clients one is let in ({@code SecurityE2E}).
 *   <li>Ways into cntr's own pods: {@link dev.cntr.e2e.ComponentSecurityE2E}, {@link dev.cntr.e2e.ClosedNamespacesE2E}.
 *   <li>Stolen tokens: {@code ComponentSecurityE2E}.
 *   <li>A hostile tree of the target: {@code HostileTargetIT} in node-agent/attach.
 *   <li>Reused pids, stale container ids: {@code TargetsTest} in node-agent/cli, and {@code SecurityE2E} for a pod made anew.
 *   <li>What is reachable from inside: {@code AttachIT}, {@code HostileTargetIT}, {@code RestrictedTargetIT} in node-agent/attach.
 *   <li>Floods of output and sizes, readers that stop: {@link dev.cntr.e2e.ExcessE2E}, {@code StreamTest}; control sequences pass unread: {@link dev.cntr.e2e.TerminalE2E}.
 *   <li>Extreme times and specs: {@code ExcessE2E}; a full recording disk: {@link dev.cntr.e2e.RecordingE2E}; 10,000 sessions: {@code dev/bench operator}; a thousand attaches:
 *       {@code dev/bench soak}. A fork bomb is held by the target's limits, in whose cgroups it is ({@code AttachIT}).
 *   <li>Elevation, limits and approvals: {@link dev.cntr.e2e.PolicyE2E}, {@link dev.cntr.e2e.ResourcesPolicyE2E}, {@code ApprovalE2E}, {@link dev.cntr.e2e.ApproversE2E}.
 *   <li>Names in logs and metrics: {@code AuditTest}, {@code OperatorMetricsTest}, {@code MainTest} of the plugin.
 * </ol>
 *
 * <h2>Faults</h2>
 *
 * Client, agent, target, expiry, deletion: {@link dev.cntr.e2e.FailureE2E}. An agent that is stopped: {@link dev.cntr.e2e.AgentE2E}. API server, kubelet, container runtime,
 * relay; an operator that is away at the end; a namespace that goes: {@link dev.cntr.e2e.FaultE2E}. Not tried: a node's reboot, skewed clocks, a network that is cut for a while.
 */
package dev.cntr.e2e;
