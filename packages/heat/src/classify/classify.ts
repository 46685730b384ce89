import { joinWords } from '@heddle/core';
import { attributeCall, attributeTarget, type HotCall, namedTarget } from '../model/hot.ts';
import type { Role, RoleInput, Server } from '../model/role.ts';
import { outputNamed } from '../model/server-outputs.ts';
import { type ServerRead, serverRead } from '../model/server-read.ts';
import type { Template } from '../model/template.ts';
import { writeData } from '../read/data.ts';
import { halfMade } from './half-made.ts';
import { type MachineFact, machineFacts, type Reading } from './reading.ts';
import { ResourceGraph } from './resource-graph.ts';

export interface ClassifyOptions {
  /** What machines publish although Heat could resolve it: nothing, or their addresses and names, so that they start side by side. @default 'static' */
  readonly prefer?: 'static' | 'runtime';
}

/** The attributes of servers that are one of these; Heat gives the first address for all four of an instance. */
const facts: ReadonlyMap<string, MachineFact> = new Map([
  ...machineFacts.map((fact) => [fact, fact] as const),
  ...['PrivateDnsName', 'PrivateIp', 'PublicDnsName', 'PublicIp'].map((name) => [name, 'first_address'] as const),
]);

/** A call in an input, with who reads. */
interface Found {
  readonly server: Server;
  readonly role: Role;
  readonly input: RoleInput;
  readonly call: HotCall;
}

/** A call that Heat could resolve if its reader is created after a resource. */
interface Candidate extends Found {
  readonly to: string;
}

/**
 * Decide for every reference in the inputs of roles whether Heat resolves it or the machines exchange it.
 *
 * What a role writes is exchanged, and what may not stand in user data. What Heat knows stays with Heat, unless that would
 * close a cycle of resources. Faults are reported to the template's source; what they leave undecided is static.
 */
export function classify(
  template: Template,
  servers: ReadonlyMap<string, Server>,
  { prefer = 'static' }: ClassifyOptions = {},
): ReadonlyMap<HotCall, Reading> {
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
  const candidates: Candidate[] = [];
  for (const found of findCalls(servers)) {
    const output = readingOfOutput(found, template, servers);
    const isWritten = output !== undefined && output.kind !== 'allAttributes';
    const reading = isWritten ? output : (readingOfSecret(found, template) ?? output);
    readings.set(found.call, reading ?? { kind: 'static' });
    const to = reading === undefined || reading.kind === 'allAttributes' ? targetOf(found.call) : undefined;
    if (to === undefined || !template.resources.has(to)) continue;
    const machine = prefer === 'runtime' ? preferredFact({ ...found, to }, servers) : undefined;
    if (machine === undefined) candidates.push({ ...found, to });
    else readings.set(found.call, machine);
  }
  const isKept = graph.keepable(candidates.map(({ server, to }) => ({ from: server.resource, to })));
  for (const candidate of candidates) {
    const { call, server, to } = candidate;
    if (isKept({ from: server.resource, to })) continue;
    const reading = readingInCycle(candidate, template, servers);
    if (reading !== undefined) readings.set(call, reading);
  }
  return readings;
}

function* findCalls(servers: ReadonlyMap<string, Server>): Generator<Found> {
  for (const server of servers.values()) {
    for (const role of server.roles) {
      for (const input of role.inputs) {
        for (const call of input.calls) if (call.name.startsWith('get_')) yield { server, role, input, call };
      }
    }
  }
}

function targetOf(call: HotCall): string | undefined {
  if (call.name === 'get_attr') return attributeTarget(call);
  return call.name === 'get_resource' ? namedTarget(call) : undefined;
}

function readingOfOutput(
  { server, role, call }: Found,
  template: Template,
  servers: ReadonlyMap<string, Server>,
): Reading | undefined {
  const producer = call.name === 'get_attr' ? servers.get(attributeTarget(call) ?? '') : undefined;
  if (producer === undefined) return undefined;
  // What is told without a declaration has to be named.
  if (producer.group === undefined && producer.outputs.size > 0) {
    const written = attributeCall(call);
    if (written === undefined) return { kind: 'anyOutput', server: producer };
    if (written.attribute === undefined) return { kind: 'allAttributes', server: producer };
  }
  const read = serverRead(call, servers);
  const found = outputNamed(producer, read?.attribute);
  if (read === undefined || found === undefined) return undefined;
  if (producer.group !== undefined && read.segments === undefined) {
    const text = `what stands behind "${read.attribute}" is computed, or counts from an end: what the members of a group have takes names, and numbers from 0 on`;
    template.source.report(call.at, 'E_RTFN', text);
  }
  const isOwn = producer === server;
  if (isOwn && found.role.index > role.index) {
    const text = `role "${role.name}" reads "${read.attribute}", which role "${found.role.name}" writes later on the same server: move "${found.role.name}" before it`;
    template.source.report(call.at, 'E_LATER', text);
  }
  return { kind: 'output', server: producer, role: found.role, read, isLocal: isOwn && found.role === role };
}

/** What an input says is sensitive stays out of the user data. */
function readingOfSecret({ server, input, call }: Found, template: Template): Reading | undefined {
  const { source } = template;
  if (!input.isSensitive) return undefined;
  if (isOfMember(server, call)) {
    source.report(call.at, 'E_SENSITIVE', ofMemberText);
    return undefined;
  }
  const half = halfMade(call, template);
  if (half === undefined) return { kind: 'late', why: 'the input is sensitive' };
  const text =
    call.name === 'get_resource'
      ? 'get_resource cannot stay out of the user data, as "sensitive: true" asks: an id is no secret, so give it as an input of its own'
      : `${half.what} cannot stay out of the user data, as "sensitive: true" asks: ${half.next}`;
  source.report(call.at, 'E_SENSITIVE', text);
  return undefined;
}

/** What machines tell of themselves. A part of what the members of a group tell has to be named: see `readingOfOutput`. */
function factOf(read: ServerRead | undefined): MachineFact | undefined {
  const isNamed = read?.members === undefined || read.segments !== undefined;
  return isNamed ? facts.get(read?.attribute ?? '') : undefined;
}

/** The machine's own word for what Heat could resolve, too: then nobody is created after it. */
function preferredFact({ server, call, to }: Candidate, servers: ReadonlyMap<string, Server>): Reading | undefined {
  const read = serverRead(call, servers);
  const fact = factOf(read);
  if (read === undefined || to === server.resource || fact === undefined) return undefined;
  return { kind: 'machine', server: read.server, fact, read, why: 'run time is preferred' };
}

/** Whether a call is another one for each member of a group: the stack has outputs for none of them. */
function isOfMember({ group }: Server, { data }: HotCall): boolean {
  return group?.indexVariable !== undefined && writeData(data).includes(group.indexVariable);
}

const ofMemberText =
  'the value is another one for each member of the group, and no output of the stack can tell it: read it without the index, as a list of all members';

function readingInCycle(
  { server, call, to }: Candidate,
  template: Template,
  servers: ReadonlyMap<string, Server>,
): Extract<Reading, { kind: 'machine' | 'late' }> | undefined {
  const read = serverRead(call, servers);
  const fact = factOf(read);
  const self = server.group === undefined ? 'the server itself' : 'members of the same group';
  const why = to === server.resource ? self : `"${server.resource}" and "${to}" depend on each other`;
  if (read !== undefined && fact !== undefined) return { kind: 'machine', server: read.server, fact, read, why };
  if (isOfMember(server, call)) {
    template.source.report(call.at, 'E_CYCLE_LATE', ofMemberText);
    return undefined;
  }
  const half = halfMade(call, template);
  if (half === undefined) return { kind: 'late', why };
  const when =
    to === server.resource
      ? `is not known before "${server.resource}" exists`
      : `needs "${to}" before "${server.resource}", and "${to}" needs "${server.resource}" before itself`;
  const meanwhile =
    call.name === 'get_resource'
      ? 'Heat gives a name for an id until there is one'
      : 'until then Heat gives a part of it';
  template.source.report(call.at, 'E_CYCLE_LATE', `${half.what} ${when}, and ${meanwhile}: ${half.next}`);
  return undefined;
}
