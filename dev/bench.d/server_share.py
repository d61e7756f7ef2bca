"""The server's share of an attach, seen by a client that is warm: from the create request of a session to its Ready."""

import base64
import http.client
import json
import os
import ssl
import subprocess
import tempfile
import time
from urllib.parse import urlparse

SESSIONS = "/apis/cntr.dev/v1alpha1/namespaces/default/debugsessions"


class Api:
    """The API server of the current kubeconfig, by client certificate, over two kept connections."""

    def __init__(self) -> None:
        config = json.loads(subprocess.check_output(["kubectl", "config", "view", "--minify", "--raw", "-o", "json"]))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.tls = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        with tempfile.TemporaryDirectory() as directory:
            files = []
            for key in ("client-certificate-data", "client-key-data"):
                files.append(os.path.join(directory, key))
                with open(files[-1], "wb") as file:
                    file.write(base64.b64decode(user[key]))
            self.tls.load_cert_chain(*files)
        self.address = urlparse(cluster["server"]).netloc
        self.requests, self.watches = self.connect(), self.connect()

    def connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.address, context=self.tls, timeout=30)

    def request(self, method: str, path: str, body: object = None) -> dict:
        text = None if body is None else json.dumps(body)
        self.requests.request(method, path, text, {"Content-Type": "application/json"})
        with self.requests.getresponse() as response:
            answer = json.load(response)
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.get('message')}")
        return answer

    def ready_after(self, pod: str) -> float:
        """Creates a session, waits until it is Ready, deletes it; gives the milliseconds until then."""
        key = base64.b64encode(os.urandom(32)).decode()
        session = {
            "apiVersion": "cntr.dev/v1alpha1",
            "kind": "DebugSession",
            "metadata": {"generateName": f"{pod}-"},
            "spec": {"target": {"pod": pod}, "attach": {"publicKeys": [f"ed25519:{key}"]}, "process": {"command": ["true"]}},
        }
        start = time.perf_counter()
        metadata = self.request("POST", SESSIONS, session)["metadata"]
        query = f"?watch=true&fieldSelector=metadata.name={metadata['name']}&resourceVersion={metadata['resourceVersion']}"
        self.watches.request("GET", SESSIONS + query)
        with self.watches.getresponse() as events:
            for line in events:
                conditions = json.loads(line)["object"].get("status", {}).get("conditions", [])
                status = {condition["type"]: condition for condition in conditions}
                if status.get("Stalled", {}).get("status") == "True":
                    raise RuntimeError(status["Stalled"]["message"])
                if status.get("Ready", {}).get("status") == "True":
                    taken = time.perf_counter() - start
                    break
        self.watches.close()
        self.watches = self.connect()
        self.watches.connect()
        self.request("DELETE", f"{SESSIONS}/{metadata['name']}")
        return taken * 1000
