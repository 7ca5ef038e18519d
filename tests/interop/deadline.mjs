// Everything that is awaited has a deadline, and its error says what was awaited.
import { setTimeout as pause } from 'node:timers/promises';

export const patience = 10_000;
const pollInterval = 20;

/** The promise's outcome, or an error that says what did not happen in time. */
export async function within(what, promise, limit = patience) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${limit} ms: ${what}`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Tries `check` until it no longer throws, and returns its result; after the deadline its last error counts. */
export async function eventually(what, check, limit = patience) {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= end) {
        throw new Error(`not within ${limit} ms: ${what}; at last: ${error.message}`);
      }
    }
    await pause(pollInterval);
  }
}
