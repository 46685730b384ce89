/** One row of the closed list of error codes: the process exit code and whether trying again can help. */
export interface ErrorCodeRow {
  readonly exitCode: number;
  readonly retryable: boolean;
  readonly meaning: string;
}

/** Every error code of Heddle. Codes cross the socket, stay stable and are the only thing that code may match on. */
export const errorCodes = {
  unexpected: { exitCode: 1, retryable: false, meaning: 'A fault in Heddle itself, or a failure nobody foresaw.' },
  usage: { exitCode: 2, retryable: false, meaning: 'The command line is wrong.' },
  'config-invalid': {
    exitCode: 2,
    retryable: false,
    meaning: 'A file cannot be read, is not YAML, or a setting is wrong.',
  },
  'unknown-store': { exitCode: 2, retryable: false, meaning: 'No store package answers to that URL.' },
  'unknown-adapter': { exitCode: 2, retryable: false, meaning: 'No adapter package has that name.' },
  'capability-missing': {
    exitCode: 2,
    retryable: false,
    meaning: 'The store lacks something that the deployment needs.',
  },
  'tool-missing': { exitCode: 2, retryable: false, meaning: 'A program that a role needs is not installed.' },
  'not-declared': { exitCode: 2, retryable: false, meaning: 'The role declares no such input or output.' },
  'not-found': { exitCode: 2, retryable: false, meaning: 'No such deployment, epoch, node or role in the store.' },
  'agent-busy': {
    exitCode: 2,
    retryable: true,
    meaning: 'Another live process already runs this node or this deployment.',
  },
  'plan-invalid': { exitCode: 3, retryable: false, meaning: 'The deployment does not compile to a plan.' },
  'wait-timeout': { exitCode: 20, retryable: true, meaning: 'The deadline of a wait passed.' },
  'missing-value': {
    exitCode: 20,
    retryable: true,
    meaning: 'The input says "missing: fail" and the value was not there.',
  },
  'role-failed': { exitCode: 21, retryable: false, meaning: "A role's CM run failed." },
  'producer-failed': { exitCode: 21, retryable: false, meaning: 'The role that should produce the value failed.' },
  'never-written': {
    exitCode: 21,
    retryable: false,
    meaning: 'The role that should produce the value ended without writing it.',
  },
  'producer-lost': { exitCode: 21, retryable: false, meaning: 'The node that should produce the value is gone.' },
  'segment-missing': {
    exitCode: 21,
    retryable: false,
    meaning: 'The value arrived without the segment that the reference names.',
  },
  outdated: { exitCode: 21, retryable: true, meaning: 'A role has read a value that was replaced later.' },
  deadlock: { exitCode: 22, retryable: false, meaning: 'The wait is part of a cycle of waits.' },
  aborted: { exitCode: 23, retryable: false, meaning: 'The deployment was aborted.' },
  unavailable: { exitCode: 24, retryable: true, meaning: 'The store does not answer.' },
  ambiguous: { exitCode: 24, retryable: true, meaning: 'A write was sent and nobody can say whether it happened.' },
  'session-lost': { exitCode: 24, retryable: true, meaning: 'The store session ended.' },
  fenced: {
    exitCode: 24,
    retryable: false,
    meaning: 'The epoch was closed or the node was taken over: this writer may not write any more.',
  },
  closed: { exitCode: 24, retryable: false, meaning: 'The store connection was closed.' },
  corrupt: { exitCode: 24, retryable: false, meaning: 'Stored data cannot be understood.' },
  'agent-gone': { exitCode: 24, retryable: true, meaning: 'The agent of this node does not answer.' },
  denied: { exitCode: 25, retryable: false, meaning: 'Not permitted.' },
  'too-large': { exitCode: 26, retryable: false, meaning: 'The value is larger than the store takes.' },
  'wrong-type': {
    exitCode: 26,
    retryable: false,
    meaning: 'The value is not JSON, or not of the type that the place needs.',
  },
  'bad-key': { exitCode: 26, retryable: false, meaning: 'A store key is not allowed.' },
  interrupted: { exitCode: 130, retryable: true, meaning: 'Interrupted by a signal.' },
} as const satisfies Record<string, ErrorCodeRow>;

export type ErrorCode = keyof typeof errorCodes;

/** True when `text` is one of the closed codes. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(errorCodes, text);
}
