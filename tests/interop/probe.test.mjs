// `waymark discv4 probe` at waymarkd, which keeps every rule, and at a JavaScript node, which does not:
// node probe.test.mjs WAYMARKD REGISTRY
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { JsNode } from './js-node.mjs';
import { enodeOf } from './peers.mjs';
import { Home, Waymarkd } from './waymarkd.mjs';

const [program, registry] = process.argv.slice(2);
assert.ok(program && registry, 'usage: node probe.test.mjs WAYMARKD REGISTRY');

const limit = 120_000;
let home;
let bootnode;
let jsNode;

/** Resolves to the exit code and what it printed: a map from the id of a check to its outcome and detail. */
function probe(enode) {
  return new Promise((resolve, reject) => {
    const words = ['discv4', 'probe', '--json', enode];
    execFile(join(dirname(program), 'waymark'), words, { timeout: limit }, (error, out, said) => {
      if (error && typeof error.code !== 'number') {
        reject(error);
        return;
      }
      const checks = new Map(JSON.parse(out).map((check) => [check.check, check]));
      console.error(`--- ${enode}\n${said}${[...checks.values()].map(({ check, outcome, detail }) => `${outcome} ${check}: ${detail}`).join('\n')}`);
      resolve({ code: error?.code ?? 0, checks });
    });
  });
}

const having = (checks, wanted) => [...checks.values()].filter(({ outcome }) => outcome === wanted).map(({ check }) => check);

describe('waymark discv4 probe', { timeout: 3 * limit }, () => {
  before(async () => {
    home = new Home(registry);
    bootnode = await Waymarkd.start(program, home);
    jsNode = await JsNode.start('probed', 40101, { explores: true });
  });

  after(async () => {
    await bootnode?.kill();
    home?.remove();
    await jsNode?.close();
  });

  test('waymarkd passes in full', async () => {
    const { code, checks } = await probe(bootnode.enode);
    assert.deepEqual(having(checks, 'fail'), []);
    assert.deepEqual(having(checks, 'skip'), []);
    assert.equal(code, 0);
  });

  test('the faults of the JavaScript client are found', async () => {
    const { code, checks } = await probe(enodeOf(jsNode));
    assert.equal(code, 1);
    const failed = having(checks, 'fail');
    // It answers FINDNODE whoever asks, and has no ENR messages.
    for (const fault of ['proof.findnode-unproven', 'amplification.findnode', 'endpoint.second-ip-findnode', 'proof.enrrequest-proven']) {
      assert.ok(failed.includes(fault), `${fault} did not fail`);
    }
    // What it does right is not called a fault.
    const passed = having(checks, 'pass');
    for (const right of ['pong.ping-hash', 'pong.source', 'proof.ping-answered', 'proof.findnode-proven', 'framing.bad-hash', 'framing.eip8-items', 'liveness.ping']) {
      assert.ok(passed.includes(right), `${right} did not pass`);
    }
  });
});
