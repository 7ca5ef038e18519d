#!/usr/bin/env python3
"""Holds rendered manifests to the schemas of Kubernetes, and to what no schema knows.

usage: check.py CRDS FILE.yaml...    from anywhere; CRDS is a folder with the CRDs of prometheus-operator, or -
"""
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import kubernetes_validate
import yaml

from manifests import Rendering, config_of, effective, files, seconds, sources

ROOT = Path(__file__).resolve().parents[3]
# The oldest that has all that is used here, and the newest that is known.
VERSIONS = ("1.29", kubernetes_validate.latest_version())
ROUTES = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())["paths"]
CONTAINERFILE = (ROOT / "packaging/kubernetes/Containerfile").read_text()
UID = int(re.search(r"^USER (\d+):(\d+)$", CONTAINERFILE, re.MULTILINE).group(1))
VERSION = re.search(r"^project\(Waymark VERSION (\S+) ", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE).group(1)
HANDBOOK = (ROOT / "docs/kubernetes.md").read_text()
# Whom the policies let into the API; the labels of Prometheus are those that prometheus-operator gives.
LET_IN = {
    "waymark": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"waymark-client": "true"}}}],
    "waymark-monitoring": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
                            "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}}}],
}
LET_OUT = [{"protocol": "UDP", "port": 1, "endPort": 65535}, {"protocol": "TCP", "port": 53}]


def closed(schema):
    """The schema with no room for what it does not name: the API server drops such fields, a typing error among them."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(part) for key, part in schema.items()}
    if isinstance(result.get("properties"), dict) and "additionalProperties" not in result \
            and not result.get("x-kubernetes-preserve-unknown-fields"):
        result["additionalProperties"] = False
    return result


def secret_keys():
    """Secret -> keys, as the handbook's table has them, which users make their Secrets by."""
    rows = re.findall(r"^\| `(waymark-[a-z-]+)` \| ([^|]+) \|", HANDBOOK, re.MULTILINE)
    return {name: set(re.findall(r"`([^`]+)`", keys)) for name, keys in rows}


def unordered(value):
    """The value with its lists as sets, to compare what differs in order only."""
    if isinstance(value, dict):
        return tuple(sorted((key, unordered(part)) for key, part in value.items()))
    if isinstance(value, list):
        return ("list", *sorted((unordered(part) for part in value), key=repr))
    return repr(value)


def custom_schemas(folder):
    schemas = {}
    for file in Path(folder).glob("*/*.yaml"):
        definition = yaml.safe_load(file.read_text())["spec"]
        for version in definition["versions"]:
            schema = closed(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            schemas[f'{definition["group"]}/{version["name"]}', definition["names"]["kind"]] = schema
    return schemas


SECRETS = secret_keys()


class Check:
    def __init__(self, schemas):
        self.schemas = schemas
        self.findings = []
        self.rendering = None

    def expect(self, holds, text):
        if not holds:
            self.findings.append(f"{self.rendering.name}: {text}")

    def run(self, rendering):
        self.rendering = rendering
        for item in rendering.objects:
            self.schema(item)
        bootnode = rendering.bootnode()
        keys = effective(files(bootnode, bootnode.container("waymark")), config_of(bootnode.container("waymark")))
        for pod in rendering.pods():
            self.sandbox(pod)
            self.volumes(pod)
            self.registration(pod, "https" if "http-api.tls-certificate" in keys else "http")
        self.services()
        self.workloads()
        self.policies()
        self.monitors(keys)
        self.daemon(bootnode)
        self.combination(keys)

    def schema(self, item):
        name = f'{item["kind"]}/{item["metadata"]["name"]}'
        self.expect(item["kind"] != "Secret", f"{name}: secrets do not belong into the sources")
        custom = self.schemas.get((item["apiVersion"], item["kind"]))
        if custom is not None:
            for error in jsonschema.Draft202012Validator(custom).iter_errors(item):
                self.expect(False, f"{name}: {error.json_path}: {error.message}")
            return
        if "." in item["apiVersion"] and not item["apiVersion"].split("/")[0].endswith(".k8s.io"):
            self.expect(not self.schemas, f'{name}: there is no schema of {item["apiVersion"]}')
            return
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(item, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                self.expect(False, f"{name}: Kubernetes {version}: {error.json_path}: {error.message}")
            except kubernetes_validate.SchemaNotFoundError as error:
                self.expect(False, f"{name}: {error.message}")

    def sandbox(self, pod):
        """What the level restricted of the Pod Security Standards asks for, and more."""
        context = pod.spec.get("securityContext", {})
        # A node's image has a user of its own; the daemon's are the image's.
        self.expect(context.get("runAsNonRoot") is True, f"{pod.name}: runAsNonRoot is not true")
        for key in ("runAsUser", "runAsGroup", "fsGroup"):
            self.expect(context.get(key) == UID, f"{pod.name}: {key} is {context.get(key)}, the image's user {UID}")
        self.expect(context.get("fsGroupChangePolicy") == "OnRootMismatch",
                    f"{pod.name}: each mount would open the node key to the group")
        self.expect(context.get("seccompProfile") == {"type": "RuntimeDefault"}, f"{pod.name}: no seccomp profile")
        self.expect(pod.spec.get("automountServiceAccountToken") is False, f"{pod.name}: has a token of Kubernetes")
        self.expect(pod.spec.get("enableServiceLinks") is False, f"{pod.name}: Services may set WAYMARK_*")
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            self.expect(not pod.spec.get(key), f"{pod.name}: {key}")
        for container in pod.containers:
            own, name = container.get("securityContext", {}), f'{pod.name}/{container["name"]}'
            self.expect(own.get("readOnlyRootFilesystem") is True, f"{name}: its root can be written")
            self.expect(own.get("allowPrivilegeEscalation") is False, f"{name}: may get privileges")
            self.expect(own.get("capabilities") == {"drop": ["ALL"]}, f"{name}: keeps capabilities")
            if container["image"].split(":")[0] == "waymark":
                self.expect(container["image"] == f"waymark:{VERSION}", f'{name}: {container["image"]} is not {VERSION}')
                self.expect("memory" in container.get("resources", {}).get("limits", {}), f"{name}: no limit of memory")

    def volumes(self, pod):
        self.expect(pod.name != "waymark" or self.rendering.find("ServiceAccount", pod.spec["serviceAccountName"]),
                    f"{pod.name}: its ServiceAccount is missing")
        for container in pod.containers:
            for mount in container.get("volumeMounts", []):
                self.expect(mount["name"] in pod.volumes or mount["name"] in pod.claims,
                            f'{pod.name}: there is no volume {mount["name"]}')
                inside = [other["mountPath"] for other in container["volumeMounts"]
                          if other["mountPath"].startswith(mount["mountPath"] + "/")]
                self.expect(not inside, f'{pod.name}: {inside} cannot be mounted in {mount["mountPath"]}')
        claims = {f'{claim["metadata"]["name"]}-{workload["metadata"]["name"]}-0' for workload in self.rendering.of("StatefulSet")
                  for claim in workload["spec"]["volumeClaimTemplates"]}
        for volume in pod.volumes.values():
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            self.expect(claim is None or claim in claims, f"{pod.name}: no StatefulSet makes the claim {claim}")
            for kind, name, items, _ in sources(volume):
                if kind == "Secret":
                    for key, _ in items or [(None, None)]:
                        self.secret(name, key)
                    continue
                data = (self.rendering.find(kind, name) or {}).get("data", {})
                self.expect(data, f"{pod.name}: there is no ConfigMap {name}")
                missing = {key for key, _ in items or []} - set(data)
                self.expect(not missing, f"{pod.name}: ConfigMap {name} has no {missing}")

    def secret(self, name, key):
        self.expect(key in SECRETS.get(name, ()), f"docs/kubernetes.md does not tell of the key {key} of a Secret {name}")

    def registration(self, pod, scheme):
        """How a pod registers: at a Service that is there, from a pod that is let in, with a key that is there."""
        urls = []
        for container in pod.containers:
            environment = {entry["name"]: entry.get("value", "") for entry in container.get("env", [])}
            words = [*container.get("command", []), *environment.values()]
            urls += re.findall(r"https?://[^\s\"]+", " ".join(words))
            keys = [word.split("=", 1)[1] for word in words if word.startswith("--key=")]
            keys += [environment[name] for name in ("WAYMARK_NODE_KEY", "WAYMARK_ENR") if name in environment]
            for key in keys:
                self.expect(self.mounted(container, key) in pod.claims, f"{pod.name}: {key} is on no volume that stays")
            if "WAYMARK_PEER" in environment:
                volume = pod.volumes.get(self.mounted(container, environment["WAYMARK_PEER"]), {})
                self.expect("emptyDir" in volume, f'{pod.name}: {environment["WAYMARK_PEER"]} cannot be written')
            token = environment.get("WAYMARK_TOKEN_FILE")
            self.expect(token is None or token in files(pod, container), f"{pod.name}: {token} is not mounted")
        # What is rendered beside a bootnode is there to show how it registers.
        self.expect(urls or pod.name.startswith("waymark"), f"{pod.name}: does not register")
        for url in urls:
            parts = urlsplit(url)
            service = self.rendering.find("Service", parts.hostname)
            ports = [port["port"] for port in (service or {"spec": {"ports": []}})["spec"]["ports"]
                     if port["protocol"] == "TCP"]
            self.expect(parts.port in ports, f"{pod.name}: no Service serves {url}")
            self.expect(parts.scheme == scheme, f"{pod.name}: the API speaks {scheme}, not {url}")
            self.expect(pod.labels.get("waymark-client") == "true", f"{pod.name}: the NetworkPolicy does not let it in")

    @staticmethod
    def mounted(container, path):
        """The name of the volume that a path lies in, or None."""
        return next((mount["name"] for mount in container.get("volumeMounts", [])
                     if path.startswith(mount["mountPath"] + "/")), None)

    def services(self):
        for service in self.rendering.of("Service"):
            name, spec = service["metadata"]["name"], service["spec"]
            pods = self.rendering.selected(spec["selector"])
            self.expect(len(pods) == 1, f"Service {name} selects {len(pods)} workloads")
            for port in spec["ports"]:
                for pod in pods:
                    self.expect(pod.port(port["targetPort"], port["protocol"]) == port["port"],
                                f'Service {name}: {port["name"]} is no such port of {pod.name}')
            if spec.get("type", "ClusterIP") != "ClusterIP":
                self.expect(spec.get("externalTrafficPolicy") == "Local", f"Service {name}: peers would lose their addresses")
                self.expect(spec.get("publishNotReadyAddresses") is True,
                            f"Service {name}: takes discovery away while the pod is not ready")

    def workloads(self):
        for workload in self.rendering.of("StatefulSet"):
            name = workload["metadata"]["name"]
            service = self.rendering.find("Service", workload["spec"]["serviceName"])
            self.expect(service and service["spec"].get("clusterIP") == "None", f"{name}: its Service is missing or has an address")
            self.expect(workload["spec"]["selector"]["matchLabels"].items()
                        <= workload["spec"]["template"]["metadata"]["labels"].items(), "a StatefulSet without its pods")
            self.expect(name != "waymark" or workload["spec"]["replicas"] == 1, f"{name}: each bootnode has a StatefulSet of its own")
        for account in self.rendering.of("ServiceAccount"):
            self.expect(account.get("automountServiceAccountToken") is False, "the ServiceAccount hands out a token of Kubernetes")
        for budget in self.rendering.of("PodDisruptionBudget"):
            self.expect(self.rendering.selected(budget["spec"]["selector"]["matchLabels"]), "a budget without pods")
            self.expect(budget["spec"].get("maxUnavailable") == 1, "the budget keeps nodes from being drained")

    def policies(self):
        self.expect(self.rendering.find("NetworkPolicy", "waymark"), "there is no NetworkPolicy waymark")
        for policy in self.rendering.of("NetworkPolicy"):
            name, spec = policy["metadata"]["name"], policy["spec"]
            pods = self.rendering.selected(spec["podSelector"]["matchLabels"])
            self.expect(len(pods) == 1, f"NetworkPolicy {name} selects {len(pods)} workloads")
            for rule in spec["ingress"]:
                for port in rule["ports"]:
                    self.expect(pods and pods[0].port(port["port"], port["protocol"]), f"NetworkPolicy {name}: {port}")
                if any(port["protocol"] == "TCP" for port in rule["ports"]):
                    self.expect(rule.get("from") == LET_IN.get(name), f"NetworkPolicy {name}: lets others into the API")
                else:
                    self.expect("from" not in rule, f"NetworkPolicy {name}: keeps peers out")
            if "Egress" in spec["policyTypes"]:
                out = [port for rule in spec.get("egress", []) for port in rule["ports"]]
                self.expect(out == LET_OUT, f"NetworkPolicy {name}: lets {out} out")

    def monitors(self, keys):
        for monitor in self.rendering.of("ServiceMonitor"):
            wanted = monitor["spec"]["selector"]["matchLabels"].items()
            services = [item for item in self.rendering.of("Service") if wanted <= item["metadata"]["labels"].items()]
            self.expect(len(services) == 1, f"the ServiceMonitor selects {len(services)} Services: each pod once")
            self.expect(services and services[0]["metadata"]["labels"][monitor["spec"]["jobLabel"]] == "waymark",
                        "the job of the ServiceMonitor is not waymark, as the alerts expect")
            for endpoint in monitor["spec"]["endpoints"]:
                self.expect(endpoint["path"] in ROUTES, f'ServiceMonitor: no route {endpoint["path"]}')
                self.expect(services and endpoint["port"] in [port["name"] for port in services[0]["spec"]["ports"]],
                            f'ServiceMonitor: no port {endpoint["port"]}')
                asked = endpoint.get("authorization", {}).get("credentials")
                if asked:
                    self.secret(asked["name"], asked["key"])
                self.expect((asked is None) == ("http-api.tokens" not in keys),
                            "ServiceMonitor: with tokens the API asks for one, without it refuses any")
                tls = "http-api.tls-certificate" in keys
                self.expect(endpoint.get("scheme", "http") == ("https" if tls else "http"), "ServiceMonitor: not the API's scheme")
                if tls:
                    authority = endpoint.get("tlsConfig", {}).get("ca", {}).get("secret", {})
                    self.secret(authority.get("name"), authority.get("key"))
                    self.expect(self.rendering.find("Service", endpoint.get("tlsConfig", {}).get("serverName")),
                                "ServiceMonitor: expects a certificate for the name of no Service")

    def combination(self, keys):
        """Components that go together."""
        self.expect("http-api.allow-anonymous" not in keys or keys.get("http-api.registration") == "open",
                    "open and proof exclude each other: everybody may look and post secret keys")
        if "[::]" in keys.get("discv4.listen", ""):
            for service in self.rendering.of("Service"):
                self.expect(service["spec"].get("ipFamilyPolicy") == "PreferDualStack" or service["metadata"]["name"] == "node",
                            f'Service {service["metadata"]["name"]}: IPv4 only, before a bootnode that has both')

    def daemon(self, pod):
        container = pod.container("waymark")
        contents = files(pod, container)
        self.expect(config_of(container) in contents, f"--config names no file: {config_of(container)}")
        keys = effective(contents, config_of(container))
        missing = {"http-api.listen", "http-api.socket", "discv4.listen", "node.external-ip", "waymark.state-dir", "waymark.stop-timeout"} - set(keys)
        self.expect(not missing, f"the configuration does not say {missing}")
        if missing:
            return
        for key, port in (("http-api.listen", pod.port("http", "TCP")), ("discv4.listen", pod.port("discovery", "UDP"))):
            for endpoint in keys[key].split(", "):
                self.expect(endpoint in (f"0.0.0.0:{port}", f"[::]:{port}"), f"{key} = {keys[key]}: not the container's port")
        grace = pod.spec["terminationGracePeriodSeconds"]
        self.expect(grace > seconds(keys["waymark.stop-timeout"]), "the pod is killed before waymark.stop-timeout")
        for key in ("http-api.tokens", "http-api.tls-certificate", "http-api.tls-key"):
            self.expect(key not in keys or keys[key] in contents, f"{key} = {keys.get(key)}: no such file is mounted")
        self.probes(pod, container, "HTTPS" if "http-api.tls-certificate" in keys else "HTTP")
        self.places(pod, container, keys)
        environment = {entry["name"] for entry in container.get("env", [])}
        for value in keys.values():
            for name in re.findall(r"\$\{system\.env\.(\w+)\}", value):
                self.expect(name in environment, f"the configuration reads {name}, which is not set")
        outside = [item for item in self.rendering.of("Service") if item["spec"].get("type", "ClusterIP") != "ClusterIP"]
        for service in outside:
            port = service["spec"]["ports"][0]
            self.expect("POD_IP" not in keys["node.external-ip"], "a Service for others, who are told the pod's address")
            self.expect(keys.get("node.advertised-port") == str(port.get("nodePort", port["port"])),
                        "node.advertised-port is not that of the Service")

    def probes(self, pod, container, scheme):
        for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
            asked = container.get(probe, {}).get("httpGet", {})
            self.expect(asked.get("path") == path, f"{probe} asks {asked.get('path')}")
            # Kubernetes has no token.
            self.expect(ROUTES.get(asked.get("path"), {}).get("get", {}).get("security") == [],
                        f"{probe}: {asked.get('path')} is no route without credentials")
            self.expect(pod.port(asked.get("port"), "TCP"), f"{probe}: no port {asked.get('port')}")
            self.expect(asked.get("scheme", "HTTP") == scheme, f"{probe} does not speak {scheme}")
        # Long enough for a registry that is opened after a crash, and for a machine that is busy.
        for probe, least in (("startupProbe", 300), ("livenessProbe", 60)):
            given = container.get(probe, {})
            self.expect(given.get("periodSeconds", 10) * given.get("failureThreshold", 3) >= least,
                        f"{probe} ends the pod in less than {least} s")

    def places(self, pod, container, keys):
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
        self.expect(mounts.get(keys["waymark.state-dir"]) in pod.claims, "waymark.state-dir is on no PersistentVolume")
        socket = keys["http-api.socket"].rsplit("/", 1)[0]
        self.expect("emptyDir" in pod.volumes.get(mounts.get(socket), {}), "http-api.socket cannot be made")


def main():
    crds, *rendered = sys.argv[1:]
    schemas = {} if crds == "-" else custom_schemas(crds)
    check = Check(schemas)
    names = {Path(file).stem: file for file in rendered}
    for name, file in names.items():
        check.run(Rendering(file))
        if name.endswith("-reversed"):
            orders = [Rendering(other).objects for other in (file, names[name.removesuffix("-reversed")])]
            check.expect(unordered(orders[0]) == unordered(orders[1]), "the order of the components makes a difference")
    for finding in check.findings:
        print(f"kubernetes: {finding}", file=sys.stderr)
    return 1 if check.findings or not rendered else 0


if __name__ == "__main__":
    sys.exit(main())
