import { hostname } from 'node:os';
import type { AgentEvent } from '@heddle/agent';
import { type ErrorData, errorCodes, exitCodeOf, type Json, systemClock, toHeddleError } from '@heddle/core';
import { runNode } from '../deployment/run-node.ts';
import { eventLine } from '../output/event-lines.ts';
import { becomeNode } from './become-node.ts';
import { BootLog } from './boot-log.ts';
import { ensureContent } from './content.ts';
import { cloudInstanceFile } from './instance.ts';
import { BootLimit, spentBefore } from './limit.ts';
import { type NodeFile, readNodeFile, shownName } from './node-file.ts';
import { openEpochIn } from './open-epoch.ts';
import { useOwnCredentials } from './own-credentials.ts';
import type { PatienceOptions } from './patience.ts';
import { bootSecrets, reasonText } from './reason.ts';
import { readReport } from './report.ts';
import { type BootSignal, canSignal, maxSignalBytes, sendSignal } from './signal.ts';

export interface BootOptions {
  readonly nodeFile: string;
  /** The program that tells the end. */
  readonly signalProgram: string;
  /** The node's own working folder; the content is unpacked into it. */
  readonly directory: string;
  /** Milliseconds to wait for the content's server, and for the store and the epoch in it. @default what the node file says, else five minutes */
  readonly patienceMs?: number;
  /** Says what the cloud calls this machine; read when the node file names only a group. @default where cloud-init writes it */
  readonly instanceFile?: string;
  /** Aborted to stop; the reason is a HeddleError. */
  readonly signal: AbortSignal;
}

const defaultPatienceMs = 300_000;

/** How the roles ended. */
interface Outcome {
  readonly exitCode: number;
  /** The first error of a role, sensitive values masked. */
  readonly error?: ErrorData;
  readonly outputs: Readonly<Record<string, Json>>;
}

/**
 * Do what a new machine does: fetch its content, open the store, run its roles, and tell how it ended, whatever happens.
 *
 * @returns Heddle's exit code; 24 when all went well and nobody could be told.
 */
export async function boot(options: BootOptions): Promise<number> {
  const log = new BootLog(options.directory, systemClock);
  let file: NodeFile | undefined;
  let outcome: Outcome;
  try {
    await log.begin();
    file = await readNodeFile(options.nodeFile);
    const joins = await useOwnCredentials(options.nodeFile, file, options.directory);
    log.hide(bootSecrets(file, process.env['HEDDLE_STORE_PASSWORD']));
    const { deployment, epoch } = file;
    log.note({ deployment, epoch, ...(file.node === undefined ? {} : { node: file.node }) });
    log.say(`${shownName(file)} of deployment ${deployment}, epoch ${epoch}`);
    const limitMs = file.limitS === undefined ? undefined : file.limitS * 1000;
    const spentMs = spentBefore(process.env);
    const limit = new BootLimit({ clock: systemClock, limitMs, spentMs, signal: options.signal });
    try {
      const { instanceFile = cloudInstanceFile, nodeFile, directory } = options;
      const place = { nodeFile, instanceFile, directory, joins };
      if (file.node !== undefined) limit.name(file.node);
      const own = await becomeNode(file, place, log, patienceOf(file, options, log, limit));
      limit.name(own.node);
      file = own;
      outcome = await runRoles(own, options, log, limit);
    } catch (thrown) {
      // What was interrupted tells only that it was.
      limit.signal.throwIfAborted();
      throw thrown;
    } finally {
      limit.stop();
    }
  } catch (thrown) {
    const error = toHeddleError(thrown).toJSON();
    log.fail(error);
    outcome = { exitCode: error.exitCode, error, outputs: {} };
  }
  return tell(bodyOf(outcome, file, log), outcome, options, log);
}

function patienceOf(file: NodeFile, { patienceMs }: BootOptions, log: BootLog, { signal }: BootLimit): PatienceOptions {
  const fileMs = file.patienceS === undefined ? defaultPatienceMs : file.patienceS * 1000;
  return { clock: systemClock, patienceMs: patienceMs ?? fileMs, signal, say: log.say };
}

async function runRoles(
  file: NodeFile & { readonly node: string },
  options: BootOptions,
  log: BootLog,
  limit: BootLimit,
): Promise<Outcome> {
  const { directory } = options;
  const { signal } = limit;
  const { content, node } = file;
  const patience = patienceOf(file, options, log, limit);
  const deploymentDirectory =
    content === null ? undefined : await log.step('content', () => ensureContent(content, directory, patience));
  const { store, epoch } = await log.step('store', () => openEpochIn(file, directory, patience));
  try {
    let error: ErrorData | undefined;
    const listen = (event: AgentEvent) => {
      limit.follow(event);
      if (event.type === 'error') error ??= event.error;
      const line = eventLine(event, true);
      if (line !== undefined) process.stdout.write(`${line}\n`);
    };
    const run = { store, epoch, node, directory, staticValues: file.static, deploymentDirectory, listen, signal };
    const outcomes = await log.step('roles', () => runNode(run));
    const errors = outcomes.flatMap((outcome) => outcome.error ?? []);
    const exitCode = exitCodeOf(errors);
    if (exitCode !== 0) return { exitCode, outputs: {}, ...(error === undefined ? {} : { error }) };
    const outputs = await log.step('report', () => readReport({ store, epoch, node, names: file.report }, patience));
    return { exitCode, outputs };
  } finally {
    await store.close();
  }
}

/** Print how the boot ended, and signal it. */
async function tell(signal: BootSignal, outcome: Outcome, options: BootOptions, log: BootLog): Promise<number> {
  const exitCode = signal.status === 'FAILURE' && outcome.exitCode === 0 ? tooLargeCode : outcome.exitCode;
  // Its error was printed in full when it came.
  log.say(
    outcome.error === undefined ? `${signal.status}: ${signal.reason}` : `${signal.status}, exit code ${exitCode}`,
  );
  await log.end(signal.status, exitCode);
  try {
    const { signalProgram: program } = options;
    if (await canSignal(program)) {
      await log.step('signal', () => sendSignal(signal, { program, clock: systemClock, say: log.say }));
    } else {
      log.say(`there is no ${program}, so nobody is told`);
    }
    await log.markEnded();
    return exitCode;
  } catch (thrown) {
    const error = toHeddleError(thrown);
    log.fail(error.toJSON());
    return exitCode === 0 ? error.exitCode : exitCode;
  }
}

const tooLargeCode = errorCodes['too-large'].exitCode;

function bodyOf({ exitCode, error, outputs }: Outcome, file: NodeFile | undefined, log: BootLog): BootSignal {
  const id = file?.node ?? hostname();
  const again = log.run === 1 ? '' : `\nthis was boot ${log.run} of the machine`;
  const failure = (reason: string): BootSignal => ({ status: 'FAILURE', reason: `${reason}${again}`, data: '{}', id });
  if (error !== undefined) return failure(reasonText(error, log.masked));
  if (exitCode !== 0) return failure(`a role of ${id} failed: exit code ${exitCode}`);
  const success: BootSignal = {
    status: 'SUCCESS',
    reason: `all roles of ${id} ended well${again}`,
    data: JSON.stringify(outputs),
    id,
  };
  const sizeBytes = Buffer.byteLength(JSON.stringify(success));
  if (sizeBytes <= maxSignalBytes) return success;
  return failure(
    `[too-large] the reported outputs of ${id} make a signal of ${sizeBytes} bytes; at most ${maxSignalBytes} can be sent`,
  );
}
