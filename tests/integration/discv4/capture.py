#!/usr/bin/env python3
"""Reads a wire capture of a real daemon with dpkt, which knows nothing of Waymark.

usage: capture.py WAYMARKD WAYMARK

Exit code 77, a skipped test, when dpkt is missing; with WAYMARK_REQUIRE_ALL_TESTS set that is a failure.
"""
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

try:
    import dpkt
except ImportError:
    required = os.environ.get("WAYMARK_REQUIRE_ALL_TESTS")
    print("capture: " + ("FAILED, as WAYMARK_REQUIRE_ALL_TESTS is set" if required else "SKIPPED") +
          ": captures were NOT read by anybody else: dpkt is missing (Debian: python3-dpkt)", file=sys.stderr)
    sys.exit(1 if required else 77)

PING, PONG = 1, 2
INBOUND, OUTBOUND = 1, 2
OPTION_COMMENT, OPTION_FLAGS = 1, 2
LINKTYPE_RAW = 101


class Packet:
    """One enhanced packet block, taken apart."""

    def __init__(self, block, seconds):
        self.seconds = seconds
        ip = dpkt.ip.IP(block.pkt_data)
        udp = ip.data
        assert isinstance(udp, dpkt.udp.UDP) and ip.v == 4 and ip.len == len(block.pkt_data)
        self.sums = ip.sum, udp.sum
        self.source = dpkt.utils.inet_to_str(ip.src), udp.sport
        self.destination = dpkt.utils.inet_to_str(ip.dst), udp.dport
        # Made anew, dpkt fills in the checksums by itself.
        ip.sum = udp.sum = 0
        again = dpkt.ip.IP(bytes(ip))
        self.right_sums = again.sum, again.data.sum
        self.type = udp.data[97]
        options = {option.code: option.data for option in block.opts}
        self.comment = options.get(OPTION_COMMENT, b"").decode()
        self.direction = int.from_bytes(options[OPTION_FLAGS], sys.byteorder) & 3


class CaptureTest(unittest.TestCase):
    daemon, utility = sys.argv[1:3]

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.config = Path(self.folder.name) / "node.properties"
        self.log = Path(self.folder.name) / "log"
        self.state = Path(self.folder.name) / "state"

    def write(self, *lines):
        self.config.write_text("\n".join((
            "waymark.plugins = registry-memory, discv4", "waymark.state-dir = state", "node.key = ephemeral",
            "discv4.listen = 127.0.0.1:0", "discv4.probe-interval = 0s") + lines) + "\n")

    def start(self):
        log = self.log.open("w")
        self.addCleanup(log.close)
        process = subprocess.Popen([self.daemon, "--config", str(self.config)], stderr=log)

        def end():
            process.kill()
            process.wait()
        self.addCleanup(end)
        self.await_event("host.ready")
        return process

    def await_event(self, event, count=1):
        deadline = time.monotonic() + 20
        while True:
            lines = [line for line in self.log.read_text().splitlines() if f" {event}" in line]
            if len(lines) >= count:
                return lines[count - 1]
            self.assertLess(time.monotonic(), deadline, self.log.read_text())
            time.sleep(0.01)

    def word(self, event, key):
        words = self.await_event(event).split()
        return next(word.split("=", 1)[1] for word in words if word.startswith(key + "="))

    def reload(self, process, count):
        process.send_signal(signal.SIGHUP)
        self.await_event("config.reloaded", count)

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(0, process.wait(20), self.log.read_text())

    def ping(self):
        subprocess.run([self.utility, "discv4", "ping", self.word("node.identity", "enode")], check=True,
                       capture_output=True, timeout=20)

    def packets(self, file):
        with file.open("rb") as stream:
            reader = dpkt.pcapng.Reader(stream)
            self.assertEqual(LINKTYPE_RAW, reader.datalink())
        with file.open("rb") as stream:
            blocks = []
            reader = dpkt.pcapng.Reader(stream)
            # The reader gives times and bytes; options are on the blocks that it makes.
            made = dpkt.pcapng.EnhancedPacketBlockLE

            class Kept(made):
                def unpack(self, data):
                    super().unpack(data)
                    blocks.append(self)
            dpkt.pcapng.EnhancedPacketBlockLE = Kept
            try:
                times = [seconds for seconds, _ in reader]
            finally:
                dpkt.pcapng.EnhancedPacketBlockLE = made
        self.assertEqual(len(times), len(blocks))
        return [Packet(block, float(seconds)) for block, seconds in zip(blocks, times)]

    def test_shows_who_said_what_to_whom(self):
        self.write("discv4.trace = trace.pcapng")
        before = time.time()
        process = self.start()
        self.ping()
        self.stop(process)
        after = time.time()
        file = self.state / "trace.pcapng"
        self.assertEqual(0o600, stat.S_IMODE(file.stat().st_mode))
        packets = self.packets(file)
        host, port = self.word("discv4.listening", "address").split(":")
        node = host, int(port)
        self.assertGreaterEqual(len(packets), 3)
        for packet in packets:
            self.assertIn(node, (packet.source, packet.destination))
            self.assertEqual(packet.right_sums, packet.sums)
            self.assertTrue(before - 1 <= packet.seconds <= after + 1)
            self.assertEqual(OUTBOUND if packet.source == node else INBOUND, packet.direction)
        client = packets[0].source
        shown = [(packet.direction, packet.type, packet.comment) for packet in packets[:3]]
        self.assertEqual([(INBOUND, PING, "ping"), (OUTBOUND, PING, "ping"), (OUTBOUND, PONG, "pong")], shown)
        self.assertTrue(all(client in (packet.source, packet.destination) for packet in packets[:3]))

    def test_is_turned_on_and_off_by_reload(self):
        self.write()
        process = self.start()
        self.ping()
        file = self.state / "trace.pcapng"
        self.assertFalse(file.exists())
        self.write("discv4.trace = trace.pcapng")
        self.reload(process, 1)
        self.ping()
        self.write()
        self.reload(process, 2)
        size = file.stat().st_size
        types = [packet.type for packet in self.packets(file)]
        self.assertIn(PING, types)
        self.assertIn(PONG, types)
        self.ping()
        self.stop(process)
        self.assertEqual(size, file.stat().st_size)

    def test_refuses_to_replace_what_is_no_capture(self):
        self.state.mkdir(mode=0o700)
        letter = self.state / "trace.pcapng"
        letter.write_text("somebody's letter")
        self.write("discv4.trace = trace.pcapng")
        refused = subprocess.run([self.daemon, "--config", str(self.config)], stderr=subprocess.PIPE, text=True,
                                 timeout=20, check=False)
        self.assertEqual(78, refused.returncode)
        self.assertIn("discv4.trace: ", refused.stderr)
        self.assertIn("no pcapng capture", refused.stderr)
        self.write()
        process = self.start()
        self.write("discv4.trace = trace.pcapng")
        process.send_signal(signal.SIGHUP)
        self.await_event("config.reload_refused")
        self.stop(process)
        self.assertEqual("somebody's letter", letter.read_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
