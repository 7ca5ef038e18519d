// The HTTP API and what docs/openapi.yaml says of it: node api.test.mjs WAYMARKD REGISTRY
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { patience } from './deadline.mjs';
import { enodeOf, enrOf, registrations, testPeers } from './peers.mjs';
import { Prism } from './prism.mjs';
import { Home, Waymarkd } from './waymarkd.mjs';

const [program, registry] = process.argv.slice(2);
assert.ok(program && registry, 'usage: node api.test.mjs WAYMARKD REGISTRY');

const [peer, other, third] = testPeers(3);
const run = promisify(execFile);
const json = { 'Content-Type': 'application/json' };
const tried = new Set();
let home;
let daemon;
let description;
let strict;
let lenient;

async function ask(base, method, path, { body, headers } = {}) {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${base}${path}`, {
    method,
    body: text,
    headers: headers ?? (text === undefined ? {} : json),
    signal: AbortSignal.timeout(patience),
  });
}

/** Asks through Prism, whose own answers have another type than any of Waymark's. */
async function through(prism, status, method, path, options) {
  const answer = await ask(prism.url, method, path, options);
  const text = await answer.text();
  assert.notEqual(answer.headers.get('content-type'), 'application/problem+json', `${method} ${path}: ${text}`);
  assert.equal(answer.status, status, `${method} ${path}: ${text}`);
  tried.add(`${method.toLowerCase()} ${answer.status} ${pattern(path)}`);
  return { answer, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
}

/** What follows the description. */
const good = (status, method, path, options) => through(strict, status, method, path, options);
/** What does not, and must be answered as it says. */
const bad = (status, method, path, options) => through(lenient, status, method, path, options);

/** What Prism cannot pass on, because it reads JSON itself. */
async function direct(status, method, path, options) {
  const answer = await ask(daemon.url, method, path, options);
  const { error } = await answer.json();
  assert.deepEqual([answer.status, typeof error], [status, 'string'], `${method} ${path}: ${error}`);
}

const pattern = (path) => path.replace(/[?].*/, '').replace(/^\/peers\/[^/]+/, '/peers/{id}');

describe(`the API of waymarkd with ${registry}`, { timeout: 150_000 }, () => {
  before(async () => {
    const settings = ['http-api.chain-id = 560048', 'http-api.sign-documents = true'];
    home = new Home(registry, settings);
    if (registry === 'registry-memory') {
      home.add(`registry-memory.snapshot = ${join(home.path, 'snapshot')}`);
    }
    daemon = await Waymarkd.start(program, home);
    description = join(home.path, 'openapi.yaml');
    writeFileSync(description, await (await ask(daemon.url, 'GET', '/openapi.yaml')).text());
    [strict, lenient] = await Promise.all(
      [true, false].map((requests) => Prism.start(description, daemon.url, { requests })));
  });

  after(async () => {
    strict?.stop();
    lenient?.stop();
    await daemon?.kill();
    home?.remove();
  });

  test('its description is valid', async () => {
    const redocly = fileURLToPath(new URL('node_modules/@redocly/cli/bin/cli.js', import.meta.url));
    const environment = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    await run(process.execPath, [redocly, 'lint', '--extends=recommended', '--max-problems=100', description],
      { env: environment });
  });

  test('registers, shows, pages, renews and removes peers', async () => {
    const labels = { name: 'validator-1', nodeType: 'bootnode' };
    await good(201, 'POST', '/peers', { body: { ...registrations.enr(peer), ttl: 600, labels } });
    await good(201, 'POST', '/peers', { body: registrations.secret_key(other) });
    await good(201, 'POST', '/peers', { body: registrations.enode(other) });
    await good(201, 'POST', '/peers', { body: registrations.id(third) });
    const { answer, body } = await good(200, 'GET', '/peers?limit=1');
    assert.equal(body.length, 1);
    const next = answer.headers.get('link').match(/^<(.*)>; rel="next"$/)[1];
    await good(200, 'GET', next);
    assert.equal((await good(200, 'GET', '/peers?label.name=validator-1')).body[0].id, peer.id);
    await good(200, 'GET', `/peers/${peer.id}`);
    await good(200, 'PUT', `/peers/${peer.id}/lease`);
    await good(200, 'PUT', `/peers/${peer.id}/lease`, { body: { ttl: 60 } });
    const revision = answer.headers.get('waymark-revision');
    await good(200, 'GET', `/peers?wait=10ms&revision=${revision}`);
    await good(200, 'DELETE', `/peers/${third.id}`);
    await bad(404, 'DELETE', `/peers/${third.id}`);
    await bad(404, 'GET', `/peers/${third.id}`);
    await bad(404, 'PUT', `/peers/${third.id}/lease`);
    await bad(409, 'POST', '/peers', { body: { enr: enrOf(peer, 0) } });
  });

  test('registers many at once', async () => {
    const items = [registrations.id(third), { ...registrations.id(other), ttl: -1 }, 7, registrations.enode(third)];
    const { body } = await good(200, 'POST', '/peers:batch', { body: items });
    assert.deepEqual(body.results.map(({ status }) => status), [201, 422, 422, 201]);
    await bad(400, 'POST', '/peers:batch', { body: '{}' });
    await bad(415, 'POST', '/peers:batch', { body: '[]', headers: { 'Content-Type': 'text/plain' } });
  });

  test('says what is wrong as it is described', async () => {
    await direct(400, 'POST', '/peers', { body: '{' });
    await bad(400, 'POST', '/peers', { body: { ...registrations.id(other), ...registrations.enode(other) } });
    await direct(413, 'POST', '/peers', { body: ' '.repeat(70_000) });
    await bad(415, 'POST', '/peers', { body: '{}', headers: { 'Content-Type': 'text/plain' } });
    await bad(422, 'POST', '/peers', { body: { ...registrations.id(other), tcp_port: 0 } });
    await bad(422, 'POST', '/peers', { body: { ...registrations.id(other), labels: { a: 1 } } });
    await bad(422, 'PUT', `/peers/${peer.id}/lease`, { body: { ttl: -1 } });
    await bad(400, 'PUT', '/peers/abc/lease');
    await bad(400, 'GET', '/peers/abc');
    await bad(400, 'DELETE', '/peers/abc');
    await bad(400, 'GET', '/peers?limit=0');
    await bad(410, 'GET', '/peers?wait=1s&revision=00000000000000aa-0');
    await bad(410, 'GET', '/events?revision=00000000000000aa-0');
    await bad(400, 'GET', '/events?revision=x');
  });

  test('serves every document', async () => {
    for (const path of ['/bootstrap', '/enode', '/enr', '/bootnodes.json', '/static-nodes.json', '/peers.json',
      '/peers.txt', '/peer_count', '/openapi.yaml']) {
      const { answer } = await good(200, 'GET', path);
      await good(304, 'GET', path, { headers: { 'If-None-Match': answer.headers.get('etag') } });
    }
    const { body } = await good(200, 'GET', '/static-nodes.json');
    assert.ok(body.includes(enodeOf(other)));
    for (const path of ['/', '/health', '/livez', '/readyz', '/metrics', '/discovered']) {
      await good(200, 'GET', path);
    }
    if (registry === 'registry-memory') {
      await good(200, 'POST', '/registry/snapshot');
    }
  });

  test('every operation of the description was tried', async () => {
    // Prism waits for the end of an answer before it passes it on, and a stream has none: EventsTest follows it.
    const untried = [];
    for (const [path, item] of Object.entries(parse(await (await ask(daemon.url, 'GET', '/openapi.yaml')).text()).paths)) {
      for (const method of Object.keys(item).filter((key) => key !== 'parameters')) {
        const worked = [200, 201].some((status) => tried.has(`${method} ${status} ${path}`));
        if (!worked && `${method} ${path}` !== 'get /events') {
          untried.push(`${method} ${path}`);
        }
      }
    }
    assert.deepEqual(untried, []);
  });
});
