#!/usr/bin/env python3
"""Loads the rules of docs/operations/network.md in a network of its own, and tries from another one what they let through.

usage: firewall.py WAYMARKD FOLDER-OF-WAYMARK

Exit code 77, a skipped test, where no namespaces can be made or nft is missing; with WAYMARK_REQUIRE_ALL_TESTS set that is a failure.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from guide import Daemon, blocks  # noqa: E402

WAYMARKD, PROGRAMS = sys.argv[1:3]
# A client that may use the API, and one that may not. Networks for documentation, as the page has them, have no nodes.
NETWORKS = {"192.0.2.0/24": "10.99.1.0/24", "2001:db8:1::/64": "fd99:1::/64"}
NODE, CLIENT, STRANGER = "10.99.1.1", "10.99.1.9", "10.99.2.9"
NODE6, CLIENT6, STRANGER6 = "fd99:1::1", "fd99:1::9", "fd99:2::9"
LOCAL, ROUTER = "fe80::1", "fe80::9"
SEND = """import socket, sys
from_, to, sport, dport, text = sys.argv[1:]
family, _, _, _, address = socket.getaddrinfo(to, int(dport), type=socket.SOCK_DGRAM)[0]
with socket.socket(family, socket.SOCK_DGRAM) as out:
    out.bind(socket.getaddrinfo(from_, int(sport), type=socket.SOCK_DGRAM)[0][4])
    out.sendto(text.encode(), address)
"""


def skip(reason):
    print(f"firewall: {reason}: the rules were NOT tried", file=sys.stderr)
    sys.exit(1 if os.environ.get("WAYMARK_REQUIRE_ALL_TESTS") else 77)


def enter_namespaces():
    """Starts this again in a user, network and mount namespace; there it returns."""
    # Where nft and ip are, and only root looks by itself.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if os.environ.get("IN_NAMESPACE"):
        return
    for tool in ("nft", "ip", "curl"):
        if shutil.which(tool) is None:
            skip(f"{tool} is missing")
    if subprocess.run(["unshare", "-rnm", "nft", "list", "ruleset"], stderr=subprocess.DEVNULL).returncode != 0:
        skip("no namespace with a firewall of its own can be made here (unshare -rnm nft list ruleset)")
    os.environ["IN_NAMESPACE"] = "1"
    os.execvp("unshare", ["unshare", "-rnm", "--kill-child", sys.executable, *sys.argv])


def run(*words, text=None):
    done = subprocess.run(words, input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}"
    return done.stdout


class FirewallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run("ip", "link", "set", "lo", "up")
        # Another machine: a process that keeps a network namespace, and waits for its input to end.
        cls.elsewhere = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo there; cat"], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        cls.elsewhere.stdout.readline()
        run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(cls.elsewhere.pid))
        run("ip", "address", "add", f"{NODE}/24", "dev", "near")
        run("ip", "link", "set", "near", "up")
        run("ip", "route", "add", f"{STRANGER}/32", "dev", "near")
        run("ip", "route", "add", f"{STRANGER6}/128", "dev", "near")
        for address in (f"{NODE6}/64", f"{LOCAL}/64"):
            run("ip", "address", "add", address, "dev", "near", "nodad")
        for address in (CLIENT, STRANGER):
            cls.there("ip", "address", "add", f"{address}/24", "dev", "far")
        for address in (CLIENT6, STRANGER6, ROUTER):
            cls.there("ip", "address", "add", f"{address}/64", "dev", "far", "nodad")
        cls.there("ip", "link", "set", "lo", "up")
        cls.there("ip", "link", "set", "far", "up")
        cls.scratch = tempfile.TemporaryDirectory()
        cls.daemon = Daemon(WAYMARKD, Path(cls.scratch.name) / "node.properties", **{
            "waymark__plugins": "registry-memory, discv4, http-api", "waymark__state_dir": f"{cls.scratch.name}/state",
            "waymark__log__format": "json", "node__external_ip": NODE, "discv4__listen": "0.0.0.0:30303",
            "discv4__probe_interval": "100ms", "http_api__listen": "[::]:8080",
            "http_api__allow_anonymous": "true", "http_api__registration": "open"})
        cls.daemon.start()
        cls.enode = cls.daemon.get("/enode").strip()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.end(signal.SIGKILL)
        cls.elsewhere.stdin.close()
        cls.elsewhere.wait(timeout=60)
        cls.elsewhere.stdout.close()
        cls.scratch.cleanup()

    @classmethod
    def there(cls, *words):
        return run("nsenter", "-t", str(cls.elsewhere.pid), "-n", *words)

    def setUp(self):
        rules = blocks("network.md", "nft")["Firewall"]
        run("nft", "--check", "--file", "-", text=rules)
        everybody = rules
        for example, network in NETWORKS.items():
            self.assertIn(example, rules)
            rules = rules.replace(example, network)
            everybody = everybody.replace(example, "fd99::/16" if ":" in example else "10.99.0.0/16")
        # What an operator took out of the file is gone when it is loaded again; what stays is there once.
        run("nft", "--file", "-", text=rules)
        self.addCleanup(run, "nft", "flush", "ruleset")
        once = run("nft", "list", "ruleset")
        run("nft", "--file", "-", text=everybody)
        run("nft", "--file", "-", text=rules)
        self.assertEqual(once, run("nft", "list", "ruleset"))

    def may_use_api(self, address):
        node = f"[{NODE6}]" if ":" in address else NODE
        asked = subprocess.run(["nsenter", "-t", str(self.elsewhere.pid), "-n", "curl", "-gfsS", "--connect-timeout", "1",
                                "--interface", address, f"http://{node}:8080/readyz"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, timeout=60)
        self.assertIn(asked.returncode, (0, 28), "neither an answer nor silence")
        return asked.returncode == 0

    def test_discovery_is_reached_and_may_answer(self):
        told = self.there(f"{PROGRAMS}/waymark", "ping", "--count", "2", self.enode)
        self.assertIn("2 sent, 2 received", told)

    def test_discovery_is_not_tracked(self):
        tracked = ("ct", "state", "new,established", "drop")
        run("nft", "insert", "rule", "inet", "waymark", "input", "udp", "dport", "30303", *tracked)
        run("nft", "add", "chain", "inet", "waymark", "output", "{ type filter hook output priority filter; }")
        run("nft", "add", "rule", "inet", "waymark", "output", "udp", "sport", "30303", *tracked)
        self.there(f"{PROGRAMS}/waymark", "ping", self.enode)

    def test_the_api_is_for_those_that_are_named(self):
        for client, stranger in ((CLIENT, STRANGER), (CLIENT6, STRANGER6)):
            self.assertTrue(self.may_use_api(client), client)
            self.assertFalse(self.may_use_api(stranger), stranger)

    def test_answers_of_dhcpv6_come_in(self):
        """What was asked of a group; from anywhere but the own link, and from other ports, nothing comes."""
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
            client.bind(("::", 546))
            client.settimeout(30)
            # One link, one after the other: what is let in of these comes first.
            for sender, to, port in ((CLIENT6, NODE6, 547), (f"{ROUTER}%far", f"{LOCAL}%far", 548),
                                     (f"{ROUTER}%far", f"{LOCAL}%far", 547)):
                self.there(sys.executable, "-c", SEND, sender, to, str(port), "546", f"{sender} {port}")
            self.assertEqual(f"{ROUTER}%far 547".encode(), client.recv(100))

    def test_the_node_reaches_its_own_workers(self):
        # Through loopback, and its check of them too.
        with urllib.request.urlopen("http://127.0.0.1:8080/readyz", timeout=30) as answer:
            self.assertEqual(200, answer.status)
        run(f"{PROGRAMS}/waymark", "ping", self.enode.replace(NODE, "127.0.0.1"))


if __name__ == "__main__":
    enter_namespaces()
    unittest.main(argv=sys.argv[:1])
