import { fileURLToPath } from 'node:url';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));

/** A process with some nodes of a circle, and the words that are said to it. */
export class Player {
  #process;
  #end;
  #calls = new Map();
  #recorded = new Map();
  #ready;

  constructor(scene, log, url, side, names) {
    const { child: started, end } = scene.start(log, process.execPath, [child, url, side, ...names], { ipc: true });
    this.#process = started;
    this.#end = end.then(() => {
      throw new Error('a process ended before it was through');
    });
    this.#end.catch(() => undefined);
    this.#ready = new Promise((resolve) => {
      started.on('message', ({ event, call, answer, name }) => {
        if (event === 'ready') resolve();
        if (event === 'recorded') this.#recorded.get(name)?.();
        if (event === 'answer') this.#calls.get(call)(answer);
      });
    });
  }

  ready() {
    return Promise.race([this.#ready, this.#end]);
  }

  ask(word, more = {}) {
    const call = this.#calls.size;
    const answer = new Promise((resolve) => {
      this.#calls.set(call, resolve);
    });
    this.#process.send({ word, call, ...more });
    return Promise.race([answer, this.#end]);
  }

  /** Resolve when the next wait of a node is in the store. */
  nextRecord(name) {
    const recorded = new Promise((resolve) => {
      this.#recorded.set(name, resolve);
    });
    return Promise.race([recorded, this.#end]);
  }

  kill() {
    this.#process.kill('SIGKILL');
  }
}
