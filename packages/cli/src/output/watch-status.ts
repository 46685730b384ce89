import {
  currentKey,
  type DeploymentState,
  type HeddleError,
  parse,
  StateFollower,
  type Store,
  statusView,
  systemClock,
} from '@heddle/core';
import { createLogUpdate } from 'log-update';
import { hangUp } from '../hang-up.ts';
import { fitsInPlace } from './fits-in-place.ts';
import { OutdatedLook } from './outdated-look.ts';

/** Where nobody redraws, a table is printed at most this often, in ms. */
const printIntervalMs = 2000;
/** A terminal is redrawn at most this often, in ms; the times in the table move on without changes. */
const redrawMs = 200;

/** By its default each of them would leave the terminal without a cursor. A terminal that is closed sends SIGHUP. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const downText = 'the store does not answer; what follows was so when it last did';

/** Shows states until `close`. */
interface Display {
  changed(): void;
  close(): void;
}

/**
 * Show a deployment until all its roles have ended, another epoch has begun, nobody reads any more, or SIGINT or SIGTERM comes (130).
 *
 * At SIGHUP the process ends, with the terminal in order.
 *
 * @param first  The epoch's state as read now, with what is outdated.
 * @param isTable  False: something that is not to be redrawn, even on a terminal.
 * @throws Errors of the store.
 */
export async function watchStatus(
  store: Store,
  first: DeploymentState,
  format: (state: DeploymentState) => string,
  isTable: boolean,
): Promise<void> {
  let finish: (error?: HeddleError) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    finish = (error) => (error === undefined ? resolve() : reject(error));
  });
  // The follower learns entry after entry: until it knows them all, the first reading is shown.
  let isReady = false;
  const outdated = new OutdatedLook(
    store,
    first,
    () => changed(),
    (error) => finish(error),
  );
  const latest = () => outdated.add(isReady ? follower.state : first);
  const isInPlace = fitsInPlace(process.stdout) && isTable;
  const display = isInPlace
    ? redraw(() => `${follower.isStoreDown ? `${downText}\n` : ''}${format(latest())}`)
    : printChanges(() => format(latest()));
  let isToldDown = false;
  const changed = () => {
    if (!isInPlace && follower.isStoreDown !== isToldDown) {
      isToldDown = follower.isStoreDown;
      process.stderr.write(`heddle: ${isToldDown ? downText : 'the store answers again'}\n`);
    }
    display.changed();
    if (!statusView(latest(), systemClock.wallMs()).isEnded) return;
    outdated.look(latest()).then(() => finish(), finish);
  };
  const follower = new StateFollower(
    store,
    first,
    () => queueMicrotask(changed),
    (error) => finish(error),
  );
  void follower.ready.then(() => {
    isReady = true;
    changed();
  });
  const nothing = () => undefined;
  const current = store.watch(currentKey(first.deployment), {
    state: (entry) => (parse<{ epoch: string }>(entry).epoch === first.epoch ? undefined : finish()),
    gone: nothing,
    synced: nothing,
    status: nothing,
    failed: finish,
  });
  let isHungUp = false;
  const interrupt = (signal: NodeJS.Signals) => {
    if (signal === 'SIGHUP') isHungUp = true;
    else process.exitCode = 130;
    finish();
  };
  const seenEnough = ({ code }: NodeJS.ErrnoException) => {
    isHungUp ||= code === 'EIO';
    finish();
  };
  // Not once: what gives the terminal its cursor back ends the process at a signal, unless somebody else listens to it.
  for (const signal of endingSignals) process.on(signal, interrupt);
  process.stdout.on('error', seenEnough);
  try {
    changed();
    await finished;
  } finally {
    // A second signal ends what is left by its default, so the terminal has to be in order by then.
    for (const signal of endingSignals) process.off(signal, interrupt);
    display.close();
    process.stdout.off('error', seenEnough);
    if (isHungUp) hangUp();
    outdated.close();
    await Promise.all([follower.close(), current.close()]);
  }
}

function redraw(text: () => string): Display {
  const update = createLogUpdate(process.stdout);
  const draw = () => update(text().trimEnd());
  const timer = setInterval(draw, redrawMs);
  return {
    changed: () => undefined,
    close() {
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}

function printChanges(text: () => string): Display {
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const print = () => {
    timer = undefined;
    lastMs = performance.now();
    process.stdout.write(text());
  };
  return {
    changed() {
      const waitMs = Math.max(0, lastMs + printIntervalMs - performance.now());
      if (waitMs === 0 && timer === undefined) print();
      else timer ??= setTimeout(print, waitMs);
    },
    close() {
      clearTimeout(timer);
      if (timer !== undefined) print();
    },
  };
}
