import { HeddleError } from '../errors/heddle-error.ts';
import { memberName } from '../expressions/expression.ts';
import type { Json } from '../values/json.ts';
import { type AfterTarget, expandAfter, resolveAfter } from './after.ts';
import { compileInputs, compileOptions } from './compile-role.ts';
import { checkStrictCycles, cycleWarnings } from './cycles.ts';
import { declareNodes } from './declare.ts';
import { readDeadline, readGrace } from './declare-role.ts';
import { declareTraits } from './declare-traits.ts';
import type { DeclaredRole, Member, Model, RoleDeclaration } from './model.ts';
import { nameProblem } from './names.ts';
import { readParams } from './params.ts';
import type { Plan, PlanNode, PlanRole, RoleRef } from './plan.ts';
import { RoleGraph } from './role-graph.ts';
import { checkShape } from './shape.ts';
import { readSource, type Source } from './source.ts';
import { addStartRoles } from './start-roles.ts';
import type { Traits } from './traits.ts';
import { toldOptions } from './traits-in-use.ts';

/** The deadline of a wait when nobody says anything: ten minutes. */
export const defaultDeadlineMs = 600_000;

export interface CompileOptions {
  /** The file's name as messages shall show it. */
  readonly file: string;
  /** The folder that paths in the file resolve against, absolute. */
  readonly directory: string;
  /** Values over those of the file's `params`; each must be declared there. They are data: a `${` in them is text. */
  readonly params?: Readonly<Record<string, Json>>;
  /** Milliseconds, > 0: over the deployment's own `deadline`. Roles and inputs that name a deadline keep theirs. */
  readonly deadlineMs?: number;
  /** Sizes of groups over their `count` in the file, by name; each must be a group there. */
  readonly counts?: Readonly<Record<string, number>>;
  /** Over the deployment's name in the file. */
  readonly deployment?: string;
  /** What adapters add to their roles. @default nothing */
  readonly traits?: Traits;
  /** Compile a file some of whose roles can never start because they wait for one another, so that it can be drawn. @default false */
  readonly allowsStrictCycles?: boolean;
}

/**
 * Compile a deployment file to its plan.
 *
 * Groups become their members, names are looked up, `self` and `params` become constants, deadlines are settled:
 * an input's own, else its role's, else `deadlineMs`, else the deployment's, else ten minutes.
 *
 * @throws `config-invalid` when the text is no YAML map; `plan-invalid` with all other faults of the file, one a line in
 *   `notes` and as data in `details.problems`; `usage` for an override that does not fit.
 */
export function compile(text: string, options: CompileOptions): Plan {
  return compileSource(readSource(text, options.file), options);
}

/** Compile a document that was read from something else than a deployment file; see `compile`. */
export function compileSource(source: Source, options: Omit<CompileOptions, 'file'>): Plan {
  checkShape(source.data, source.problems);
  const traits = declareTraits(source, options.traits ?? new Map());
  const fileDeadlineMs = readDeadline(source.data.deadline, ['deadline'], source);
  const graceMs = readGrace(source);
  const model: Model = {
    deployment: readDeployment(source, options),
    store: typeof source.data.store === 'string' ? source.data.store : null,
    params: readParams(source, options.params ?? {}),
    nodes: declareNodes(
      source,
      { deadlineMs: options.deadlineMs ?? fileDeadlineMs ?? defaultDeadlineMs, traits },
      options.counts ?? {},
    ),
  };
  const compiler = new Compiler(source, model, traits);
  const nodes = compiler.nodes();
  const graph = new RoleGraph(nodes, compiler.after, model);
  if (options.allowsStrictCycles !== true) checkStrictCycles(graph, source);
  source.problems.throwIfAny();
  return {
    heddlePlan: 1,
    deployment: model.deployment,
    store: model.store,
    ...(model.store === null ? {} : { storePosition: { file: source.file, line: source.locate(['store']).line } }),
    directory: options.directory,
    ...(graceMs === undefined ? {} : { graceMs }),
    nodes: addStartRoles(nodes, traits),
    groups: Object.fromEntries(
      [...model.nodes.values()].flatMap(({ name, count }) => (count === undefined ? [] : [[name, count]])),
    ),
    warnings: cycleWarnings(graph, source),
  };
}

function readDeployment(source: Source, { deployment }: Pick<CompileOptions, 'deployment'>): string {
  if (deployment === undefined) return typeof source.data.deployment === 'string' ? source.data.deployment : '';
  const problem = nameProblem('deployment', deployment);
  if (problem !== undefined) throw new HeddleError('usage', problem);
  return deployment;
}

class Compiler {
  /** The entries of each role's `after`, looked up. */
  readonly after = new Map<DeclaredRole, readonly AfterTarget[]>();
  readonly #source: Source;
  readonly #model: Model;
  readonly #traits: Traits;
  /** All members of a group share one list: at a thousand members each of its own would be a million entries. */
  readonly #expanded = new Map<DeclaredRole, readonly RoleRef[]>();

  constructor(source: Source, model: Model, traits: Traits) {
    this.#traits = traits;
    this.#source = source;
    this.#model = model;
  }

  nodes(): readonly PlanNode[] {
    return [...this.#model.nodes.values()].flatMap((node) => {
      for (const role of node.roles) this.#lookUpAfter({ node, role });
      const members = Array.from({ length: node.count ?? 1 }, (_, index): Member => {
        return { node, index, name: node.count === undefined ? node.name : memberName(node.name, index) };
      });
      return members.map((member): PlanNode => {
        const group = node.count === undefined ? null : node.name;
        return {
          name: member.name,
          group,
          index: member.index,
          roles: node.roles.map((role) => this.#role(role, member)),
        };
      });
    });
  }

  #lookUpAfter(declared: RoleDeclaration): void {
    const { role } = declared;
    const targets = resolveAfter(declared, this.#model, this.#source.problems.report);
    this.after.set(role, targets);
    const refs = new Map(targets.flatMap(expandAfter).map((ref) => [`${ref.node}.${ref.role}`, ref]));
    this.#expanded.set(role, [...refs.values()]);
  }

  #role(role: DeclaredRole, member: Member): PlanRole {
    const { report } = this.#source.problems;
    const place = { model: this.#model, member, role, report };
    const { file } = this.#source;
    const lineOf = (at: DeclaredRole['at']) => ({ file, line: this.#source.locate(at).line });
    return {
      name: role.name,
      adapter: role.adapter,
      options: compileOptions(place),
      inputs: compileInputs(place, lineOf),
      outputs: role.outputs.map(({ at, ...output }) => ({ ...output, position: lineOf(at) })),
      after: this.#expanded.get(role) ?? [],
      deadlineMs: role.deadlineMs,
      concurrent: role.concurrent,
      ...(role.readsPeers ? { readsPeers: true } : {}),
      ...toldOptions(this.#traits, role.adapter),
      position: lineOf(role.at),
    };
  }
}
