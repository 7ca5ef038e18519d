// Prism between a client and Waymark: it answers with an error of its own whenever what passes breaks the description.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from './deadline.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A port that was free a moment ago: Prism cannot pick one by itself. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Prism {
  #child;

  /** `requests`: whether requests are held to the description, too. */
  static async start(description, upstream, { requests }) {
    const prism = new Prism();
    const port = await freePort();
    const program = fileURLToPath(new URL('node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url));
    prism.#child = spawn(
      process.execPath,
      [program, 'proxy', description, upstream, '--errors', '--port', port, `--validate-request=${requests}`, '--cors=false'],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NO_COLOR: '1' } },
    );
    running.add(prism.#child);
    prism.url = `http://127.0.0.1:${port}`;
    const listening = new Promise((resolve, reject) => {
      prism.#child.once('close', () => reject(new Error('prism ended')));
      createInterface({ input: prism.#child.stdout }).on('line', (line) => {
        if (line.includes('Prism is listening')) {
          resolve();
        } else if (/error|fatal/i.test(line)) {
          console.error(`prism: ${line}`);
        }
      });
    });
    await within('prism listens', listening, 60_000);
    return prism;
  }

  stop() {
    this.#child.kill('SIGKILL');
    running.delete(this.#child);
  }
}
