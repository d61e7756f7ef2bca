/** The API server as the plugin needs it: kubeconfig, five requests, one watch, one exec, and what their failures mean. */
@NullMarked
package dev.cntr.kubectl.cluster;

import org.jspecify.annotations.NullMarked;
