#!/usr/bin/env python3
"""Looks at the metrics of a real daemon as Prometheus does, and at what is shipped for Prometheus and Grafana.

usage: monitoring.py WAYMARKD MONITORING-FOLDER TOOLS-FOLDER

The alerts' page, docs/operations/incidents.md, is looked for in the tree that the second one is in.

Exit code 77, a skipped test, when promtool is missing; with WAYMARK_REQUIRE_ALL_TESTS set that is a failure.
"""
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

DAEMON, FOLDER = sys.argv[1], Path(sys.argv[2])
INCIDENTS = FOLDER.parent.parent / "docs" / "operations" / "incidents.md"
PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=sys.argv[3])
if PROMTOOL is None:
    required = os.environ.get("WAYMARK_REQUIRE_ALL_TESTS")
    print("monitoring: " + ("FAILED, as WAYMARK_REQUIRE_ALL_TESTS is set" if required else "SKIPPED") +
          ": metrics and alert rules were NOT checked: promtool is missing", file=sys.stderr)
    sys.exit(1 if required else 77)

NAME = re.compile(r"\b((?:waymark|process)_[a-z0-9_]+)")
OF_PROMETHEUS_ITSELF = {"up"}


def promtool(*arguments, text=None):
    done = subprocess.run([PROMTOOL, *arguments], input=text, cwd=FOLDER, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout


class Daemon:
    """A bootnode with everything that has metrics, after some use."""

    def __init__(self, folder):
        subprocess.run(("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", "key.pem", "-out", "certificate.pem", "-days", "30", "-subj", "/CN=waymark test",
                        "-addext", "subjectAltName=IP:127.0.0.1"), cwd=folder, check=True, capture_output=True)
        self.tls = ssl.create_default_context(cafile=Path(folder) / "certificate.pem")
        config = Path(folder) / "node.properties"
        config.write_text("\n".join((
            "waymark.plugins = registry-sqlite, discv4, http-api", "waymark.state-dir = state",
            "waymark.log.format = json", "node.key = ephemeral", "discv4.listen = 127.0.0.1:0",
            "http-api.listen = 127.0.0.1:0", "http-api.tls-certificate = certificate.pem",
            "http-api.tls-key = key.pem")) + "\n")
        self.process = subprocess.Popen([DAEMON, "--config", str(config)], stderr=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, text=True)
        self.url = None
        for line in self.process.stderr:
            event = json.loads(line)
            self.url = event.get("url", self.url)
            if event["event"] == "host.ready":
                break
        assert self.url, "the daemon did not start"

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20, context=self.tls) as answer:
            return answer.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode


class MonitoringTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.daemon = Daemon(cls.folder.name)
        cls.daemon.get("/peers")
        cls.metrics = cls.daemon.get("/metrics")

    @classmethod
    def tearDownClass(cls):
        status = cls.daemon.stop()
        cls.folder.cleanup()
        assert status == 0, f"the daemon ended with {status}"

    def known(self):
        names = set(OF_PROMETHEUS_ITSELF)
        for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", self.metrics, re.MULTILINE):
            names.add(name)
            if kind == "histogram":
                names.update(name + end for end in ("_bucket", "_sum", "_count"))
        return names

    def test_metrics_are_as_prometheus_wants_them(self):
        code, text = promtool("check", "metrics", text=self.metrics)
        self.assertEqual((code, text), (0, ""))

    def test_every_metric_has_its_help(self):
        types = set(re.findall(r"^# TYPE (\S+)", self.metrics, re.MULTILINE))
        self.assertEqual(types, set(re.findall(r"^# HELP (\S+) \S", self.metrics, re.MULTILINE)))
        self.assertGreater(len(types), 30)

    def test_rules_are_right_and_do_what_they_say(self):
        for arguments in (("check", "rules", "waymark-alerts.yml"), ("test", "rules", "waymark-alerts-test.yml")):
            code, text = promtool(*arguments)
            self.assertEqual(code, 0, text)

    def test_every_rule_is_tested(self):
        alerts = set(re.findall(r"- alert: (\w+)", (FOLDER / "waymark-alerts.yml").read_text()))
        tested = set(re.findall(r'alertname="(\w+)"', (FOLDER / "waymark-alerts-test.yml").read_text()))
        self.assertEqual(alerts, tested)

    def test_every_alert_has_its_page_and_every_page_its_alert(self):
        text = (FOLDER / "waymark-alerts.yml").read_text()
        alerts = re.findall(r"- alert: (\w+)", text)
        sections = re.split(r"^## ", INCIDENTS.read_text(), flags=re.MULTILINE)[1:]
        self.assertEqual(sorted(alerts), sorted(section.split("\n", 1)[0] for section in sections))
        self.assertEqual([f"docs/operations/incidents.md#{alert.lower()}" for alert in alerts],
                         re.findall(r"^ +runbook: (\S+)$", text, re.MULTILINE))
        for section in sections:
            words = [word for word in ("**Means.**", "**Users notice**", "**Look at**", "**Afterwards.**")
                     if word not in section]
            self.assertEqual(words, [], "is not in the section " + section.split("\n", 1)[0])

    def test_pages_name_metrics_and_settings_that_exist(self):
        text = INCIDENTS.read_text()
        metrics = set(NAME.findall(text))
        self.assertGreater(len(metrics), 5)
        self.assertLessEqual(metrics, self.known())
        schema = json.loads(subprocess.run((DAEMON, "--print-config=json-schema"), check=True, stdout=subprocess.PIPE,
                                           timeout=60).stdout)
        settings = set(re.findall(r"`((?:discv4|http-api|registry-sqlite|registry-memory)\.[a-z-]+)\b", text))
        self.assertGreater(len(settings), 10)
        self.assertLessEqual(settings, set(schema["properties"]))

    def test_rules_and_panels_ask_for_metrics_that_exist(self):
        dashboard = json.loads((FOLDER / "waymark-dashboard.json").read_text())
        asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
        self.assertGreater(len(asked), 20)
        asked += re.findall(r"expr: .*(?:\n {10}.*)*", (FOLDER / "waymark-alerts.yml").read_text())
        for expression in asked:
            self.assertLessEqual(set(NAME.findall(expression)), self.known(), expression)

    def test_panels_do_not_lie_upon_each_other(self):
        taken = set()
        for panel in json.loads((FOLDER / "waymark-dashboard.json").read_text())["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            self.assertFalse(cells & taken, panel["title"])
            taken |= cells


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
