"""What the rendered manifests mean: objects, pods, and the files that a container sees."""
import re
from pathlib import Path

import yaml

DATA_MODE = 0o2770  # what fsGroup makes of a volume's root


class Rendering:
    """The objects of one file."""

    def __init__(self, file):
        self.name = Path(file).stem
        self.objects = [item for item in yaml.safe_load_all(Path(file).read_text()) if item]

    def of(self, kind):
        return [item for item in self.objects if item["kind"] == kind]

    def find(self, kind, name):
        return next((item for item in self.of(kind) if item["metadata"]["name"] == name), None)

    def pods(self):
        return [Pod(self, item) for kind in ("StatefulSet", "Deployment", "Pod") for item in self.of(kind)]

    def bootnode(self):
        return next(pod for pod in self.pods() if pod.name == "waymark")

    def selected(self, selector):
        """The pods that have all labels of a selector, which is not empty."""
        return [pod for pod in self.pods() if selector and selector.items() <= pod.labels.items()]


class Pod:
    """The pods that a workload makes, or a single pod."""

    def __init__(self, rendering, workload):
        self.rendering = rendering
        self.workload = workload
        self.name = workload["metadata"]["name"]
        template = workload if workload["kind"] == "Pod" else workload["spec"]["template"]
        self.labels = template["metadata"].get("labels", {})
        self.spec = template["spec"]
        self.containers = self.spec.get("initContainers", []) + self.spec["containers"]
        self.volumes = {volume["name"]: volume for volume in self.spec.get("volumes", [])}
        self.claims = {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])}
        self.claims |= {name for name, volume in self.volumes.items() if "persistentVolumeClaim" in volume}

    def container(self, name):
        return next(container for container in self.containers if container["name"] == name)

    def port(self, name, protocol):
        """The number of a container's port, by name or number, or None."""
        for container in self.containers:
            for port in container.get("ports", []):
                if name in (port["name"], port["containerPort"]) and port["protocol"] == protocol:
                    return port["containerPort"]
        return None


def sources(volume):
    """(kind, name, items, optional) of what a volume takes its files from; items are (key, path), None for all keys."""
    if "projected" in volume:
        parts = volume["projected"]["sources"]
    else:
        parts = [volume]
    for part in parts:
        for kind, field, name in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "name"),
                                  ("Secret", "secret", "secretName")):
            if name in part.get(field, {}):
                items = part[field].get("items")
                yield (kind, part[field][name], items and [(item["key"], item["path"]) for item in items],
                       part[field].get("optional", False))


def files(pod, container):
    """Path -> content of what ConfigMaps put into a container, and None for what Secrets do."""
    found = {}
    for mount in container.get("volumeMounts", []):
        for kind, name, items, _ in sources(pod.volumes.get(mount["name"], {})):
            data = (pod.rendering.find(kind, name) or {}).get("data", {})
            for key, path in items or [(key, key) for key in data]:
                found[f'{mount["mountPath"]}/{path}'] = data.get(key) if kind == "ConfigMap" else None
    return found


def effective(contents, config):
    """The keys of a configuration with conf.d beside it: the last one wins. Continued lines are not looked for."""
    folder = config.rsplit("/", 1)[0]
    fragments = sorted(path for path in contents
                       if re.fullmatch(re.escape(folder) + r"/conf\.d/[^/]+\.properties", path))
    keys = {}
    for path in [config, *fragments]:
        for line in (contents.get(path) or "").splitlines():
            match = re.match(r"\s*([^#!\s][^=:\s]*)\s*[=:]\s*(.*?)\s*$", line)
            if match:
                keys[match.group(1)] = match.group(2)
    return keys


def config_of(container):
    """The file that a container's --config names."""
    arguments = container.get("args", [])
    return arguments[arguments.index("--config") + 1]


def seconds(duration):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d|)", duration).groups()
    return int(number) * {"ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600, "d": 86400}[unit]
