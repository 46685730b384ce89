import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import {
  createMachines,
  type Machine,
  type MachineSet,
  type MachinesOptions,
  type OverlayChoice,
} from '../../src/machines/index.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
const creator = 'packages/testkit/test/machines/creator.mjs';
const unprivileged = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** Below a test's folder, in one that belongs to the creator of the machines: they must be able to remove their state. */
export const stateFolder = 'user/state';

/** What a test may do with a machine, wherever its set was created. */
export type TestMachine = Pick<Machine, 'name' | 'address' | 'hostname' | 'rootDirectory' | 'pid' | 'command'>;

export interface TestSet {
  readonly state: string;
  readonly privilege: string;
  readonly overlay: boolean;
  readonly machines: readonly TestMachine[];
  machine(name: string): TestMachine;
  close(): Promise<void>;
  /** Remove the state folder as the user who created the machines would. */
  remove(): Promise<void>;
}

/** One way to create machines on this host. */
export interface Mode {
  readonly title: string;
  readonly privilege: 'root' | 'user';
  readonly overlay: OverlayChoice;
}

/** Every way that the caller of the tests may try: root tries both, others only their own. */
export const modes: readonly Mode[] = (['root', 'user'] as const)
  .filter((privilege) => privilege === 'user' || process.geteuid?.() === 0)
  .flatMap((privilege) =>
    (['auto', 'never'] as const).map((overlay) => ({ title: `${privilege}, overlay ${overlay}`, privilege, overlay })),
  );

/** Make a folder for a test that its machines' creator, and only a test, will fill. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-machines-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** Create machines in this process or, for the user mode of a root test run, in a process of user 65534. */
export async function start(
  mode: Mode,
  names: readonly string[],
  more: Partial<MachinesOptions> = {},
): Promise<TestSet> {
  const folder = temporaryFolder();
  const options = {
    ...more,
    directory: join(folder, stateFolder),
    names,
    overlay: mode.overlay,
    privilege: mode.privilege,
  };
  const isOwn = mode.privilege === 'root' || process.geteuid?.() !== 0;
  const set = isOwn
    ? ownSet(options.directory, await createMachines(options))
    : await startCreator(folder, options, true);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= set.close();
    return closing;
  };
  return { ...set, close };
}

async function removeAs(user: readonly string[], folder: string): Promise<void> {
  await execa('env', [...user, 'rm', '-rf', folder]);
}

function ownSet(state: string, set: MachineSet): TestSet {
  const machines = [...set.machines.values()];
  return {
    state,
    privilege: set.privilege,
    overlay: set.overlay,
    machines,
    machine: named(machines),
    close: () => set.close(),
    remove: () => removeAs([], state),
  };
}

const named = (machines: readonly TestMachine[]) => (name: string) => {
  const found = machines.find((machine) => machine.name === name);
  if (!found) throw new Error(`no machine ${name}`);
  return found;
};

export interface CreatorSet extends TestSet {
  readonly child: ChildProcess;
}

interface CreatorReport {
  readonly error?: { readonly code: string; readonly message: string; readonly notes: readonly string[] };
  readonly privilege: string;
  readonly overlay: boolean;
  readonly machines: readonly (Omit<TestMachine, 'command'> & { readonly prefix: readonly string[] })[];
}

/** Create machines in a process of their own; `asNobody` makes that a process of user 65534. */
export async function startCreator(folder: string, options: MachinesOptions, asNobody: boolean): Promise<CreatorSet> {
  const { child, report } = await spawnCreator(
    asNobody ? nobodyPrefix(folder) : [process.execPath, join(repository, creator)],
    options,
  );
  if (report.error) throw Object.assign(new Error(report.error.message), report.error);
  const enter = asNobody ? unprivileged : [];
  const machines = report.machines.map(({ prefix, ...machine }) => ({
    ...machine,
    command: (argv: readonly string[]) => [...enter, ...prefix, ...argv],
  }));
  const close = async (): Promise<void> => {
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.stdin?.end();
    await exited;
  };
  const { privilege, overlay } = report;
  return {
    state: options.directory,
    privilege,
    overlay,
    machines,
    machine: named(machines),
    close,
    remove: () => removeAs(enter, options.directory),
    child,
  };
}

/** Run creator.mjs behind `prefix` and wait for its report. */
export async function spawnCreator(
  prefix: readonly string[],
  options: MachinesOptions,
): Promise<{ child: ChildProcess; report: CreatorReport }> {
  const [program = '', ...argv] = prefix;
  const child = spawn(program, [...argv, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, report: JSON.parse(line) as CreatorReport };
  }
  throw new Error(`the creator ended without a report, with exit code ${child.exitCode}`);
}

/** Path of creator.mjs, with the program that runs it. */
export const creatorCommand: readonly string[] = [process.execPath, join(repository, creator)];

/** Nobody may be kept out of the checkout and of Node's folder: both are bound below a folder that is open to all. */
function nobodyPrefix(folder: string): string[] {
  const stage = join(folder, 'stage');
  const script = `set -e
mkdir -p "$1/repository"; : >"$1/node"
mount --rbind "$2" "$1/repository"; mount --bind "$3" "$1/node"
install -d -o 65534 -g 65534 "\${4%/*}"
cd "$1"; shift 4; exec ${unprivileged.join(' ')} "$@"`;
  mkdirSync(stage);
  const command = [join(stage, 'node'), join(stage, 'repository', creator)];
  return [
    'unshare',
    '--mount',
    'bash',
    '-c',
    script,
    'stage',
    stage,
    repository,
    process.execPath,
    join(folder, stateFolder),
    ...command,
  ];
}

/** Run a command in a machine; never throws for an exit code. */
export function run(machine: TestMachine, ...argv: string[]) {
  const [program = '', ...rest] = machine.command(argv);
  return execa(program, rest, { reject: false, timeout: 60_000 });
}

/** Close a set and remove the folder that was made for it. */
export async function discard(set: TestSet | undefined): Promise<void> {
  await set?.close();
  if (set) rmSync(set.state.slice(0, -stateFolder.length), { recursive: true, force: true });
}

/** Wait until `condition` holds. @throws when it does not within `deadlineMs`. @default 20_000 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 20_000,
): Promise<void> {
  for (const start = Date.now(); !(await condition()); await sleep(20)) {
    if (Date.now() - start > deadlineMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
  }
}

const kinds = ['net', 'mnt', 'pid', 'uts', 'ipc'] as const;

/** Names of the namespaces that the machines do not share with the host. */
export function namespacesOf(machines: readonly TestMachine[]): Set<string> {
  const own = new Set(kinds.map((kind) => readlinkSync(`/proc/self/ns/${kind}`)));
  const all = machines.flatMap(({ pid }) => kinds.map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`)));
  return new Set(all.filter((name) => !own.has(name)));
}

/** What is on the host of machines: processes in their namespaces, mounts of their state folder, network interfaces. */
export function leftovers(namespaces: ReadonlySet<string>, state: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const kind of kinds) {
      const name = linkOrNothing(`/proc/${pid}/ns/${kind}`);
      if (namespaces.has(name)) found.push(`process ${pid} in ${name}`);
    }
  }
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  found.push(...mounts.filter((line) => line.includes(state)));
  const interfaces = existsSync('/sys/class/net') ? readdirSync('/sys/class/net') : [];
  found.push(...interfaces.filter((name) => /^(heddle|port)\d+$/.test(name)));
  return found;
}

function linkOrNothing(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
