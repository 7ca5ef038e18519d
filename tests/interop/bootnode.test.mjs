// Waymark as a JavaScript node sees it: node bootnode.test.mjs WAYMARKD REGISTRY
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from './deadline.mjs';
import { JsNode } from './js-node.mjs';
import { distance, jsonOf, registeredJsonOf, registrations, testPeers } from './peers.mjs';
import { Home, Waymarkd } from './waymarkd.mjs';

const [program, registry] = process.argv.slice(2);
assert.ok(program && registry, 'usage: node bootnode.test.mjs WAYMARKD REGISTRY');

const peers = testPeers(20);
const endpointOf = ({ ip, tcp, udp }) => ({ ip, tcp, udp });
const nodes = [];
let home;
let bootnode;
let asker;

async function startNode(name, tcp, options) {
  const node = await JsNode.start(name, tcp, options);
  nodes.push(node);
  return node;
}

async function register(peer, credential) {
  const { status, body } = await bootnode.post('/peers', registrations[credential](peer));
  // What discovery knows of the peer already, and the revision, are as they happen to be.
  const { liveness, last_pong, rtt_ms, revision, ...lasting } = body;
  assert.deepEqual({ status, lasting }, { status: 201, lasting: registeredJsonOf(peer, credential) }, `registered by ${credential}`);
  assert.ok(['pending', 'live', null].includes(liveness), `liveness ${liveness}, ${last_pong}, ${rtt_ms} ms`);
  assert.match(revision, /^[0-9a-f]{16}-\d+$/);
}

const isDiscovered = (node) =>
  eventually(`GET /discovered lists ${node.name}`, async () => {
    const { body } = await bootnode.get('/discovered');
    assert.deepEqual(body.find(({ id }) => id === node.id), jsonOf(node));
  });

/** Asking for each peer's own id finds it where it was registered, and none was left out for a farther one. */
async function eachIsFound(expected) {
  for (const peer of expected) {
    await eventually(`${peer.id} is among the neighbours of itself`, async () => {
      const found = await asker.findNode(bootnode, peer.id);
      assert.deepEqual(found.get(peer.id), endpointOf(peer));
      const farthest = [...found.keys()].map((id) => distance(id, peer.id)).sort().at(-1);
      const overlooked = expected.filter(({ id }) => !found.has(id) && distance(id, peer.id) < farthest);
      assert.deepEqual(overlooked, []);
    });
  }
}

// A step that follows one that failed says little, but each ends by its own deadline.
describe(`waymarkd with ${registry} and a JavaScript node`, { timeout: 150_000 }, () => {
  before(async () => {
    home = new Home(registry);
    bootnode = await Waymarkd.start(program, home);
  });

  after(async () => {
    await bootnode?.kill();
    home?.remove();
    await Promise.all(nodes.map((node) => node.close()));
  });

  test('they bond in both directions', async () => {
    // The client writes ports in two bytes: 80 comes with a leading zero.
    asker = await startNode('asker', 80);
    await asker.bond(bootnode);
    const { data: pong } = await asker.packet('pong', bootnode);
    assert.deepEqual([pong.to.address, pong.to.udpPort], [asker.ip, asker.udp]);
    const { data: ping } = await asker.packet('ping', bootnode);
    assert.deepEqual([ping.from.address, ping.from.udpPort], [bootnode.ip, bootnode.port]);
    assert.deepEqual([ping.to.address, ping.to.udpPort], [asker.ip, asker.udp]);
    await isDiscovered(asker);
  });

  test('the FINDNODE that a node sends as soon as it has its PONG is answered', async () => {
    const node = await startNode('hasty', 40001, { explores: true });
    await node.bond(bootnode);
    await node.packet('neighbours', bootnode);
  });

  test('nodes find each other through the bootnode', async () => {
    const friends = [];
    for (const [index, name] of ['first', 'second', 'third'].entries()) {
      const node = await startNode(name, 41001 + index, { explores: true });
      await node.bond(bootnode);
      await isDiscovered(node);
      friends.push(node);
    }
    for (const node of friends) {
      for (const other of friends.filter((each) => each !== node)) {
        await eventually(`${node.name} knows ${other.name}`, () => assert.ok(node.knows(other)));
      }
    }
  });

  test('each registered peer is found by asking for its id, whatever credential registered it', async () => {
    const credentials = Object.keys(registrations);
    for (const [index, peer] of peers.entries()) {
      await register(peer, credentials[index % credentials.length]);
    }
    const { body } = await bootnode.get('/');
    assert.equal(body.registered_peers, peers.length);
    await eachIsFound(peers);
  });

  test('a peer that registers again is found at its new address', async () => {
    Object.assign(peers[0], { ip: '127.0.2.1', tcp: 45001, udp: 45002 });
    await register(peers[0], 'secret_key');
    await eachIsFound(peers.slice(0, 1));
  });

  test('a removed peer is gone', async () => {
    const removed = peers.shift();
    const answer = await bootnode.delete(`/peers/${removed.id}`);
    assert.deepEqual(answer, { status: 200, body: { removed: true } });
    assert.equal((await bootnode.get(`/peers/${removed.id}`)).status, 404);
    await eventually(`${removed.id} is no neighbour`, async () => {
      const found = await asker.findNode(bootnode, removed.id);
      assert.ok(!found.has(removed.id));
    });
    await eachIsFound(peers);
  });

  const forgets = registry === 'registry-memory' && 'this registry lives in memory';
  test('what was registered outlives kill -9', { skip: forgets }, async () => {
    const { id } = bootnode;
    Object.assign(peers[0], { ip: '127.0.2.2', tcp: 45003, udp: 45003 });
    await register(peers[0], 'id');
    await bootnode.kill();
    bootnode = await Waymarkd.start(program, home);
    assert.equal(bootnode.id, id);
    const { body } = await bootnode.get('/');
    assert.equal(body.registered_peers, peers.length);
    asker = await startNode('late asker', 42001);
    await asker.bond(bootnode);
    await eachIsFound(peers);
  });

  test('it sent nothing that the client cannot read, and stops when told', async () => {
    for (const node of nodes) {
      assert.deepEqual(node.undecodable, [], node.name);
    }
    assert.deepEqual(await bootnode.stop(), { code: 0, signal: null });
  });
});
