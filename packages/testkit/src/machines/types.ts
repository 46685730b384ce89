/** What the machines of a set have in common. Everything but `directory` and `names` has a default. */
export interface MachinesOptions {
  /** Folder for the state: `directory/NAME/root` holds what machine NAME writes. It is made if absent; roots already in it are used again. */
  readonly directory: string;
  /** Names of the machines, which become their host names: `[a-z0-9-]`, at most 63 characters, no two alike. */
  readonly names: readonly string[];
  /** Absolute host paths that every machine sees at the same path, read-write. @default [] */
  readonly binds?: readonly string[];
  /** IPv4 network `A.B.C.D/BITS`, 8 to 28 bits. Sets with equal networks do not disturb each other. @default '10.77.0.0/24' */
  readonly subnet?: string;
  /** `never` builds root trees from copies and read-only binds even where overlayfs works. @default HEDDLE_MACHINES_OVERLAY, else 'auto' */
  readonly overlay?: OverlayChoice;
  /** `root` or `user` namespaces. @default 'root' where the process may, else 'user' */
  readonly privilege?: Privilege;
  /** Put a recording stand-in for systemctl into every machine, so that service resources converge. @default false */
  readonly services?: boolean;
  /** Let the host's systemd be process 1 of every machine, with a journal and none of the host's own services; needs root. @default false */
  readonly systemd?: boolean;
  /** Milliseconds until all machines must be up. @default 120_000 */
  readonly timeoutMs?: number;
}

export type OverlayChoice = 'auto' | 'never';

/** `root`: namespaces made by the real root; `user`: everything below one user namespace that maps only the caller. */
export type Privilege = 'root' | 'user';

/** How a command is entered into a machine. */
export interface CommandOptions {
  /** Absolute folder inside the machine. @default '/' */
  readonly cwd?: string;
}

/** One machine: own host name, address, processes and root tree, the kernel and the installed programs of the host. */
export interface Machine {
  readonly name: string;
  /** Equal to `name`. */
  readonly hostname: string;
  /** IPv4 address on eth0, without the prefix length. */
  readonly address: string;
  /** Host path below which the files that were written inside appear: `${rootDirectory}/etc/motd`. */
  readonly rootDirectory: string;
  /** Process id, as the host sees it, of the machine's process 1; another one after a restart. */
  readonly pid: number;
  /**
   * Give the argv that runs `argv` inside this machine, for any spawn function.
   *
   * Standard streams, environment and exit code pass through; HUP, INT, QUIT, TERM, USR1 and USR2 sent to the spawned process
   * reach the command once, and it dies with that process. What it left running in the background stays until `close`.
   * A command that a signal ended gives 128 plus its number; 125 means that the machine or `cwd` is gone, 127 no such program.
   */
  command(argv: readonly string[], options?: CommandOptions): string[];
}

/** Machines that share one network and end together. */
export interface MachineSet {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly privilege: Privilege;
  /** True when roots are overlays; false when they are copies and read-only binds. */
  readonly overlay: boolean;
  /** Address of the bridge, which is every machine's default route; nothing lies behind it. */
  readonly gateway: string;
  /** Kill every process of every machine and wait until they are gone; written files stay. Calling it again gives the same promise. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
