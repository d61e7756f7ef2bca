/**
 * Tests of the whole. {@code *E2E} classes run real programs against a real cluster of two nodes, which {@link
 * dev.cntr.e2e.Cluster} starts once for all of them; {@link dev.cntr.e2e.ArchitectureTest} holds the arrows of the code.
 */
package dev.cntr.e2e;
