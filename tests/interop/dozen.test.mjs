// A bootnode and a dozen JavaScript nodes, each of which turns to the other: node dozen.test.mjs WAYMARKD REGISTRY
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from './deadline.mjs';
import { JsNode } from './js-node.mjs';
import { enodeOf, jsonOf } from './peers.mjs';
import { Home, Waymarkd } from './waymarkd.mjs';

const [program, registry] = process.argv.slice(2);
assert.ok(program && registry, 'usage: node dozen.test.mjs WAYMARKD REGISTRY');

const size = 12;
// Each asks each of its peers once in this time. The client's default is a minute; much less than this, and all of them
// in one process have more to verify than they can.
const refreshInterval = 20_000;
const limit = 60_000;
const first = [];
const dozen = [];
let home;
let bootnode;

const discovered = async () => (await bootnode.get('/discovered')).body;

async function isDiscovered(node) {
  await eventually(`GET /discovered lists ${node.name}`, async () => {
    assert.deepEqual((await discovered()).find(({ id }) => id === node.id), jsonOf(node));
  });
}

describe('waymarkd and a dozen JavaScript nodes', { timeout: 150_000 }, () => {
  before(async () => {
    // These two know nobody: they are told nothing, and only answer.
    for (const [index, name] of ['first', 'second'].entries()) {
      first.push(await JsNode.start(name, 43001 + index));
    }
    const settings = [`discv4.bootnodes = ${first.map(enodeOf).join(', ')}`, 'discv4.lookup-interval = 1s'];
    home = new Home(registry, settings);
    bootnode = await Waymarkd.start(program, home);
  });

  after(async () => {
    await bootnode?.kill();
    home?.remove();
    await Promise.all([...first, ...dozen].map((node) => node.close()));
  });

  test('it bonds with the nodes of discv4.bootnodes, and asks them', async () => {
    for (const node of first) {
      const { data: ping } = await node.packet('ping', bootnode);
      assert.deepEqual([ping.from.address, ping.from.udpPort], [bootnode.ip, bootnode.port]);
      await isDiscovered(node);
      await node.packet('findneighbours', bootnode);
    }
  });

  test('a dozen that know only it find each other, and those that it started from', async () => {
    for (let index = 0; index < size; index += 1) {
      const node = await JsNode.start(`node ${index}`, 44001 + index, { explores: true, refreshInterval });
      dozen.push(node);
      await node.bond(bootnode);
      await isDiscovered(node);
    }
    for (const node of dozen) {
      for (const other of [...first, ...dozen].filter((each) => each !== node)) {
        await eventually(`${node.name} knows ${other.name}`, () => assert.ok(node.knows(other)), limit);
      }
    }
  });

  test('it lists them all, sent nothing that they cannot read, and stops when told', async () => {
    for (const node of [...first, ...dozen]) {
      await isDiscovered(node);
      assert.deepEqual(node.undecodable, [], node.name);
    }
    assert.equal((await discovered()).length, first.length + size);
    assert.deepEqual(await bootnode.stop(), { code: 0, signal: null });
  });
});
