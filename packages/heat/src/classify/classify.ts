import { joinWords } from '@heddle/core';
import { attributeCall, callsIn, type HotCall, namedTarget } from '../model/hot.ts';
import type { Role, Server } from '../model/role.ts';
import { type ServerRead, serverRead } from '../model/server-read.ts';
import type { Template } from '../model/template.ts';
import { ResourceGraph } from './resource-graph.ts';

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
  /** Heat could give it, but not in time: the machine itself publishes it when it has started. */
  | {
      readonly kind: 'machine';
      readonly server: Server;
      readonly fact: MachineFact;
      readonly read: ServerRead;
      readonly why: string;
    };

/** What a machine can tell of itself. */
export type MachineFact = 'first_address' | 'name';

const machineFacts: readonly MachineFact[] = ['first_address', 'name'];

/** The attributes of servers that are one of these; Heat gives the first address for all four of an instance. */
const factOf: ReadonlyMap<string, MachineFact> = new Map([
  ...machineFacts.map((fact) => [fact, fact] as const),
  ...['PrivateDnsName', 'PrivateIp', 'PublicDnsName', 'PublicIp'].map((name) => [name, 'first_address'] as const),
]);

/** A call in an input, with who reads. */
interface Found {
  readonly server: Server;
  readonly role: Role;
  readonly call: HotCall;
}

/**
 * Decide for every reference in the inputs of roles whether Heat resolves it or the machines exchange it.
 *
 * What a role writes is exchanged. What Heat knows stays with Heat, unless that would close a cycle of resources.
 * Faults are reported to the template's source; what they leave undecided is static.
 */
export function classify(template: Template, servers: ReadonlyMap<string, Server>): ReadonlyMap<HotCall, Reading> {
  const graph = new ResourceGraph(template);
  for (const cycle of graph.ownCycles()) {
    const at = template.resources.get(cycle[0] ?? '')?.at ?? [];
    template.source.report(
      at,
      'E_CYCLE',
      `${joinWords(cycle)} depend on one another by their properties: Heat refuses that`,
    );
  }
  const readings = new Map<HotCall, Reading>();
  const candidates: (Found & { readonly to: string })[] = [];
  for (const found of findCalls(servers)) {
    const reading = readingOfOutput(found, template, servers);
    readings.set(found.call, reading ?? { kind: 'static' });
    const to = reading === undefined ? targetOf(found.call) : undefined;
    if (to !== undefined && template.resources.has(to)) candidates.push({ ...found, to });
  }
  const isKept = graph.keepable(candidates.map(({ server, to }) => ({ from: server.resource, to })));
  for (const candidate of candidates) {
    if (isKept({ from: candidate.server.resource, to: candidate.to })) continue;
    const reading = readingOfMachine(candidate, template, servers);
    if (reading !== undefined) readings.set(candidate.call, reading);
  }
  return readings;
}

function* findCalls(servers: ReadonlyMap<string, Server>): Generator<Found> {
  for (const server of servers.values()) {
    for (const role of server.roles) {
      for (const input of role.inputs) {
        for (const call of callsIn(input.value)) if (call.name.startsWith('get_')) yield { server, role, call };
      }
    }
  }
}

function targetOf(call: HotCall): string | undefined {
  if (call.name === 'get_attr') return attributeCall(call)?.resource;
  return call.name === 'get_resource' ? namedTarget(call) : undefined;
}

function readingOfOutput(
  { server, role, call }: Found,
  template: Template,
  servers: ReadonlyMap<string, Server>,
): Reading | undefined {
  const read = serverRead(call, servers);
  const producer = read?.server;
  const found = producer?.outputs.get(read?.attribute ?? '');
  if (read === undefined || producer === undefined || found === undefined) return undefined;
  if (read.segments === undefined) {
    const text = `what stands behind "${read.attribute}" is computed: a value of run time takes names and numbers only`;
    template.source.report(call.at, 'E_RTFN', text);
  }
  const isOwn = producer === server;
  if (isOwn && found.role.index > role.index) {
    const text = `role "${role.name}" reads "${read.attribute}", which role "${found.role.name}" writes later on the same server: move "${found.role.name}" before it`;
    template.source.report(call.at, 'E_LATER', text);
  }
  return { kind: 'output', server: producer, role: found.role, read, isLocal: isOwn && found.role === role };
}

function readingOfMachine(
  { server, call, to }: Found & { readonly to: string },
  template: Template,
  servers: ReadonlyMap<string, Server>,
): Reading | undefined {
  const read = serverRead(call, servers);
  const producer = servers.get(to);
  const fact = factOf.get(read?.attribute ?? '');
  const isOwn = to === server.resource;
  if (read !== undefined && fact !== undefined) {
    const self = server.group === undefined ? 'the server itself' : 'members of the same group';
    const why = isOwn ? self : `"${server.resource}" and "${to}" depend on each other`;
    return { kind: 'machine', server: read.server, fact, read, why };
  }
  const written = call.name === 'get_attr' ? attributeCall(call) : undefined;
  const what = written === undefined ? `the id of "${to}"` : `"${written.attribute ?? 'all attributes'}" of "${to}"`;
  const when = isOwn
    ? `is not known before "${server.resource}" exists`
    : `needs "${to}" before "${server.resource}", and "${to}" needs "${server.resource}" before itself`;
  const who =
    producer === undefined
      ? `"${to}" is no server with roles, so nothing there can publish it`
      : `a machine publishes only ${joinWords(machineFacts)} by itself`;
  template.source.report(
    call.at,
    'E_CYCLE_LATE',
    `${what} ${when}, and ${who}; a port of its own for the server breaks a cycle of addresses`,
  );
  return undefined;
}
