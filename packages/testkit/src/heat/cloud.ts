import { createServer, type RequestListener } from 'node:http';
import { HeddleError, type Json } from '@heddle/core';
import {
  type BootReport,
  bootMachine,
  createMachines,
  type Door,
  forward,
  type Machine,
  type MachinesOptions,
  openDoor,
  type Target,
} from '../machines/index.ts';
import { type HeatEngine, startHeat } from './engine.ts';
import { fileServer } from './file-server.ts';
import { keystoneApi } from './keystone-api.ts';
import { signalApi } from './signal-api.ts';
import { standingMachine } from './standing-machine.ts';
import type { ServerRequest, StackRequest, StackResult } from './types.ts';

/** Of every cloud: the machine on whose address Heat's API, the files and forwarded ports are reached. */
export const controlMachine = 'control';

const heatPort = 8004;
const keystonePort = 5000;
const filePort = 8080;

export interface CloudOptions extends Omit<MachinesOptions, 'names'> {
  /**
   * Names of the template's server resources, with `-` for `_`, and `GROUP-0`, `GROUP-1` ... for the members of its groups; a machine stands ready for each,
   * and boots when Heat creates the server.
   */
  readonly servers: readonly string[];
  /** Makes the machines' image: called with each server's machine before any boots. @default nothing */
  readonly prepare?: (machine: Machine) => Promise<void>;
  /** Called with a server's name when Heat asks for it: it is active, and boots, once this has resolved; `create` throws what it throws. @default at once */
  readonly build?: (server: string) => Promise<void>;
  /** Told what happens, as it happens; for time measurements. */
  readonly onEvent?: (event: CloudEvent) => void;
}

/** Something that happened in a cloud; `server` is the name of its machine. `ready`: Heat's engine is loaded and begins. */
export type CloudEvent =
  | { readonly kind: 'ready' }
  | { readonly kind: 'server'; readonly server: string }
  | { readonly kind: 'stage'; readonly server: string; readonly stage: string }
  | { readonly kind: 'booted'; readonly server: string }
  | { readonly kind: 'signal'; readonly handle: string; readonly details: Json; readonly status: number };

/** A small cloud on this host: Heat's engine, machines of the test kit that boot with cloud-init, and nothing else. */
export interface Cloud {
  readonly machines: ReadonlyMap<string, Machine>;
  readonly control: Machine;
  /** How each server's boot ended, by the name of its machine; a promise that is there once Heat has created the server. */
  readonly boots: ReadonlyMap<string, Promise<BootReport>>;
  /** Offer a file to the machines; gives its URL. The name is one segment. */
  offer(name: string, file: string): string;
  /** Let the machines reach a server of the host, at this port of the control machine. Gives `HOST:PORT`. */
  forward(port: number, target: Target): Promise<string>;
  /**
   * Create a stack: resolves when Heat says COMPLETE or FAILED; machines may still be at work then.
   *
   * @throws HeddleError `plan-invalid` (Heat refuses the template), `tool-missing`, `unexpected` (cloud-init itself failed).
   */
  create(request: StackRequest): Promise<StackResult>;
  /** End Heat, every machine and every door; what the machines wrote stays. */
  close(): Promise<void>;
}

/** Start the machines of a cloud; they boot when a stack asks for them. */
export async function createCloud(options: CloudOptions): Promise<Cloud> {
  const { servers, prepare = async () => undefined, build, onEvent = () => undefined, ...machinesOptions } = options;
  const set = await createMachines({ ...machinesOptions, names: [controlMachine, ...servers] });
  const doors: Door[] = [];
  const engines: HeatEngine[] = [];
  const boots = new Map<string, Promise<BootReport>>();
  const files = new Map<string, string>();
  const close = async (): Promise<void> => {
    await Promise.all(engines.map((engine) => engine.close()));
    for (const door of doors) door.close();
    await set.close();
  };
  const control = machineOf(set.machines, controlMachine);
  const serve = async (port: number, listener: RequestListener): Promise<void> => {
    const door = await openDoor(control, port);
    doors.push(door);
    const server = createServer(listener);
    door.server.on('connection', (socket) => server.emit('connection', socket));
  };
  const engineOf = (): HeatEngine | undefined => engines.at(-1);
  try {
    await serve(filePort, fileServer(files));
    await serve(
      keystonePort,
      keystoneApi(async (credentials) => engineOf()?.authenticate(credentials)),
    );
    await serve(
      heatPort,
      signalApi(async (signal) => {
        const answer = (await engineOf()?.signal(signal)) ?? { status: 404, error: 'there is no stack' };
        const { resource, details } = signal;
        onEvent({ kind: 'signal', handle: resource, details, status: answer.status });
        return answer;
      }),
    );
    await Promise.all(servers.map((name) => prepare(machineOf(set.machines, name))));
  } catch (thrown) {
    await close();
    throw thrown;
  }

  const boot = (engine: HeatEngine, request: ServerRequest, fail: (thrown: unknown) => void): void => {
    // No host name has an underscore.
    const isFree = (name: string) => !boots.has(name) && name !== controlMachine;
    const name = standingMachine((request.resource ?? '').replaceAll('_', '-'), [...set.machines.keys()], isFree);
    const machine = name === undefined ? undefined : set.machines.get(name);
    if (name === undefined || machine === undefined) {
      engine.report({ id: request.id, status: 'ERROR', fault: `no machine stands ready for server "${request.name}"` });
      return;
    }
    onEvent({ kind: 'server', server: name });
    const seed = { userData: request.userData, instanceId: request.id, hostname: request.name.toLowerCase() };
    const start = async (): Promise<BootReport> => {
      await build?.(name);
      // Nova calls a server active once it runs, long before it has booted.
      engine.report({ id: request.id, status: 'ACTIVE', address: machine.address });
      return bootMachine(machine, seed, (stage) => onEvent({ kind: 'stage', server: name, stage }));
    };
    const booted = start();
    boots.set(name, booted);
    booted.then(() => onEvent({ kind: 'booted', server: name }), fail);
  };

  return {
    machines: set.machines,
    control,
    boots,
    offer(name, file) {
      files.set(`/${name}`, file);
      return `http://${control.address}:${filePort}/${name}`;
    },
    async forward(port, target) {
      doors.push(await forward(control, port, target));
      return `${control.address}:${port}`;
    },
    create(request) {
      return new Promise((resolve, reject) => {
        const engine = startHeat({
          ...request,
          heatUrl: `http://${control.address}:${heatPort}/v1`,
          keystoneUrl: `http://${control.address}:${keystonePort}/v3`,
          onServer: (server) => boot(engine, server, reject),
          onReady: () => onEvent({ kind: 'ready' }),
        });
        engines.push(engine);
        engine.result.then(resolve, reject);
      });
    },
    close,
  };
}

function machineOf(machines: ReadonlyMap<string, Machine>, name: string): Machine {
  const machine = machines.get(name);
  if (machine === undefined) throw new HeddleError('config-invalid', `there is no machine ${name}`);
  return machine;
}
