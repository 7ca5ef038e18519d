"""Runs a container of a rendered pod much as Kubernetes would: its own root that cannot be written, its volumes, its
user, its environment, its program as process 1. There is no cluster in it, and no container engine."""
import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from manifests import DATA_MODE, files

POD_IP = {"waymark": "10.0.1.1", "node": "10.0.1.5"}
POD_IP6 = "fd00:1::1"
HOSTS = f"127.0.0.1 localhost\n10.0.1.1 waymark bootnode.example.org\n{POD_IP6} bootnode.example.org\n"
PR_SET_NO_NEW_PRIVS = 38
# Whether this is root in earnest, and not in a namespace of users where nobody else exists.
ROOT = os.environ.get("POD_TEST_USER") == "root"


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def no_new_privileges():
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def signal_inside(process, number):
    """To process 1 of a container, whose parent is the `unshare` that was started."""
    parent = process.pid
    os.kill(int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0]), number)


class Machine:
    """What pods are made of: an image's root, or the programs of a build among what this machine has."""

    def __init__(self, folder, image, build):
        """All that is made lies in memory at folder, which goes with the namespace of mounts."""
        self.image = image and Path(image)
        self.build = build and Path(build)
        self.folder = folder.resolve()
        self.folder.mkdir(exist_ok=True)
        mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(self.folder))

    def root(self, name, own):
        """A root with nothing of Kubernetes in it yet. own: with the image's programs and nothing else, if there is one."""
        root = Path(tempfile.mkdtemp(prefix=name + "-", dir=self.folder))
        mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(root))
        source = self.image if own and self.image else Path("/")
        names = sorted(os.listdir(source)) if source == self.image else ["bin", "lib", "lib64", "sbin", "usr"]
        for entry in names:
            if (source / entry).is_symlink():
                os.symlink(os.readlink(source / entry), root / entry)
            elif entry in ("etc", "var"):
                shutil.copytree(source / entry, root / entry, symlinks=True)
            elif (source / entry).is_dir() and entry not in ("data", "dev", "proc", "run", "sys", "tmp"):
                self.bind(source / entry, root / entry, "ro")
        if self.build:
            # Without what is mounted below it: that may be this very folder, with the roots of all pods before.
            self.bind(self.build, root / "opt", "ro", how="--bind")
        self.bind(Path("/proc"), root / "proc")
        self.devices(root / "dev")
        (root / "etc").mkdir(exist_ok=True)
        (root / "etc/hosts").write_text(HOSTS)
        return root

    @staticmethod
    def devices(place):
        """What a container finds in /dev, and the file that `kubectl describe pod` prints."""
        place.mkdir()
        mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(place))
        for name in ("full", "null", "random", "urandom", "zero"):
            (place / name).touch()
            mount("--bind", f"/dev/{name}", str(place / name))
        (place / "fd").symlink_to("/proc/self/fd")
        (place / "termination-log").touch()
        (place / "termination-log").chmod(0o666)

    @staticmethod
    def bind(source, place, *options, how="--rbind"):
        place.mkdir()
        mount(how, str(source), str(place))
        for option in options:
            mount("-o", f"remount,bind,{option}", str(place))

    def program(self, name):
        return f"/opt/bin/{name}" if self.build else f"/usr/bin/{name}"


class Container:
    """A container that can be started once, and in which commands can be executed."""

    def __init__(self, machine, pod, name, secrets, data, own=True):
        self.machine, self.pod, self.spec = machine, pod, pod.container(name)
        self.root = machine.root(f"{pod.rendering.name}-{name}", own)
        self.process = None
        contents = files(pod, self.spec)
        for item in self.spec.get("volumeMounts", []):
            self.volume(item, contents, secrets, data)
        mount("-o", "remount,bind,ro", str(self.root))

    def volume(self, item, contents, secrets, data):
        place = self.root / item["mountPath"].lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        volume = self.pod.volumes.get(item["name"], {})
        if "emptyDir" in volume:
            mount("-t", "tmpfs", "tmpfs", str(place))
            self.own(place, DATA_MODE | 0o7 | 0o1000)
        elif item["name"] in self.pod.claims:
            mount("--bind", str(data), str(place))
        else:
            mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(place))
            mode = volume.get("projected", {}).get("defaultMode", 0o644)
            self.project(place, {path.removeprefix(item["mountPath"] + "/"): secrets.get(path) if content is None else content
                                 for path, content in contents.items() if path.startswith(item["mountPath"] + "/")}, mode)
        if item.get("readOnly"):
            mount("-o", "remount,bind,ro", str(place))

    def own(self, path, mode):
        if ROOT:
            os.chown(path, 0, self.pod.spec["securityContext"]["fsGroup"])
        path.chmod(mode)

    def project(self, place, contents, mode):
        """As kubelet does it, which replaces all files at once by turning ..data to a new folder."""
        version = place / "..2026_01_01_00_00_00.000000001"
        version.mkdir()
        (place / "..data").symlink_to(version.name)
        for path, content in contents.items():
            if content is None:
                continue
            file = version / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
            self.own(file, mode)
            top = place / path.split("/")[0]
            if not top.is_symlink():
                top.symlink_to(f"..data/{top.name}")

    def environment(self):
        address = POD_IP.get(self.pod.name, "10.0.1.9")
        known = {"status.podIP": address, "status.podIPs": f"{address},{POD_IP6}",
                 "status.hostIPs": f"10.0.1.1,{POD_IP6}",
                 "metadata.name": self.pod.name + "-0", "metadata.namespace": "default"}
        result = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME": self.pod.name + "-0"}
        for entry in self.spec.get("env", []):
            result[entry["name"]] = entry["value"] if "value" in entry else known[entry["valueFrom"]["fieldRef"]["fieldPath"]]
        return result

    def wrapped(self, words, environment):
        """As Kubernetes replaces $(NAME) in commands, in the container's root and as its user."""
        for name, value in environment.items():
            words = [word.replace(f"$({name})", value) for word in words]
        if words[0] in ("waymark", "waymarkd"):
            words = [self.machine.program(words[0]), *words[1:]]
        context = self.pod.spec["securityContext"]
        user = [f'--setgid={context["runAsGroup"]}', f'--setuid={context["runAsUser"]}'] if ROOT else []
        return ["unshare", "--pid", "--fork", "--kill-child", f"--root={self.root}", "--wd=/", *user, *words]

    def execute(self, *words, more=None):
        """As kubectl exec does: (exit code, output, errors)."""
        environment = {**self.environment(), **(more or {})}
        done = subprocess.run(self.wrapped(list(words), environment), env=environment, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              preexec_fn=no_new_privileges)
        return done.returncode, done.stdout, done.stderr

    def start(self, entry_point, *more):
        environment = self.environment()
        words = self.spec.get("command", entry_point) + self.spec.get("args", []) + list(more)
        self.process = subprocess.Popen(self.wrapped(words, environment), env=environment, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        preexec_fn=no_new_privileges)

    def signal(self, number):
        """To process 1 of the container."""
        signal_inside(self.process, number)
