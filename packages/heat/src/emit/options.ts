import type { Packages } from './packages.ts';
import type { SignalTransport } from './signal-transport.ts';

/** A file that machines fetch, and the digest that they check. */
export interface FetchedFile {
  readonly url: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** What the emitted template is made with. */
export interface EmitOptions {
  readonly deployment: string;
  /** Default of the parameter `heddle_store`; absent: whoever creates the stack has to give it. */
  readonly store?: string;
  /** Defaults of `heddle_bundle_url` and `heddle_bundle_sha256`; absent: whoever creates the stack has to give them. */
  readonly bundle?: FetchedFile;
  /** Cookbooks and playbooks, a .tar.gz; absent: the machines fetch none. */
  readonly content?: FetchedFile;
  /** Where machines get the tools that they lack: the default of `heddle_packages`. @default they have everything */
  readonly packages?: Packages;
  /** Seconds for which a machine waits for a store, or a server of the content, that does not answer. @default 300 */
  readonly patienceS?: number;
  /** Seconds that Heat waits for the roles of one node, 1 to 43200. @default the longest deadline of its roles, at least 3600 */
  readonly timeoutS?: number;
  /** How the machines tell Heat how they ended. @default 'TOKEN_SIGNAL' */
  readonly signalTransport?: SignalTransport;
  /** Gives the path of a file from the folder that the emitted template will be in. @default it is that of the template */
  readonly relocate?: (path: string) => string;
}

/** Where the content is unpacked on a machine: the folder that relative paths in roles resolve against. */
export const contentDirectory = '/var/lib/heddle/content';
