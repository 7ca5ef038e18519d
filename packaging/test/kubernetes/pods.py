#!/usr/bin/env python3
"""Runs what the manifests say, as far as that goes without a cluster, in a network and mounts of its own.

usage: pods.py --build FOLDER RENDERED    with the programs of a build
       pods.py --image FOLDER RENDERED    with those of an image, whose root FOLDER is; takes root

RENDERED has the files that packaging/test/kubernetes/render makes. Exit code 77, a skipped test, where no namespaces can be
made; with WAYMARK_REQUIRE_ALL_TESTS set that is a failure.
"""
import ctypes
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

# Processes, too: whatever ends this ends them all, and with them goes what was mounted.
NAMESPACES = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"] + \
    ([] if os.getuid() == 0 else ["--map-root-user"])
LONGEST = 420  # seconds


def outside():
    """Runs this program again in its namespaces, and ends all of that when a signal or the clock says so."""
    if subprocess.run([*NAMESPACES, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        required = os.environ.get("WAYMARK_REQUIRE_ALL_TESTS")
        print("pods: " + ("FAILED, as WAYMARK_REQUIRE_ALL_TESTS is set" if required else "SKIPPED") +
              ": no namespaces can be made here, and nothing was run", file=sys.stderr)
        return 1 if required else 77
    environment = {**os.environ, "POD_TEST_USER": "root" if os.getuid() == 0 else "other"}
    die_with_parent = ctypes.CDLL(None).prctl
    inside = subprocess.Popen([*NAMESPACES, sys.executable, *sys.argv], env=environment,
                              preexec_fn=lambda: die_with_parent(1, signal.SIGKILL, 0, 0, 0))

    def end(number, _):
        inside.kill()
        print(f"pods: ended by {signal.Signals(number).name}", file=sys.stderr)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, end)
    signal.alarm(LONGEST)
    return inside.wait() & 0xff


if "POD_TEST_USER" not in os.environ:
    sys.exit(outside())

from container import DATA_MODE, POD_IP6, ROOT, Container, Machine, signal_inside
from manifests import Rendering, config_of, effective, files

KIND, PLACE, RENDERED = sys.argv[1:]
RENDERINGS = {rendering.name: rendering for rendering in map(Rendering, sorted(Path(RENDERED).glob("*.yaml")))}
MACHINE = Machine(Path(RENDERED) / ".pods", PLACE if KIND == "--image" else None, PLACE if KIND == "--build" else None)
UNVERIFIED = ssl.create_default_context()
UNVERIFIED.check_hostname, UNVERIFIED.verify_mode = False, ssl.CERT_NONE
CONFIG = "/etc/waymark/"


def data_folder(pod):
    """A new volume, as a mount with an fsGroup leaves it."""
    folder = Path(tempfile.mkdtemp(prefix="data-", dir=MACHINE.folder))
    if ROOT:
        os.chown(folder, 0, pod.spec["securityContext"]["fsGroup"])
    folder.chmod(DATA_MODE)
    return folder


def certificate():
    folder = MACHINE.folder
    if not (folder / "tls.crt").exists():
        subprocess.run(("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", folder / "tls.key", "-out", folder / "tls.crt", "-days", "2", "-subj", "/CN=waymark"),
                       check=True, capture_output=True)
    return {CONFIG + "tls/tls.crt": (folder / "tls.crt").read_text(), CONFIG + "tls/tls.key": (folder / "tls.key").read_text()}


class Bootnode:
    """The pod waymark-0 of a rendering."""

    def __init__(self, rendering, tokens):
        self.pod = rendering.bootnode()
        self.data = data_folder(self.pod)
        self.secrets = {CONFIG + "access/tokens": tokens, **certificate()}
        self.container = Container(MACHINE, self.pod, "waymark", self.secrets, self.data)
        self.log = []

    def start(self):
        self.container.start([MACHINE.program("waymarkd")])
        self.await_event("host.ready")

    def await_event(self, event):
        for line in self.container.process.stderr:
            self.log.append(line)
            if json.loads(line)["event"] == event:
                return
        raise AssertionError(f"there was no {event}:\n" + "".join(self.log))

    def stop(self):
        """SIGTERM, as process 1 gets it: the exit code. The next start is in a new container with the same volume."""
        self.container.signal(signal.SIGTERM)
        _, rest = self.container.process.communicate(timeout=40)
        self.log += rest.splitlines(True)
        status = self.container.process.returncode
        self.container = Container(MACHINE, self.pod, "waymark", self.secrets, self.data)
        return status

    def probe(self, kind, address="10.0.1.1"):
        asked = self.container.spec[kind]["httpGet"]
        url = f'{asked.get("scheme", "HTTP").lower()}://{address}:{self.pod.port(asked["port"], "TCP")}{asked["path"]}'
        with urllib.request.urlopen(url, timeout=10, context=UNVERIFIED) as answer:
            return answer.status

    def ask(self, *words):
        status, output, errors = self.container.execute("waymark", *words)
        assert status == 0, (words, status, output, errors)
        return output

    def peers(self):
        return json.loads(self.ask("peers", "list", "--json"))


class PodsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for words in (["link", "set", "lo", "up"], ["addr", "add", "10.0.1.1/24", "dev", "lo"],
                      ["addr", "add", "10.0.1.5/24", "dev", "lo"],
                      ["-6", "addr", "add", f"{POD_IP6}/64", "dev", "lo", "nodad"], ["route", "add", "default", "dev", "lo"]):
            subprocess.run(["ip", *words], check=True)
        base = RENDERINGS["base"].bootnode()
        plain = Container(MACHINE, base, "waymark", {}, data_folder(base))
        status, output, errors = plain.execute("waymark", "token", "new", "--role", "register")
        assert status == 0 and len(RENDERINGS) > 10, errors
        cls.token, cls.line = output.splitlines()[:2]

    def bootnode(self, name, tokens=None):
        node = Bootnode(RENDERINGS[name], self.line + "\n" if tokens is None else tokens)
        self.addCleanup(lambda: node.container.process and node.container.process.poll() is None
                        and node.container.signal(signal.SIGKILL))
        node.start()
        return node

    def finish(self, node):
        self.assertEqual(node.stop(), 0, "".join(node.log[-5:]))

    def test_every_configuration_is_one_that_the_daemon_takes(self):
        for name, rendering in RENDERINGS.items():
            with self.subTest(name):
                pod = rendering.bootnode()
                container = Container(MACHINE, pod, "waymark", {}, MACHINE.folder)
                status, output, errors = container.execute("waymarkd", *container.spec["args"], "--check-config")
                self.assertEqual(status, 0, errors)
                self.assertNotIn("warning", output + errors)
                keys = effective(files(pod, container.spec), config_of(container.spec))
                told = container.execute("waymarkd", *container.spec["args"], "--print-config")[1]
                for key in ("http-api.listen", "discv4.listen", "waymark.stop-timeout"):
                    self.assertRegex(told, rf"(?m)^{key} = {keys[key].replace('[', '.').replace(']', '.')}$")

    def test_every_bootnode_starts_is_probed_and_answers(self):
        for name in RENDERINGS:
            self.doCleanups()
            with self.subTest(name):
                node = self.bootnode(name)
                for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                    self.assertEqual(node.probe(probe), 200)
                keys = effective(files(node.pod, node.container.spec), config_of(node.container.spec))
                node.ask("status")
                # A name may be looked up later.
                if not keys["node.external-ip"].startswith("dns:"):
                    self.advertises(node, ["10.0.1.1"] + ([POD_IP6] if "[::]" in keys["discv4.listen"] else []))
                if name != "base":
                    self.finish(node)
                    continue
                enode = json.loads(node.ask("status", "--json"))["enode"]
                self.assertIn("@10.0.1.1:30303", enode)
                self.assertIn("1 received", node.ask("ping", enode))
                self.finish(node)

    def advertises(self, node, addresses):
        self.assertNotIn('"level":"warning"', "".join(node.log))
        record = json.loads(node.ask("enr", "decode", "--json", json.loads(node.ask("status", "--json"))["enr"]))
        told = [entry["value"] for entry in record["entries"] if entry["key"] in ("ip", "ip6")]
        self.assertEqual(told, addresses)
        for address in addresses:
            self.assertEqual(node.probe("readinessProbe", f"[{address}]" if ":" in address else address), 200)

    def test_the_root_cannot_be_written_and_the_key_outlives_the_pod(self):
        node = self.bootnode("overlay-nodeport")
        self.assertNotEqual(node.container.execute("waymark", "key", "generate", "--out", "/etc/key")[0], 0)
        self.assertNotEqual(node.container.execute("waymark", "key", "generate", "--out", "/key")[0], 0)
        self.assertEqual(node.container.execute("waymark", "key", "generate", "--out", "/tmp/key")[0], 0)
        before = json.loads(node.ask("status", "--json"))["enode"]
        self.finish(node)
        key, root = (node.data / "node.key").stat(), node.data.stat()
        self.assertEqual(key.st_mode & 0o777, 0o600)
        # What fsGroupChangePolicy: OnRootMismatch looks at: the key stays as it is at the next mount.
        self.assertEqual(root.st_mode & DATA_MODE, DATA_MODE)
        if ROOT:
            self.assertEqual((key.st_uid, root.st_gid), (65532, 65532))
        node.start()
        self.assertEqual(json.loads(node.ask("status", "--json"))["enode"], before)
        self.finish(node)

    def test_the_maintenance_pod_mends_a_key_and_a_registry(self):
        node = self.bootnode("maintenance")
        before = json.loads(node.ask("status", "--json"))["enode"]
        self.finish(node)
        (node.data / "node.key").chmod(0o660)
        status, _, errors = node.container.execute("waymarkd", *node.container.spec["args"])
        self.assertEqual(status, 77, errors)
        pod = next(pod for pod in RENDERINGS["maintenance"].pods() if pod.name == "waymark-maintenance")
        with_shell = Container(MACHINE, pod, "maintenance", {}, node.data, own=False)
        for words in (["chmod", "600", "/data/node.key"], ["cp", "-p", "/data/node.key", "/tmp/"]):
            status, _, errors = with_shell.execute(*words)
            self.assertEqual(status, 0, errors)
        status, _, errors = Container(MACHINE, pod, "maintenance", {}, node.data).execute(
            "waymark", "registry", "repair", "/data/registry.db")
        self.assertEqual(status, 0, errors)
        node.start()
        self.assertEqual(json.loads(node.ask("status", "--json"))["enode"], before)
        self.finish(node)

    def test_process_1_reloads(self):
        node = self.bootnode("component-tls")
        node.container.signal(signal.SIGHUP)
        node.await_event("config.reloaded")
        self.finish(node)

    def test_with_proof_the_file_of_tokens_may_be_empty(self):
        node = self.bootnode("component-proof", tokens="")
        warnings = [line["event"] for line in map(json.loads, node.log) if line["level"] != "info"]
        self.assertEqual(warnings, ["http.tokens_read"])
        self.assertEqual(node.probe("readinessProbe"), 200)
        self.assertEqual(node.peers(), [])
        self.finish(node)

    def test_a_sidecar_registers_its_node_and_takes_that_back(self):
        rendering = RENDERINGS["overlay-sidecar"]
        node = self.bootnode("overlay-sidecar")
        pod = next(pod for pod in rendering.pods() if pod.name == "node")
        data = data_folder(pod)
        sidecar = Container(MACHINE, pod, "register", {}, data)
        self.assertEqual(sidecar.execute(*sidecar.spec["command"])[0], 77, "it waits for no key: Kubernetes starts it again")
        maker = Container(MACHINE, pod, "node", {}, data)
        (data / "geth").mkdir(mode=0o777)
        (data / "geth").chmod(0o777)
        status, _, errors = maker.execute("waymark", "key", "generate", "--out", "/data/geth/nodekey")
        self.assertEqual(status, 0, errors)
        # What a mount with fsGroup does unless fsGroupChangePolicy is OnRootMismatch, and what mends it.
        (data / "geth/nodekey").chmod(0o660)
        self.assertEqual(sidecar.execute(*sidecar.spec["command"])[0], 77)
        mender = Container(MACHINE, pod, "key-mode", {}, data, own=False)
        status, _, errors = mender.execute(*mender.spec["command"])
        self.assertEqual((status, (data / "geth/nodekey").stat().st_mode & 0o777), (0, 0o600), errors)
        sidecar.start([])
        self.assertIn("registered at 10.0.1.5:30303", sidecar.process.stderr.readline())
        [peer] = node.peers()
        self.assertEqual((peer["ip"], peer["labels"]), ("10.0.1.5", {"name": "node-0", "namespace": "default"}))
        sidecar.signal(signal.SIGTERM)
        _, errors = sidecar.process.communicate(timeout=30)
        self.assertEqual(sidecar.process.returncode, 0, errors)
        self.assertEqual(node.peers(), [])
        self.finish(node)

    def hooks(self, bootnode, secrets, more):
        """What the hooks of a node do: its peer as registered, and what is left."""
        pod = next(pod for pod in RENDERINGS["overlay-hooks"].pods() if pod.name == "node")
        data = data_folder(pod)
        (data / "geth").mkdir(mode=0o777)
        for folder in (data, data / "geth"):
            folder.chmod(0o777)
        container = Container(MACHINE, pod, "node", secrets, data, own=False)
        key = bootnode.container.execute("waymark", "key", "generate", "--out", "/tmp/node.key")
        self.assertEqual(key[0], 0, key)
        source = bootnode.container.root / "tmp/node.key"
        enr = bootnode.ask("key", "to-enr", "--ip", "10.0.1.5", "/tmp/node.key")
        for name, text in (("nodekey", source.read_text()), ("enr", enr.strip())):
            (data / "geth" / name).write_text(text)
            (data / "geth" / name).chmod(0o644)
        source.unlink()
        cycle = container.spec["lifecycle"]
        status, _, errors = container.execute(*cycle["postStart"]["exec"]["command"], more=more)
        peers = bootnode.peers()
        left = container.execute(*cycle["preStop"]["exec"]["command"], more=more)
        self.message = (container.root / "dev/termination-log").read_text()
        return (status, errors), peers, left

    def test_hooks_register_a_node_by_its_key_where_everybody_may(self):
        node = self.bootnode("overlay-hooks")
        done, peers, left = self.hooks(node, {}, {})
        self.assertEqual((done, [peer["ip"] for peer in peers], left[0]), ((0, ""), ["10.0.1.5"], 0), left)
        self.assertEqual(node.peers(), [])
        self.finish(node)

    def test_hooks_register_a_node_by_its_record_with_a_token(self):
        node = self.bootnode("base")
        record = {"WAYMARK_ENR": "/data/geth/enr"}
        done, peers, left = self.hooks(node, {"/waymark/token": self.token + "\n"}, record)
        self.assertEqual((done, [peer["ip"] for peer in peers], left[0]), ((0, ""), ["10.0.1.5"], 0), left)
        self.assertEqual(node.peers(), [])
        self.finish(node)

    def test_hooks_say_why_nothing_was_registered_and_leave_the_node_alone(self):
        node = self.bootnode("component-dual-stack")
        for required, status in (("0", 0), ("1", 1)):
            done, peers, left = self.hooks(node, {}, {"WAYMARK_REQUIRED": required})
            self.assertEqual((done[0], peers, left[0]), (status, [], 0), left)
            for said in (done[1], self.message):
                self.assertIn("not registered: http://waymark:8080/peers: 401", said)
        self.finish(node)

    def test_hooks_end_by_the_clock_where_packets_get_lost(self):
        node = self.bootnode("overlay-hooks")
        # Nobody is there, and nobody says so.
        subprocess.run(("ip", "route", "add", "10.0.9.0/24", "dev", "lo"), check=True)
        begun = time.monotonic()
        done, peers, _ = self.hooks(node, {}, {"WAYMARK_URL": "http://10.0.9.1:8080", "WAYMARK_PATIENCE": "5"})
        self.assertEqual((done[0], peers), (0, []))
        self.assertIn("nobody answers at http://10.0.9.1:8080", self.message)
        # The last try begins before the five seconds are over, and takes two; keys and records are made before.
        self.assertLess(time.monotonic() - begun, 20)
        self.finish(node)

    if KIND == "--image":
        def test_the_image_runs_as_it_is(self):
            """With what docs/kubernetes.md gives to podman run: nothing but a volume at /var/lib/waymark."""
            state = (Path(PLACE) / "var/lib/waymark").stat()
            self.assertEqual((state.st_uid, state.st_gid, state.st_mode & 0o777), (65532, 65532, 0o700))
            root = MACHINE.root("as-it-is", own=True)
            os.chown(root / "var/lib/waymark", state.st_uid, state.st_gid)
            inside = ["unshare", "--pid", "--fork", "--kill-child", f"--root={root}", "--wd=/", "--setgid=65532", "--setuid=65532"]
            with subprocess.Popen([*inside, "/usr/bin/waymarkd", "--config", "/etc/waymark/waymark.properties"],
                                  stderr=subprocess.PIPE, text=True) as daemon:
                self.addCleanup(lambda: daemon.poll() is None and signal_inside(daemon, signal.SIGKILL))
                self.assertTrue(any("host.ready" in line for line in daemon.stderr))
                # As podman exec: the API on the loopback address.
                told = subprocess.run([*inside, "/usr/bin/waymark", "status", "--json"], capture_output=True, text=True, check=True)
                enode = json.loads(told.stdout)["enode"]
                subprocess.run([*inside, "/usr/bin/waymark", "ping", enode], check=True, capture_output=True)
                self.assertTrue((root / "var/lib/waymark/node.key").exists())
                signal_inside(daemon, signal.SIGTERM)
                daemon.communicate(timeout=40)
                self.assertEqual(daemon.returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
