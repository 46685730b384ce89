/** A state of a register: the name of the write that made it, or undefined for absent. No two writes of a history have one name. */
export type Version = string | undefined;

/** How a write ended; an open one may take effect at any moment after its call, also after the last answer, or never. */
export type WriteEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'lost'; readonly found: Version }
  | { readonly kind: 'open' };

/** What a client did with a register. */
export type RegisterAction =
  | { readonly kind: 'get'; readonly found: Version }
  | { readonly kind: 'put'; readonly expects: Version; readonly writes: string; readonly end: WriteEnd }
  | { readonly kind: 'delete'; readonly expects: Version; readonly end: WriteEnd };

/** One operation of a history. */
export interface RegisterOperation {
  readonly client: number;
  /** Position of the call in the order of all calls and answers. */
  readonly calledAt: number;
  /** Position of the answer in the same order; nothing is read from it when the operation is open. */
  readonly endedAt: number;
  readonly action: RegisterAction;
}

/** Whether an operation has no end that anybody knows. */
export function isOpen({ action }: RegisterOperation): boolean {
  return action.kind !== 'get' && action.end.kind === 'open';
}

/** The state that an operation leaves when it takes effect in `state`; undefined when it cannot take effect there as it did. */
export function applied(state: Version, action: RegisterAction): { readonly next: Version } | undefined {
  if (action.kind === 'get') return action.found === state ? { next: state } : undefined;
  if (action.end.kind === 'lost') {
    return action.end.found === state && action.expects !== state ? { next: state } : undefined;
  }
  if (action.expects !== state) return undefined;
  return { next: action.kind === 'put' ? action.writes : undefined };
}

/** An operation as one line: `#12-15 client 3: put absent -> a, done`. */
export function describeOperation(operation: RegisterOperation): string {
  const { client, calledAt, endedAt, action } = operation;
  const name = (version: Version): string => version ?? 'absent';
  const head = `#${calledAt}-${isOpen(operation) ? '' : endedAt} client ${client}:`;
  if (action.kind === 'get') return `${head} get found ${name(action.found)}`;
  const change = action.kind === 'put' ? ` -> ${action.writes}` : '';
  const end = action.end.kind === 'lost' ? `lost to ${name(action.end.found)}` : action.end.kind;
  return `${head} ${action.kind} ${name(action.expects)}${change}, ${end}`;
}
