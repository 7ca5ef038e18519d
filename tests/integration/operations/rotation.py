#!/usr/bin/env python3
"""Changes keys, tokens and certificates of a real daemon as docs/operations/keys.md says.

usage: rotation.py WAYMARKD FOLDER-OF-WAYMARK
"""
import json
import signal
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from guide import Daemon, Shell, blocks, peer_ids  # noqa: E402

WAYMARKD, PROGRAMS = sys.argv[1:3]


class RotationTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def begin(self, **settings):
        self.daemon = Daemon(WAYMARKD, self.folder / "node.properties", **{
            "waymark__plugins": "registry-sqlite, discv4, http-api", "waymark__state_dir": self.folder / "state",
            "waymark__log__format": "json", "node__external_ip": "127.0.0.1", "discv4__listen": "127.0.0.1:0",
            "http_api__listen": "127.0.0.1:0", "http_api__socket": self.folder / "socket", **settings})
        self.daemon.start()
        self.addCleanup(lambda: self.daemon.process and self.daemon.end(signal.SIGKILL))

    def waymark(self, *words):
        return subprocess.run([f"{PROGRAMS}/waymark", *words], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)

    def test_another_node_key_at_once(self):
        self.begin()
        old, peer = self.daemon.get("/enode").strip(), next(peer_ids())
        status, _ = self.daemon.ask("POST", "/peers", {"id": peer, "ip": "127.0.0.1"})
        self.assertEqual(201, status)
        # The port stays, as it does where the configuration names one.
        with self.daemon.config.open("a") as config:
            config.write(f"discv4.listen = 127.0.0.1:{old.rsplit(':', 1)[1]}\n")
        text = self.daemon.config.read_text().replace("discv4.listen = 127.0.0.1:0\n", "")
        self.daemon.config.write_text(text)
        shell = Shell({"/var/lib/waymark": self.folder / "state",
                       "waymark status": f"waymark status --url unix:{self.folder}/socket"},
                      {"stop": self.daemon.stop, "start": self.daemon.start}, PROGRAMS)
        told = shell.run(blocks("keys.md", "sh")["A new node key"])
        new = self.daemon.get("/enode").strip()
        self.assertIn(new, told)
        self.assertNotEqual(old.split("@")[0], new.split("@")[0])
        self.assertEqual(old.split("@")[1], new.split("@")[1])
        self.assertEqual(["0x" + peer], [entry["id"] for entry in json.loads(self.daemon.get("/peers"))])
        self.assertEqual(0, self.waymark("ping", new).returncode)
        refused = self.waymark("ping", old)
        self.assertEqual(69, refused.returncode)
        self.assertIn("another node answers", refused.stdout)

    def new_certificate(self, name):
        subprocess.run(("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", "next.key", "-out", "next.crt", "-days", "30", "-subj", f"/CN={name}",
                        "-addext", "subjectAltName=IP:127.0.0.1"), cwd=self.folder, check=True, capture_output=True)
        (self.folder / "next.key").chmod(0o600)
        for kind in ("crt", "key"):
            (self.folder / f"next.{kind}").rename(self.folder / f"api.{kind}")

    def new_token(self, label):
        token, line = self.waymark("token", "new", "--role", "read", "--label", label).stdout.splitlines()
        return token, line + "\n"

    def write_tokens(self, *lines):
        file = self.folder / "tokens"
        file.write_text("".join(lines))
        file.chmod(0o600)

    def status_of(self, token):
        request = urllib.request.Request(f"https://127.0.0.1:{self.daemon.port}/peers",
                                         headers={"Authorization": f"Bearer {token}"})
        trusted = ssl.create_default_context(cafile=self.folder / "api.crt")
        try:
            with urllib.request.urlopen(request, timeout=30, context=trusted) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def test_tokens_and_certificates_by_reloads(self):
        (old, old_line), (new, new_line) = self.new_token("old"), self.new_token("new")
        self.write_tokens(old_line)
        self.new_certificate("first")
        self.begin(http_api__tokens=self.folder / "tokens", http_api__tls_certificate=self.folder / "api.crt",
                   http_api__tls_key=self.folder / "api.key")
        self.assertEqual((200, 401), (self.status_of(old), self.status_of(new)))

        self.write_tokens(old_line, new_line)
        self.daemon.reload()
        self.assertEqual((200, 200), (self.status_of(old), self.status_of(new)))

        # status_of() trusts the newest certificate alone.
        self.write_tokens(new_line)
        self.new_certificate("second")
        with self.assertRaises(urllib.error.URLError):
            self.status_of(new)
        self.daemon.reload()
        self.assertEqual((401, 200), (self.status_of(old), self.status_of(new)))

        # What cannot be used changes nothing, tokens neither.
        certificate = (self.folder / "api.crt").read_text()
        (self.folder / "api.crt").write_text("none\n")
        self.write_tokens(old_line)
        self.assertEqual("config.reload_refused", self.daemon.reload(refused=True))
        (self.folder / "api.crt").write_text(certificate)
        self.assertEqual((401, 200), (self.status_of(old), self.status_of(new)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
