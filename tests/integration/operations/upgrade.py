#!/usr/bin/env python3
"""Goes back to an older version, and upgrades several nodes, as docs/operations/upgrade.md says.

usage: upgrade.py WAYMARKD FOLDER-OF-WAYMARK

There is one version here: what a newer one would have left is a database whose schema has a higher number.
"""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from guide import Daemon, Shell, all_blocks, peer_ids  # noqa: E402

WAYMARKD, PROGRAMS = sys.argv[1:3]
BLOCKS = all_blocks("upgrade.md", "sh")
NEWER = 1000


class BackTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.state, self.database = self.folder / "state", self.folder / "state" / "registry.db"
        self.daemon = Daemon(WAYMARKD, self.folder / "waymark.properties", **{
            "waymark__plugins": "registry-sqlite, discv4, http-api", "waymark__state_dir": self.state,
            "waymark__log__format": "json", "node__external_ip": "127.0.0.1", "discv4__listen": "127.0.0.1:0",
            "http_api__listen": "127.0.0.1:0", "http_api__socket": self.folder / "socket"})
        newer = self.folder / "newer"
        newer.write_text(f"#!/bin/sh\nsqlite3 {self.database} 'PRAGMA user_version = {NEWER}'\n")
        newer.chmod(0o755)
        self.shell = Shell({"/var/lib/waymark": self.state, "/etc/waymark": self.folder, "-o waymark -g waymark ": "",
                            "apt-get install -y --allow-downgrades ./*.deb": newer, "waymarkd --config": f"{WAYMARKD} --config",
                            "waymark status": f"waymark status --url unix:{self.folder}/socket"},
                           {"stop": self.stop, "start": self.daemon.start}, PROGRAMS)
        self.daemon.start()
        self.addCleanup(lambda: self.daemon.process and self.daemon.end(signal.SIGKILL))
        self.ids = peer_ids()

    def stop(self):
        if self.daemon.process:
            self.daemon.stop()

    def register(self):
        peer = next(self.ids)
        status, _ = self.daemon.ask("POST", "/peers", {"id": peer, "ip": "127.0.0.1"})
        self.assertEqual(201, status)
        return "0x" + peer

    def known(self):
        return (self.daemon.get("/enode").split("@")[0], {peer["id"] for peer in json.loads(self.daemon.get("/peers"))})

    def schema(self):
        database = sqlite3.connect(self.database)
        try:
            return database.execute("PRAGMA user_version").fetchone()[0]
        finally:
            database.close()

    def test_with_what_the_new_version_exports(self):
        peers = {self.register(), self.register()}
        before = self.known()
        self.assertEqual(peers, before[1])
        self.shell.run(BLOCKS["Back to the version before"][0])
        self.assertEqual(before, self.known())
        self.stop()
        self.assertLess(self.schema(), NEWER)

    def test_with_the_copy_from_before(self):
        self.register()
        before = self.known()
        self.stop()
        copy = self.state / "registry.db.v2-backup"
        copy.write_bytes(self.database.read_bytes())
        self.daemon.start()
        self.register()
        self.stop()
        subprocess.run([self.folder / "newer"], check=True, timeout=60)
        self.assertEqual(NEWER, self.schema())
        with self.assertRaisesRegex(AssertionError, "ended with 78"):
            self.daemon.start()
        self.daemon.process.stderr.close()
        self.daemon.process = None
        self.shell.run(BLOCKS["Back to the version before"][1])
        self.assertEqual(before, self.known())


class SeveralTest(unittest.TestCase):
    """The loop over nodes, with an ssh that goes nowhere: each host is a folder."""

    TOOLS = {"ssh": 'host=$1; shift; cd "$HOSTS/$host" && echo "$host: $*" >>"$HOSTS/log" && exec sh -c "$*"',
             "scp": 'for to; do :; done; cp -- "$1" "${to#*:}"', "sudo": 'exec "$@"', "sleep": "exit 0",
             # Nobody answers dpkg's question about a configuration: it fails where it is not told what to keep.
             "apt-get": 'case " $* " in *" -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "*) ;;'
                        ' *) exit 100 ;; esac; shift 6; for deb; do grep -q new "$deb" || exit 100; done; cp -- "$@" .',
             "waymark": 'echo once >>tries; [ "$(wc -l <tries)" -ge 3 ] && [ ! -e sick ]'}

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        for name, text in self.TOOLS.items():
            tool = self.folder / "bin" / name
            tool.parent.mkdir(exist_ok=True)
            tool.write_text(f"#!/bin/sh\n{text}\n")
            tool.chmod(0o755)
        for host in ("boot1", "boot2", "boot3"):
            (self.folder / host).mkdir()
            # What an earlier upgrade left in the home.
            (self.folder / host / "waymark_0_all.deb").write_text("old")
        (self.folder / "new").mkdir()
        (self.folder / "new" / "waymark_1_all.deb").write_text("new")

    def upgraded(self):
        environment = dict(os.environ, PATH=f"{self.folder}/bin:{os.environ['PATH']}", HOSTS=str(self.folder),
                           TMPDIR=str(self.folder))
        subprocess.run(["sh", "-c", BLOCKS["Several nodes"][0]], cwd=self.folder, env=environment, timeout=60)
        self.assertEqual([], list(self.folder.glob("tmp.*")))
        return [host for host in ("boot1", "boot2", "boot3") if (self.folder / host / "waymark_1_all.deb").exists()]

    def test_one_after_the_other(self):
        self.assertEqual(["boot1", "boot2", "boot3"], self.upgraded())

    def test_the_rest_stays_where_one_is_not_well(self):
        (self.folder / "boot2" / "sick").touch()
        self.assertEqual(["boot1", "boot2"], self.upgraded())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
