import type { Role, Server } from '../model/role.ts';
import type { ServerRead } from '../model/server-read.ts';

/** Where the value of one `get_attr`, `get_resource`, `get_param` or `get_file` in an input comes from. */
export type Reading =
  /** Heat resolves it before the machine starts. */
  | { readonly kind: 'static' }
  /** A role writes it; `isLocal`: the reader's own role, for a group that of each member. */
  | {
      readonly kind: 'output';
      readonly server: Server;
      readonly role: Role;
      readonly read: ServerRead;
      readonly isLocal: boolean;
    }
  /** Heat could give it, but not in time, or another way is wanted: the machine itself publishes it when it has started. */
  | {
      readonly kind: 'machine';
      readonly server: Server;
      readonly fact: MachineFact;
      readonly read: ServerRead;
      readonly why: string;
    }
  /** Only Heat has it, and it may not or cannot come with the user data: `heddle seed --watch` copies it from the stack's outputs. */
  | { readonly kind: 'late'; readonly why: string }
  /** The attribute is computed: one of the outputs of the server's roles. */
  | { readonly kind: 'anyOutput'; readonly server: Server }
  /** All attributes: those that Heat has, which it resolves, and the outputs of the server's roles. */
  | { readonly kind: 'allAttributes'; readonly server: Server };

/** What a machine can tell of itself. */
export type MachineFact = 'first_address' | 'name';

export const machineFacts: readonly MachineFact[] = ['first_address', 'name'];

/** The server that a reading waits for; undefined when it waits for none. */
export function serverOf(reading: Reading): Server | undefined {
  return 'server' in reading ? reading.server : undefined;
}
