// A waymarkd of its own for a test: its configuration, its log, its HTTP API, its end.
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { patience, within } from './deadline.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(1));
}

/** Something else than events is on standard error too when a sanitizer or the loader complains. */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

/** A state directory with a configuration on which waymarkd can be started again and again. */
export class Home {
  constructor(registry, settings = []) {
    this.path = mkdtempSync(join(tmpdir(), 'waymark-interop-'));
    this.config = join(this.path, 'waymark.properties');
    const lines = [
      `waymark.plugins = ${registry}, discv4, http-api`,
      `waymark.state-dir = ${join(this.path, 'state')}`,
      'waymark.log.format = json',
      'node.external-ip = 127.0.0.1',
      'discv4.listen = 127.0.0.1:0',
      'http-api.listen = 127.0.0.1:0',
      ...settings,
    ];
    writeFileSync(this.config, `${lines.join('\n')}\n`);
    process.once('exit', () => this.remove());
  }

  /** A further line of the configuration, before a start. */
  add(line) {
    appendFileSync(this.config, `${line}\n`);
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export class Waymarkd {
  #child;
  #exited;
  #log = [];

  /** Resolves when the daemon is ready; `id`, `ip` and `port` then say where it is found by UDP. */
  static async start(program, home) {
    const daemon = new Waymarkd(program, home);
    try {
      await daemon.#becomeReady();
    } catch (error) {
      await daemon.kill();
      throw new Error(`waymarkd did not start (${error.message}); its log is above`);
    }
    return daemon;
  }

  constructor(program, home) {
    this.#child = spawn(program, ['--config', home.config], { stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(this.#child);
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ error }));
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    }).finally(() => {
      running.delete(this.#child);
      console.error(`--- log of waymarkd\n${this.#log.join('\n')}\n---`);
    });
  }

  async #becomeReady() {
    const ended = this.#exited.then(({ code, signal, error }) => {
      throw error ?? new Error(`waymarkd ended with ${signal ?? `exit code ${code}`}`);
    });
    await within('waymarkd logs host.ready', Promise.race([this.#readLogUntilReady(), ended]));
    const { body } = await this.get('/');
    const [ip, port] = body.discovery_addr.split(':');
    Object.assign(this, { id: body.peer_id, enode: body.enode, ip, port: Number(port) });
  }

  #readLogUntilReady() {
    return new Promise((resolve) => {
      createInterface({ input: this.#child.stderr }).on('line', (line) => {
        this.#log.push(line);
        const { event, url } = parsed(line);
        if (event === 'http.listening') {
          this.url = url;
        } else if (event === 'host.ready') {
          resolve();
        }
      });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  get(path) {
    return this.#request('GET', path);
  }

  delete(path) {
    return this.#request('DELETE', path);
  }

  post(path, body) {
    return this.#request('POST', path, body);
  }

  async #request(method, path, body) {
    const response = await fetch(new URL(path, this.url), {
      method,
      signal: AbortSignal.timeout(patience),
      headers: body && { 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Ends it as a service manager does; resolves to { code, signal }. */
  async stop() {
    this.#child.kill('SIGTERM');
    try {
      return await within('waymarkd ends after SIGTERM', this.#exited);
    } finally {
      await this.kill();
    }
  }

  /** Ends it as a power cut does. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
