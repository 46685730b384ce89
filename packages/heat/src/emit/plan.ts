import {
  addImplicitOutputs,
  type Expression,
  type PlanInput,
  type PlanNode,
  type PlanRole,
  readsPeers,
  type Traits,
  toldOptions,
  traitsInUse,
} from '@heddle/core';
import type { MachineFact, Reading } from '../classify/classify.ts';
import { resolveAfter } from '../classify/resolve-after.ts';
import { secretsIn } from '../classify/secrets.ts';
import { callsIn, callWords, type HotCall } from '../model/hot.ts';
import { nodesOf } from '../model/node-names.ts';
import type { Role, RoleInput, Server } from '../model/role.ts';
import { machineRole } from '../model/servers.ts';
import type { Template } from '../model/template.ts';
import { compileExpression } from './expression.ts';
import { withIndex } from './index-variable.ts';
import { StaticBindings } from './static-bindings.ts';

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
  readonly #warnings = new Set<string>();
  readonly #traits: Traits;
  readonly #template: Template;
  readonly #servers: ReadonlyMap<string, Server>;
  readonly #readings: ReadonlyMap<HotCall, Reading>;
  readonly #facts: ReadonlyMap<string, ReadonlySet<MachineFact>>;

  constructor(
    template: Template,
    servers: ReadonlyMap<string, Server>,
    readings: ReadonlyMap<HotCall, Reading>,
    traits: Traits,
  ) {
    const roles = [...servers.values()].flatMap((server) => server.roles);
    this.#traits = traitsInUse(traits, roles);
    this.#template = template;
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
      inputs: role.inputs.map((input) => this.#input(input, reader)),
      outputs: role.outputs.map(({ at, ...output }) => ({ ...output, position: this.#position(at) })),
      after: resolveAfter(server, role, this.#servers, this.#template.source),
      deadlineMs: role.deadlineMs,
      concurrent: role.concurrent,
      ...(readsPeers(this.#traits, role.adapter, role.options) ? { readsPeers: true } : {}),
      ...toldOptions(this.#traits, role.adapter),
      position: this.#position(role.at),
    };
  }

  #input(input: RoleInput, reader: Reader): PlanInput {
    const { source, isGivenWhole } = this.#template;
    const scope = { readings: this.#readings, source, isGivenWhole, ...reader };
    const expression: Expression = compileExpression(input.value, scope);
    const secrets = secretsIn(input.value, this.#template);
    const { path, deadlineMs, missing, at } = input;
    if (input.isSensitive) this.#refuseKnown(input, expression, secrets);
    for (const secret of secrets) {
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

  /** Report a sensitive input whose value would be in the plan, or in the user data. */
  #refuseKnown({ value, at }: RoleInput, { kind }: Expression, secrets: readonly HotCall[]): void {
    const { source } = this.#template;
    const path = [...at, 'sensitive'];
    if (kind === 'constant') {
      const text =
        'a value that stands in the template stands in the plan and the store, too, so it is no secret: give it as a hidden parameter';
      source.report(path, 'E_SENSITIVE', text);
      return;
    }
    const found = secrets[0] ?? [...callsIn(value)].find(({ name }) => name.startsWith('get_'));
    if ((kind !== 'static' && secrets.length === 0) || found === undefined) return;
    const text = `Heat resolves ${callWords(found)} into the user data of the server, so this cannot stay out of it, as "sensitive: true" asks: have a role publish the value as a sensitive output, or leave "sensitive" out: hidden parameters and generated passwords are masked in logs anyway`;
    source.report(path, 'E_SENSITIVE', text);
  }

  #readsSensitive({ value }: RoleInput): boolean {
    return [...callsIn(value)].some((call) => {
      const reading = this.#readings.get(call);
      if (reading?.kind !== 'output') return false;
      return reading.server.outputs.get(reading.read.attribute ?? '')?.output.sensitive === true;
    });
  }

  #position(at: Role['at']) {
    const { source } = this.#template;
    return { file: source.file, line: source.locate(at).line };
  }
}
