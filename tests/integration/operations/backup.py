#!/usr/bin/env python3
"""Does what docs/operations/backup.md says with a real daemon: backup while it is registered to, loss, restore.

usage: backup.py WAYMARKD FOLDER-OF-WAYMARK
"""
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from guide import Daemon, Shell, blocks, peer_ids  # noqa: E402

WAYMARKD, PROGRAMS = sys.argv[1:3]
BLOCKS = blocks("backup.md", "sh")


class Registering:
    """Registers one peer after the other, and remembers which were acknowledged, in that order."""

    def __init__(self, daemon):
        self.daemon, self.ids, self.acknowledged = daemon, peer_ids(), []
        self.enough, self.ending = threading.Condition(), False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ending:
            peer = next(self.ids)
            try:
                status, _ = self.daemon.ask("POST", "/peers", {"id": peer, "ip": "127.0.0.1"})
            except OSError:
                return  # killed
            if status != 201:
                return
            with self.enough:
                self.acknowledged.append("0x" + peer)
                self.enough.notify_all()

    def wait_for(self, more):
        with self.enough:
            count = len(self.acknowledged) + more
            if not self.enough.wait_for(lambda: len(self.acknowledged) >= count, timeout=60):
                raise AssertionError(f"only {len(self.acknowledged)} registrations were acknowledged")
            return list(self.acknowledged)

    def end(self):
        self.ending = True
        self.thread.join(timeout=60)


class BackupTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.state, self.copies = self.folder / "state", self.folder / "copies"

    def begin(self, registry, **settings):
        self.daemon = Daemon(WAYMARKD, self.folder / "node.properties", **{
            "waymark__plugins": f"{registry}, discv4, http-api", "waymark__state_dir": self.state,
            "waymark__log__format": "json", "node__external_ip": "127.0.0.1", "discv4__listen": "127.0.0.1:0",
            "http_api__listen": "127.0.0.1:0", "http_api__socket": self.folder / "socket", **settings})
        # An agent keeps passphrases in a folder of its own, which has to have a short name for its socket.
        agent = tempfile.TemporaryDirectory()
        self.addCleanup(agent.cleanup)
        home = f"--homedir {agent.name}"
        self.addCleanup(subprocess.run, ["gpgconf", "--homedir", agent.name, "--kill", "all"], timeout=60)
        self.shell = Shell({"gpg --": f"gpg {home} --batch --pinentry-mode loopback --passphrase of-the-test --",
                            "chown waymark:waymark": 'chown "$(id -u):$(id -g)"', "/var/lib/waymark": self.state, "/var/backups/waymark": self.copies,
                            "/run/waymark/waymark.sock": self.folder / "socket", "-o waymark -g waymark ": "",
                            "waymark status": f"waymark status --url unix:{self.folder}/socket"},
                           {"stop": self.stop, "start": self.daemon.start}, PROGRAMS)
        self.daemon.start()
        self.addCleanup(lambda: self.daemon.process and self.daemon.end(signal.SIGKILL))
        self.secret = (self.state / "node.key").read_text().strip()
        self.shell.run(BLOCKS["The node key, once"])

    def stop(self):
        if self.daemon.process:
            self.daemon.stop()

    def identity(self):
        return json.loads(self.daemon.get("/"))["peer_id"]

    def seq(self):
        """Of the node's record."""
        decoded = subprocess.run([f"{PROGRAMS}/waymark", "enr", "decode", "--json", self.daemon.get("/enr").strip()],
                                 check=True, text=True, stdout=subprocess.PIPE, timeout=60).stdout
        return int(json.loads(decoded)["seq"])

    def registered(self):
        return {peer["id"] for peer in json.loads(self.daemon.get("/peers"))}

    def back_up_under_way(self, section):
        """(what was acknowledged before the backup, how many peers the copy says it has, all that were ever sent)."""
        registering = Registering(self.daemon)
        try:
            before = registering.wait_for(200)
            told = self.shell.run(BLOCKS[section])
            registering.wait_for(50)
        finally:
            registering.end()
        # The key is not among what is copied each day, and nowhere in the clear.
        for file in (path for path in self.folder.rglob("*") if path.is_file() and self.state not in path.parents):
            self.assertNotIn(self.secret.encode(), file.read_bytes(), file)
        return before, int(re.search(r"^claims\s+(\d+)$", told, re.MULTILINE).group(1)), registering.acknowledged

    def restore_and_look(self, before, copied, everything, identity, seq):
        self.shell.run(BLOCKS["Restore"])
        self.assertEqual(identity, self.identity())
        self.assertGreaterEqual(self.seq(), seq)
        # One client registered them one after the other: what one moment has is a beginning of that.
        self.assertGreaterEqual(copied, len(before))
        self.assertLess(copied, len(everything))
        self.assertEqual(set(everything[:copied]), self.registered())
        status, _ = self.daemon.ask("POST", "/peers", {"id": everything[-1], "ip": "127.0.0.1"})
        self.assertEqual(201, status)
        self.stop()

    def test_a_lost_state_directory_comes_back(self):
        self.begin("registry-sqlite")
        identity, seq = self.identity(), self.seq()
        was = self.back_up_under_way("Back up")
        self.daemon.end(signal.SIGKILL)
        shutil.rmtree(self.state)
        self.state.mkdir(mode=0o700)
        self.restore_and_look(*was, identity, seq)

    def test_a_damaged_database_whose_log_is_there_still(self):
        self.begin("registry-sqlite")
        identity, seq = self.identity(), self.seq()
        was = self.back_up_under_way("Back up")
        self.daemon.end(signal.SIGKILL)
        self.assertGreater((self.state / "registry.db-wal").stat().st_size, 0)
        (self.state / "registry.db").write_bytes(b"damaged" * 1000)
        self.restore_and_look(*was, identity, seq)

    def test_a_copy_of_the_file_alone_is_no_backup(self):
        """Why the page says so: what was acknowledged is in the log."""
        self.begin("registry-sqlite")
        registering = Registering(self.daemon)
        try:
            acknowledged = registering.wait_for(20)
        finally:
            registering.end()
        alone = self.folder / "alone.db"
        shutil.copy(self.state / "registry.db", alone)
        told = subprocess.run(["sqlite3", str(alone), "SELECT count(*) FROM claims"], text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertFalse(told.returncode == 0 and int(told.stdout) >= len(acknowledged), told.stdout)

    def test_a_snapshot_comes_back(self):
        self.begin("registry-memory", registry_memory__snapshot=self.state / "peers.snapshot")
        identity, seq = self.identity(), self.seq()
        was = self.back_up_under_way("registry-memory")
        self.daemon.end(signal.SIGKILL)
        shutil.rmtree(self.state)
        self.state.mkdir(mode=0o700)
        self.shell.replaced = {"registry.db": "peers.snapshot", **self.shell.replaced}
        self.restore_and_look(*was, identity, seq)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
