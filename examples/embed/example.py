"""A test in Python that starts a real bootnode through ctypes: it registers a peer, freezes the node and thaws it.

    WAYMARK_EMBED=/usr/lib/libwaymark-embed.so.1 python3 -m unittest example.py

Nothing but Python's standard library and an installed Waymark testkit is needed.
"""
import ctypes
import json
import os
import unittest
import urllib.error
import urllib.request


class Bootnode:
    """One node; `with Bootnode({"discv4.lookup-interval": "1s"}) as node` stops it at the end."""

    _library = None

    @classmethod
    def library(cls):
        if cls._library is None:
            file = os.environ.get("WAYMARK_EMBED", "libwaymark-embed.so.1")
            try:
                cls._library = ctypes.CDLL(file)
            except OSError as error:
                raise RuntimeError(f"{error}: set WAYMARK_EMBED to the file in the lib folder that Waymark's "
                                   "testkit was installed to") from error
            for name in ("enode", "enr", "udp", "http_url", "folder"):
                getattr(cls._library, "waymark_bootnode_" + name).restype = ctypes.c_char_p
            cls._library.waymark_embed_error.restype = ctypes.c_char_p
        return cls._library

    def __init__(self, properties=None):
        self._handle = ctypes.c_void_p()
        self._check(self.library().waymark_bootnode_start(self._texts(properties), ctypes.byref(self._handle)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.library().waymark_bootnode_free(self._handle)

    @staticmethod
    def _texts(properties):
        texts = [f"{key}={value}".encode() for key, value in (properties or {}).items()]
        return (ctypes.c_char_p * (len(texts) + 1))(*texts, None)

    def _check(self, result):
        if result != 0:
            raise RuntimeError(self.library().waymark_embed_error().decode())

    def do(self, verb, *arguments):
        """Calls waymark_bootnode_<verb>; a failure raises with its reason."""
        self._check(getattr(self.library(), "waymark_bootnode_" + verb)(self._handle, *arguments))

    def reload(self, properties=None):
        self.do("reload", self._texts(properties))

    def tell(self, what):
        """enode, enr, udp, http_url or folder."""
        told = getattr(self.library(), "waymark_bootnode_" + what)(self._handle)
        if told is None:
            self._check(1)
        return told.decode()

    def request(self, path, body=None, timeout=10):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.tell("http_url") + path, data,
                                         {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.code}, {error.read().decode()}") from error


class ExampleTest(unittest.TestCase):
    def test_registered_peer_is_listed(self):
        with Bootnode() as node:
            node.request("/peers", {"enode": f"enode://{GENERATOR}@10.0.0.1:30303"})
            self.assertEqual(1, node.request("/")["registered_peers"])

    def test_frozen_node_goes_on_when_it_thaws(self):
        with Bootnode() as node:
            node.do("freeze")
            with self.assertRaises(OSError):
                node.request("/", timeout=0.5)
            node.do("thaw")
            self.assertEqual(node.tell("enode"), node.request("/")["enode"])

    def test_killed_node_comes_back_as_itself(self):
        with Bootnode({"discv4.lookup-interval": "1s"}) as node:
            enode = node.tell("enode")
            node.do("kill")
            with self.assertRaisesRegex(RuntimeError, "does not run: respawn it first"):
                node.request("/")
            node.do("respawn", 0)
            self.assertEqual(enode, node.request("/")["enode"])

    def test_reload_takes_keys_with_hyphens(self):
        with Bootnode() as node:
            node.reload({"discv4.lookup-interval": "7s"})
            with self.assertRaisesRegex(RuntimeError, "discv4.lookup-interval"):
                node.reload({"discv4.lookup-interval": "soon"})

    def test_refused_request_tells_why(self):
        with Bootnode() as node:
            with self.assertRaisesRegex(RuntimeError, "/peers: 422, .*ip"):
                node.request("/peers", {"id": GENERATOR, "ip": "nowhere"})

    def test_misspelt_key_is_named(self):
        with self.assertRaisesRegex(RuntimeError, "discv4.listen"):
            Bootnode({"discv4.lisen": "127.0.0.1:0"})


# The public key of the secret key 1.
GENERATOR = ("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
             "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")

if __name__ == "__main__":
    unittest.main()
