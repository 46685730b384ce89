import { expectedPlan, HeddleError, type Json, leaves, type Plan, type PlanNode } from '@heddle/core';
import { loadPlan } from '../deployment/load.ts';
import { compileTemplateFile } from '../heat/compile-file.ts';
import { readTemplateFile } from '../heat/template-file.ts';

/** What Heat, or whoever starts the machines, resolves before a role runs. */
export interface StaticEdge {
  /** The resource, parameter or file that is read; `user data` where only the compiled plan is known. */
  readonly from: string;
  /** `NODE.ROLE`. */
  readonly to: string;
  /** As the template writes it, short: `password.value`; of a compiled plan the value's id. */
  readonly reads: string;
}

/** A plan in which choices fall as the parameters say, and what is known of it beside the store. */
export interface Planned {
  readonly plan: Plan;
  readonly staticEdges: readonly StaticEdge[];
  /** Outputs that the template shows, `NODE.OUTPUT`: they are read by who looks at the stack. */
  readonly shown: readonly string[];
}

export interface LoadPlannedOptions {
  /** Also a deployment file some of whose roles can never start. @default false */
  readonly allowsStrictCycles?: boolean;
  readonly set?: Readonly<Record<string, Json>>;
  /** Milliseconds. */
  readonly deadline?: number;
  readonly deployment?: string;
  readonly rolesKey?: string;
  readonly components?: boolean;
  readonly parameter?: Readonly<Record<string, string>>;
  readonly prefer?: 'static' | 'runtime';
}

/**
 * Read a deployment file, a Heat template or a compiled plan.
 *
 * @throws config-invalid, plan-invalid, usage for `set` with a template.
 */
export async function loadPlanned(file: string, options: LoadPlannedOptions): Promise<Planned> {
  const { set, deadline, deployment, rolesKey, components, parameter, prefer, allowsStrictCycles } = options;
  const template = await readTemplateFile(file);
  if (template === undefined) {
    const loaded = await loadPlan(file, {
      ...(allowsStrictCycles === undefined ? {} : { allowsStrictCycles }),
      ...(set === undefined ? {} : { params: set }),
      ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    });
    const plan = expectedPlan(loaded);
    return { plan, staticEdges: edgesFromUserData(plan.nodes), shown: [] };
  }
  if (set !== undefined) {
    throw new HeddleError(
      'usage',
      '--set is for the params of a heddle.yaml; the parameters of a template are given to Heat',
    );
  }
  const compiled = await compileTemplateFile(file, template, {
    ...(deadline === undefined ? {} : { deadline }),
    ...(deployment === undefined ? {} : { deployment }),
    ...(rolesKey === undefined ? {} : { rolesKey }),
    ...(components === undefined ? {} : { components }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(prefer === undefined ? {} : { prefer }),
    isPreview: true,
  });
  const staticEdges = compiled.references.flatMap(({ node, role, resolved, reference, of }): StaticEdge[] =>
    resolved === 'by Heat' ? [{ from: of ?? reference, to: `${node}.${role}`, reads: reference }] : [],
  );
  return { plan: expectedPlan(compiled.plan), staticEdges: unique(staticEdges), shown: compiled.shown };
}

/** A compiled plan knows its values by their ids only. */
function edgesFromUserData(nodes: readonly PlanNode[]): readonly StaticEdge[] {
  const edges = nodes.flatMap(({ name, roles }) =>
    roles.flatMap((role) =>
      role.inputs.flatMap(({ expression }) =>
        leaves(expression).flatMap((leaf): StaticEdge[] =>
          leaf.kind === 'static' ? [{ from: 'user data', to: `${name}.${role.name}`, reads: leaf.id }] : [],
        ),
      ),
    ),
  );
  return unique(edges);
}

function unique(edges: readonly StaticEdge[]): readonly StaticEdge[] {
  return [...new Map(edges.map((edge) => [`${edge.from} ${edge.to} ${edge.reads}`, edge])).values()];
}
