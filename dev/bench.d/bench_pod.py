"""The busybox pod of the local cluster that a benchmark measures beside."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


def kubectl(*arguments: str, **more: object) -> None:
    subprocess.run(["kubectl", *arguments], check=True, stdout=subprocess.DEVNULL, **more)


@contextmanager
def bench_pod(name: str) -> Iterator[None]:
    """A running pod of that name, in the current namespace; deleted at the end."""
    manifest = f"""
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{{name: app, image: "busybox:test", imagePullPolicy: Never, command: [sleep, "86400"]}}]
"""
    kubectl("delete", "pod", name, "--ignore-not-found")
    kubectl("apply", "-f", "-", input=manifest.encode())
    try:
        kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
        yield
    finally:
        kubectl("delete", "pod", name, "--wait=false")
