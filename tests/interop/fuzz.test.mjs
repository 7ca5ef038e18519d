// Ten thousand requests that nearly follow docs/openapi.yaml: node fuzz.test.mjs WAYMARKD REGISTRY [SEED [COUNT]]
// Nothing may be answered with 5xx, hang or leak, and every error has its shape. A seed repeats a run's requests.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { request as send, Agent } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { eventually, within } from './deadline.mjs';
import { registrations, testPeers } from './peers.mjs';
import { Home, Waymarkd } from './waymarkd.mjs';

const [program, registry, seedText = '1', countText = '10000'] = process.argv.slice(2);
assert.ok(program && registry, 'usage: node fuzz.test.mjs WAYMARKD REGISTRY [SEED [COUNT]]');
const requests = Number(countText);
const atATime = 16;
const limit = 30_000;

/** Numbers that a seed repeats (xorshift32). */
class Dice {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0 || 1;
  }

  below(bound) {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  oneIn(count) {
    return this.below(count) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

const dice = new Dice(Number(seedText));
const peers = testPeers(50);
const odd = ['', ' ', '\u0000', '\u2028', '"', '\\', '<script>', '../..', '%00', '%', '%zz', '\ud800', '😀', 'é'.repeat(300),
  'a'.repeat(9000), '0', '-1', '1e309', 'NaN', 'null', 'true', '0x', '127.0.0.1', '::1', '0.0.0.0', '::ffff:10.0.0.1',
  '10.0.0.1', 'enode://', 'enr:', 'enr:-', '{}', '[]', 'addr:x', 'ed25519:00'];
const numbers = [0, -1, 1, 1.5, 65535, 65536, 2 ** 31, 2 ** 53, 1e308, -1e308, 316224000, 316224001];

/** A value of a schema, or nearly. */
function value(schema, document, depth = 0) {
  if (dice.oneIn(8) || depth > 6) {
    return anything(depth);
  }
  if (schema.$ref) {
    return value(schema.$ref.split('/').slice(1).reduce((at, key) => at[key], document), document, depth + 1);
  }
  if (schema.enum || schema.const !== undefined) {
    return dice.pick(schema.enum ?? [schema.const]);
  }
  if (schema.oneOf) {
    const { oneOf, ...base } = schema;
    const chosen = value(dice.pick(oneOf), document, depth + 1);
    const rest = base.properties ? value(base, document, depth + 1) : {};
    return typeof chosen === 'object' && typeof rest === 'object' ? { ...rest, ...chosen } : chosen;
  }
  switch ([schema.type].flat()[0]) {
    case 'integer':
    case 'number':
      return dice.oneIn(3) ? dice.pick(numbers) : (schema.minimum ?? 0) + dice.below(Math.min(1000, schema.maximum ?? 1000));
    case 'array':
      return Array.from({ length: dice.below(5) }, () => value(schema.items ?? {}, document, depth + 1));
    case 'object':
      return object(schema, document, depth);
    case 'string':
      return dice.pick(odd);
    default:
      return dice.oneIn(2) ? registration() : anything(depth);
  }
}

function object(schema, document, depth) {
  const made = {};
  for (const [name, of] of Object.entries(schema.properties ?? {})) {
    if (schema.required?.includes(name) || dice.oneIn(2)) {
      made[name] = value(of, document, depth + 1);
    }
  }
  if (schema.additionalProperties) {
    made[dice.pick(odd)] = value(schema.additionalProperties, document, depth + 1);
  }
  return made;
}

function anything(depth) {
  switch (dice.below(depth > 6 ? 4 : 7)) {
    case 0: return null;
    case 1: return dice.oneIn(2);
    case 2: return dice.pick(numbers);
    case 3: return dice.pick(odd);
    case 4: return [anything(depth + 1)];
    case 5: return { [dice.pick(odd)]: anything(depth + 1) };
    default: return registration();
  }
}

/** One that would be taken, so that there is something to show. */
function registration() {
  const how = dice.pick(Object.keys(registrations));
  return { ...registrations[how](dice.pick(peers)), ...(dice.oneIn(3) && { ttl: 1 + dice.below(600) }),
    ...(dice.oneIn(3) && { labels: { name: dice.pick(odd) } }) };
}

/** Breaks a text somewhere. */
function broken(text) {
  const at = dice.below(text.length + 1);
  switch (dice.below(4)) {
    case 0: return text.slice(0, at);
    case 1: return text.slice(0, at) + dice.pick(odd) + text.slice(at);
    case 2: return text.slice(0, at) + text.slice(at + 1);
    default: return text + text;
  }
}

function pathOf(pattern) {
  const id = () => dice.pick([dice.pick(peers).id, dice.pick(peers).id.slice(2), dice.pick(odd), 'addr:relay']);
  return pattern.replace(/\{[^}]*\}/g, () => (dice.oneIn(3) ? id() : encodeURIComponent(id().toWellFormed?.() ?? 'x')));
}

const waits = ['0', '1ms', '20ms', 'x', '-1', '11m', ''];
const revisions = ['0000000000000000-0', '0', '', '-', 'ffffffffffffffff-18446744073709551615'];

/** Query parameters, true and odd ones. */
function queryOf(operation) {
  const pairs = [];
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in === 'query' && dice.oneIn(3)) {
      const given = { wait: waits, revision: revisions }[parameter.name] ?? [...odd, '1', '7', '10000'];
      pairs.push([parameter.name, dice.pick(given)]);
    }
  }
  if (dice.oneIn(10)) {
    pairs.push([dice.pick(odd), dice.pick(odd)]);
  }
  return pairs.map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed?.() ?? 'x')).join('=')).join('&');
}

function mutant(operations, document) {
  const { method, path, operation } = dice.pick(operations);
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  let body;
  if (schema || dice.oneIn(20)) {
    body = JSON.stringify(dice.oneIn(3) ? registration() : value(schema ?? {}, document)) ?? '';
    body = dice.oneIn(4) ? broken(body) : body;
  }
  const query = queryOf(operation);
  const headers = {};
  if (body !== undefined) {
    // By itself Node sends a body of GET without saying where it ends.
    Object.assign(headers, dice.oneIn(4) ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': Buffer.byteLength(body) });
    headers['Content-Type'] = dice.oneIn(10) ? dice.pick(['', 'text/plain', 'application/json; charset=x']) : 'application/json';
  }
  for (const [name, values] of Object.entries({
    Authorization: ['Bearer x', 'Basic eDp5', 'Bearer'], 'If-None-Match': ['*', '"x"', 'W/"', ','], Origin: ['null', 'http://a'],
    'Last-Event-ID': revisions, Expect: ['100-continue', 'x'], Range: ['bytes=0-1'], Accept: ['text/x', ''],
  })) {
    if (dice.oneIn(25)) {
      headers[name] = dice.pick(values);
    }
  }
  const odder = dice.oneIn(30) ? dice.pick(['PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'HEAD']) : method.toUpperCase();
  return { method: odder, path: encodeURI(pathOf(path).toWellFormed?.() ?? '/x').replace(/#/g, '%23') + (query && `?${query}`), headers, body };
}

/** Resolves to status, type and what came of the body; an answer that is a stream is left after its first part. */
function ask(url, agent, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const request = send({ hostname, port, agent, method, path, headers, timeout: limit }, (answer) => {
      let text = '';
      const done = () => resolve({ status: answer.statusCode, headers: answer.headers, text });
      answer.on('data', (part) => {
        text += part;
        if (answer.headers['content-type'] === 'text/event-stream') {
          request.destroy();
          done();
        }
      });
      answer.on('end', done);
      answer.on('error', (error) => (answer.headers['content-type'] === 'text/event-stream' ? done() : reject(error)));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${limit} ms`)));
    request.on('error', (error) => reject(error));
    request.end(body);
  });
}

function judge(request, answer) {
  const what = `${request.method} ${request.path} ${request.body?.slice(0, 300)} -> ${answer.status} ${answer.text.slice(0, 300)}`;
  assert.ok(answer.status < 500, what);
  if (answer.status >= 400 && request.method !== 'HEAD') {
    assert.equal(answer.headers['content-type'], 'application/json', what);
    assert.equal(typeof JSON.parse(answer.text).error, 'string', what);
  }
}

const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;
const residentKib = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

describe(`waymarkd with ${registry} under ${requests} odd requests, seed ${seedText}`, { timeout: 600_000 }, () => {
  let home;
  let daemon;
  let document;
  let operations;
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });

  before(async () => {
    home = new Home(registry, ['http-api.chain-id = 1', 'discv4.probe-interval = 0s']);
    daemon = await Waymarkd.start(program, home);
    document = parse(await (await fetch(`${daemon.url}/openapi.yaml`)).text());
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).filter(([key]) => key !== 'parameters').flatMap(([method, operation]) =>
        Array(operation.requestBody ? 5 : 1).fill({ method, path, operation }))); // there is more to get wrong in a body
  });

  after(async () => {
    agent.destroy();
    await daemon?.kill();
    home?.remove();
  });

  async function round(count) {
    const statuses = {};
    const one = async () => {
      for (; count > 0;) {
        count -= 1;
        const request = mutant(operations, document);
        const answer = await ask(daemon.url, agent, request).catch((error) => {
          // The server may refuse a request and close before it has read all of it.
          assert.match(error.code ?? error.message, /EPIPE|ECONNRESET/, `${JSON.stringify(request)}: ${error.message}`);
          return { status: 0, headers: {}, text: '' };
        });
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        if (answer.status !== 0) {
          judge(request, answer);
        }
      }
    };
    await Promise.all(Array.from({ length: atATime }, one));
    return statuses;
  }

  test('answers each, and keeps nothing of it', async () => {
    await round(Math.min(2000, requests / 5)); // what is allocated once and kept
    const before = { memory: residentKib(daemon.pid), files: descriptors(daemon.pid) };
    const statuses = await round(requests);
    console.error(`statuses: ${JSON.stringify(statuses)}`);
    for (const status of [200, 201, 400, 404, 415, 422]) {
      assert.ok(statuses[status] > requests / 500, `too few answers were ${status}: the requests are not what they should be`);
    }
    assert.ok((statuses[0] ?? 0) < requests / 50, 'too many connections were reset');
    agent.destroy();
    await eventually('connections are given back', () => assert.ok(descriptors(daemon.pid) <= before.files + 2));
    const grown = residentKib(daemon.pid) - before.memory;
    assert.ok(grown < 16 * 1024, `it has grown by ${grown} KiB`);
    const { status, body } = await daemon.get('/health');
    assert.deepEqual([status, body.status], [200, 'ok']);
    assert.deepEqual(await within('it ends', daemon.stop(), limit), { code: 0, signal: null });
  });
});
