import {
  addImplicitOutputs,
  type Expression,
  formatPath,
  type PlanInput,
  type PlanNode,
  type PlanRole,
  readsPeers,
  type Traits,
  toldOptions,
  traitsInUse,
} from '@heddle/core';
import type { MachineFact, Reading } from '../classify/reading.ts';
import { resolveAfter } from '../classify/resolve-after.ts';
import { secretConstants } from '../classify/secret-constants.ts';
import { SecretFinder } from '../classify/secrets.ts';
import type { Hot, HotCall } from '../model/hot.ts';
import type { KnownValues } from '../model/known-value.ts';
import { nodesOf } from '../model/node-names.ts';
import type { Role, RoleInput, Server } from '../model/role.ts';
import { outputNamed } from '../model/server-outputs.ts';
import { machineRole } from '../model/servers.ts';
import type { Template } from '../model/template.ts';
import { compileExpression } from './expression.ts';
import { withIndex } from './index-variable.ts';
import { LateValues, outputPrefix, stackNode } from './late-values.ts';
import { StaticBindings } from './static-bindings.ts';

interface Place extends Reader {
  readonly server: Server;
  readonly role: Role;
}

/** A node of the plan, or the members of a group, and the values that Heat resolves for each of them. */
export interface CompiledNode {
  readonly members: readonly PlanNode[];
  readonly bindings: StaticBindings;
}

/** Who reads: its index in its group, and what Heat resolves for it. */
interface Reader {
  readonly index: number;
  readonly bindings: StaticBindings;
}

/** Compiles servers to nodes of the plan. */
export class NodeCompiler {
  readonly late = new LateValues();
  readonly #warnings = new Set<string>();
  readonly #traits: Traits;
  readonly #known: KnownValues;
  readonly #template: Template;
  readonly #secrets: SecretFinder;
  readonly #servers: ReadonlyMap<string, Server>;
  readonly #readings: ReadonlyMap<HotCall, Reading>;
  readonly #facts: ReadonlyMap<string, ReadonlySet<MachineFact>>;

  constructor(
    template: Template,
    servers: ReadonlyMap<string, Server>,
    readings: ReadonlyMap<HotCall, Reading>,
    { traits, known }: { readonly traits: Traits; readonly known: KnownValues },
  ) {
    this.#known = known;
    const roles = [...servers.values()].flatMap((server) => server.roles);
    this.#traits = traitsInUse(traits, roles);
    this.#template = template;
    this.#secrets = new SecretFinder(template);
    this.#servers = servers;
    this.#readings = readings;
    const facts = new Map<string, Set<MachineFact>>();
    for (const reading of readings.values()) {
      if (reading.kind !== 'machine') continue;
      const known = facts.get(reading.server.node) ?? new Set();
      facts.set(reading.server.node, known.add(reading.fact));
    }
    this.#facts = facts;
  }

  /** Each once: members of a group have the same ones. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  compile(server: Server): CompiledNode {
    const bindings = new StaticBindings();
    const { group } = server;
    const members = nodesOf(server).map((name, index): PlanNode => {
      const roles = this.#roles(server, index, bindings);
      return { name, group: group === undefined ? null : server.node, index, roles };
    });
    return { members, bindings };
  }

  #roles(server: Server, index: number, bindings: StaticBindings): readonly PlanRole[] {
    const variable = server.group?.indexVariable;
    const declared = server.roles.map((written) => {
      const role = this.#role(server, written, { index, bindings });
      return variable === undefined ? role : withIndex(role, variable, index);
    });
    const position = this.#position(server.at);
    const roles = addImplicitOutputs(declared, this.#traits, (output, role) => ({
      ...output,
      position: role.position ?? position,
    }));
    const facts = [...(this.#facts.get(server.node) ?? [])];
    const own = facts.length === 0 ? [] : [this.#machineRole(server, facts)];
    return [...own, ...roles];
  }

  /** The role in which the machine publishes what only it can tell in time. */
  #machineRole(server: Server, facts: readonly MachineFact[]): PlanRole {
    return {
      name: machineRole,
      adapter: 'machine',
      options: { kind: 'constant', value: {} },
      inputs: [],
      outputs: facts.map((name) => ({ name, path: [name], sensitive: false, publish: 'settled' })),
      after: [],
      deadlineMs: server.roles[0]?.deadlineMs ?? 1,
      concurrent: false,
      position: this.#position(server.at),
    };
  }

  #role(server: Server, role: Role, reader: Reader): PlanRole {
    return {
      name: role.name,
      adapter: role.adapter,
      options: { kind: 'constant', value: role.options },
      inputs: role.inputs.map((input) => this.#input(input, { server, role, ...reader })),
      outputs: role.outputs.map(({ at, ...output }) => ({ ...output, position: this.#position(at) })),
      after: resolveAfter(server, role, this.#servers, this.#template.source),
      deadlineMs: role.deadlineMs,
      concurrent: role.concurrent,
      ...(readsPeers(this.#traits, role.adapter, role.options) ? { readsPeers: true } : {}),
      ...toldOptions(this.#traits, role.adapter),
      position: this.#position(role.at),
    };
  }

  #input(input: RoleInput, { server, role, index, bindings }: Place): PlanInput {
    const { source } = this.#template;
    const secrets = this.#secrets.among(input.calls);
    const constants = secretConstants(input);
    // Not by a number: a constant that is added would give the machines of an older template another one's value.
    const placeOf = ({ at }: Hot) => {
      const within = at.slice(input.value.at.length).map(String);
      return [server.node, role.name, formatPath(input.path), ...within];
    };
    const expression: Expression = compileExpression(input.value, {
      template: this.#template,
      readings: this.#readings,
      server,
      role,
      input,
      index,
      bindings,
      late: this.late,
      known: this.#known,
      isSecret: (call) => input.isSensitive || secrets.includes(call),
      hidden: new Map(constants.map((constant) => [constant, placeOf(constant)])),
      bind: (data) => data,
    });
    const { path, deadlineMs, missing, at } = input;
    for (const constant of constants.slice(0, 1)) {
      const text =
        'a constant of a sensitive input stands in the template, and in the user data of the server, which the metadata service shows to the machine: give what is secret of it as a hidden parameter';
      this.#warnings.add(source.warning(constant.at, 'W_SECRET', text));
    }
    if (input.isSensitive) this.#refuseKnown(input, expression);
    this.#warnOfLate(input, server);
    for (const secret of secrets) {
      if (isLate(this.#readings.get(secret))) continue;
      const text =
        'the value is secret, and it stands in the user data of the server, which the metadata service shows to the machine';
      this.#warnings.add(source.warning(secret.at, 'W_SECRET', text));
    }
    return {
      path,
      expression,
      deadlineMs,
      missing,
      sensitive: input.isSensitive || secrets.length > 0 || this.#readsSensitive(input),
      ...(input.default === undefined ? {} : { default: input.default }),
      position: this.#position(at),
    };
  }

  /** Report a sensitive input whose value would be in the plan. */
  #refuseKnown({ at, default: fallback }: RoleInput, { kind }: Expression): void {
    const text =
      'a value that stands in the template stands in the plan and the store, too, so it is no secret: give it as a hidden parameter';
    if (kind === 'constant') this.#template.source.report([...at, 'sensitive'], 'E_SENSITIVE', text);
    const hasDefault = fallback !== undefined && fallback !== null && fallback !== '';
    if (hasDefault)
      this.#template.source.report([...at, 'default'], 'E_SENSITIVE', `the default of a sensitive input: ${text}`);
  }

  #warnOfLate({ calls }: RoleInput, { at: server }: Server): void {
    const { source } = this.#template;
    const late = calls.find((call) => isLate(this.#readings.get(call)));
    if (late === undefined) return;
    if ([...this.#servers.values()].some(({ node }) => node === stackNode)) {
      const text = `a value of this template travels by the outputs of the stack, for which the node "${stackNode}" stands: name the server otherwise`;
      source.report(server, 'E_NAME', text);
    }
    const text = `only Heat has the value in time: it travels by an output of the stack (${outputPrefix}...), which all who may look at the stack see, and heddle seed needs --watch to copy it`;
    this.#warnings.add(source.warning(late.at, 'W_LATE', text));
  }

  #readsSensitive({ calls }: RoleInput): boolean {
    return calls.some((call) => {
      const reading = this.#readings.get(call);
      if (reading?.kind === 'output') return outputNamed(reading.server, reading.read.attribute)?.output.sensitive;
      if (reading?.kind !== 'anyOutput' && reading?.kind !== 'allAttributes') return false;
      return [...reading.server.outputs.values()].some(({ output }) => output.sensitive);
    });
  }

  #position(at: Role['at']) {
    const { source } = this.#template;
    return { file: source.file, line: source.locate(at).line };
  }
}

function isLate(reading: Reading | undefined): boolean {
  return reading?.kind === 'late';
}
