"""What the tests of docs/operations/ have in common: the commands of a page, and a real daemon to try them on."""
import http.client
import json
import os
import queue
import re
import signal
import subprocess
import threading
from pathlib import Path

DOCS = Path(__file__).resolve().parents[3] / "docs" / "operations"


def all_blocks(page, language):
    """section -> texts of the blocks of code in that language below its heading."""
    found = {}
    for section in re.split(r"^#{2,3} ", (DOCS / page).read_text(), flags=re.MULTILINE)[1:]:
        found[section.split("\n", 1)[0]] = re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return found


def blocks(page, language):
    """section -> text of the first block of code in that language below its heading."""
    return {section: texts[0] for section, texts in all_blocks(page, language).items() if texts}


def peer_ids():
    """Public keys 3G, 4G, 5G... of secp256k1, as 128 hex digits: ids that a registry takes."""
    prime = 2**256 - 2**32 - 977
    base = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
            0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)

    def add(p, q):
        slope = (3 * p[0] * p[0] * pow(2 * p[1], -1, prime) if p == q else
                 (q[1] - p[1]) * pow(q[0] - p[0], -1, prime))
        x = (slope * slope - p[0] - q[0]) % prime
        return x, (slope * (p[0] - x) - p[1]) % prime

    point = add(base, base)
    while True:
        point = add(point, base)
        yield "%064x%064x" % point


class Daemon:
    """A waymarkd that is started, stopped, killed and asked; its state outlives it."""

    def __init__(self, program, config, **settings):
        self.program, self.config = program, Path(config)
        self.config.write_text("".join(f"{key.replace('__', '.').replace('_', '-')} = {value}\n"
                                       for key, value in settings.items()))
        self.process = self.port = self.reader = None
        self.reloads = queue.Queue()

    def start(self):
        self.process = subprocess.Popen([self.program, "--config", str(self.config)], stderr=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, text=True)
        log = []
        for line in self.process.stderr:
            log.append(line)
            event = json.loads(line)
            url = event.get("url", "")
            if url.startswith("http"):
                self.port = int(url.rsplit(":", 1)[1])
            if event["event"] == "host.ready":
                # A pipe that nobody reads would stop the daemon when it is full.
                self.reader = threading.Thread(target=self.drain, args=(self.process.stderr,))
                self.reader.start()
                return
        raise AssertionError(f"the daemon ended with {self.process.wait()}:\n" + "".join(log))

    def end(self, number):
        """Ends it by a signal; its exit code, negative where the signal was what ended it."""
        self.process.send_signal(number)
        process, self.process = self.process, None
        status = process.wait(timeout=60)
        self.reader.join(timeout=60)
        return status

    def reload(self, refused=False):
        """Has it read its configuration again; the event that ended that, which must be the expected one."""
        self.process.send_signal(signal.SIGHUP)
        event = self.reloads.get(timeout=60)
        assert (event == "config.reload_refused") == refused, event
        return event

    def drain(self, stream):
        with stream:
            for line in stream:
                event = json.loads(line)["event"]
                if event in ("config.reloaded", "config.reload_refused"):
                    self.reloads.put(event)

    def stop(self):
        status = self.end(signal.SIGTERM)
        assert status == 0, f"the daemon ended with {status}"

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def get(self, path):
        status, body = self.ask("GET", path)
        assert status == 200, (path, status, body)
        return body


class Shell:
    """Runs the commands of a block one by one, with the paths of a page changed to those of the test."""

    def __init__(self, replaced, services, programs):
        self.replaced, self.services = replaced, services
        self.environment = dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}")
        self.environment.pop("WAYMARK_TOKEN_FILE", None)

    def run(self, block):
        """The last command's output; `systemctl VERB waymarkd` is what services[VERB] does."""
        output = ""
        for command in block.splitlines():
            service = re.fullmatch(r"systemctl (\w+) waymarkd", command)
            if service:
                self.services[service.group(1)]()
                continue
            for old, new in self.replaced.items():
                command = command.replace(old, str(new))
            # The mask is the shell's own: it would end with the command.
            done = subprocess.run(["sh", "-c", "umask 077; " + command], env=self.environment, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
            assert done.returncode == 0, f"{command}\n{done.stdout}"
            output = done.stdout
        return output
