import { addStartRoles, type Plan, type Traits } from '@heddle/core';
import { absentServerWarnings } from './classify/absent-servers.ts';
import { checkConditions } from './classify/check-conditions.ts';
import { checkNested, type ReadFile } from './classify/check-nested.ts';
import { checkReferences } from './classify/check-references.ts';
import { type ClassifyOptions, classify } from './classify/classify.ts';
import { checkRoleOrder } from './classify/role-order.ts';
import { shownByNode } from './classify/shown-outputs.ts';
import { unusedOutputWarnings } from './classify/unused-outputs.ts';
import { componentHint } from './components/hint.ts';
import { type TakenOver, takeOverComponents } from './components/take-over.ts';
import { CfnEmitter } from './emit/cfn/template.ts';
import { contentDirectory, type EmitOptions } from './emit/options.ts';
import { type CompiledNode, NodeCompiler } from './emit/plan.ts';
import { TemplateEmitter } from './emit/template.ts';
import { templateSizeWarnings, writeTemplate } from './emit/write-template.ts';
import { isCfnTemplate, readCfnTemplate } from './model/cfn.ts';
import { checkGivenParameters, countWarnings } from './model/given-parameters.ts';
import type { GivenParameters } from './model/group-size.ts';
import { KnownValues } from './model/known-value.ts';
import type { Server } from './model/role.ts';
import { readServers } from './model/servers.ts';
import { readTemplate } from './model/template.ts';
import { readTemplateSource, type TemplateSource } from './read/source.ts';
import { type ReferenceRow, referenceRows } from './report.ts';

/** The deadline of a wait when nobody says anything: ten minutes. */
const defaultDeadlineMs = 600_000;

export interface CompileTemplateOptions extends EmitOptions, ClassifyOptions {
  /** The file's name as messages shall show it. */
  readonly file: string;
  /** Milliseconds, > 0, of every wait that has no deadline of its own. @default 600000 */
  readonly deadlineMs?: number;
  /** The key of a server's metadata that holds its roles. @default 'roles' */
  readonly rolesKey?: string;
  /** Values of parameters that give the count of a group with roles; over their defaults. */
  readonly parameters?: GivenParameters;
  /** Values of all other parameters are taken, too: for who looks ahead, as Heat never learns of them. @default false */
  readonly isPreview?: boolean;
  /** Reads nested templates, to find roles in them. @default they are not looked at */
  readonly readFile?: ReadFile;
  /** Make roles of the software deployments of a HOT template. @default they stay what they are for Heat */
  readonly components?: boolean;
  /** What roles do by their adapter without a word in the template. @default nothing */
  readonly traits?: Traits;
}

/** A compiled template. */
export interface CompiledTemplate {
  /** The standard template as JSON text, for unmodified Heat. */
  readonly template: string;
  readonly plan: Plan;
  /** Every reference in an input, and who resolves it. */
  readonly references: readonly ReferenceRow[];
  /** Warnings about what is no mistake when somebody outside the template wants it so; not in the plan. */
  readonly hints: readonly string[];
  /** What became of deployments, or could: a line each, for the person who compiles. */
  readonly notes: readonly string[];
  /** Outputs of roles that the template's own outputs show, `NODE.OUTPUT`. */
  readonly shown: readonly string[];
}

/**
 * Compile an enriched Heat template to a standard one and a plan.
 *
 * What Heat can resolve stays a function of Heat; the rest becomes values that the machines exchange.
 *
 * @throws plan-invalid with all faults, one a line in `notes`: `FILE:LINE: CODE: text`.
 */
export function compileTemplate(text: string, options: CompileTemplateOptions): CompiledTemplate {
  const own = readTemplateSource(text, options.file);
  const isCfn = isCfnTemplate(own);
  const { source, warnings: componentWarnings, notes } = readComponents(own, isCfn, options);
  const template = (isCfn ? readCfnTemplate : readTemplate)(source, options.rolesKey ?? 'roles');
  const parameters = options.parameters ?? {};
  const traits: Traits = options.traits ?? new Map();
  const deadlineMs = options.deadlineMs ?? defaultDeadlineMs;
  const servers = readServers(template, { deadlineMs, parameters, traits });
  checkGivenParameters(parameters, template, servers, options.isPreview);
  const duplicates = duplicateWarnings(source, servers.size > 0);
  checkReferences(template, servers);
  checkConditions(template, servers);
  if (options.readFile !== undefined) checkNested(template, options.readFile);
  const readings = classify(template, servers, options);
  const emitter = new (isCfn ? CfnEmitter : TemplateEmitter)(template, servers, options);
  emitter.check();
  const compiler = new NodeCompiler(template, servers, readings, {
    traits,
    known: new KnownValues(template, parameters),
  });
  const nodes = new Map<string, CompiledNode>();
  for (const [name, server] of servers) nodes.set(name, compiler.compile(server));
  const absentWarnings = absentServerWarnings(template, servers, readings);
  const stack = compiler.late.nodes(deadlineMs);
  const planNodes = [...nodes.values()].flatMap(({ members }) => members).concat(stack);
  const orderWarnings = checkRoleOrder(planNodes, source);
  const emitted = emitter.emit(nodes, compiler.late);
  source.problems.throwIfAny();
  const written = writeTemplate(emitted, options.relocate);
  const shown = shownByNode(template, servers);
  const none =
    servers.size === 0 ? [`${source.file}:1: W_NO_ROLES: no server has roles, so the template stays as it is`] : [];
  return {
    template: written,
    plan: {
      heddlePlan: 1,
      deployment: options.deployment,
      store: options.store ?? null,
      template: source.file,
      directory: contentDirectory,
      nodes: addStartRoles(planNodes, traits, shown),
      groups: groupCounts(servers),
      warnings: [
        ...none,
        ...duplicates,
        ...componentWarnings,
        ...compiler.warnings,
        ...emitter.warnings,
        ...orderWarnings,
        ...absentWarnings,
        ...countWarnings(template, servers),
        ...(servers.size === 0 ? [] : templateSizeWarnings(written, source.file)),
      ],
    },
    hints: planNodes.some(({ roles }) => roles.some((role) => role.readsPeers === true))
      ? []
      : unusedOutputWarnings(template, servers),
    notes,
    shown: shown.map(({ node, output }) => `${node}.${output}`),
    references: referenceRows(servers, readings, (call) => source.locate(call.at).line),
  };
}

function readComponents(source: TemplateSource, isCfn: boolean, options: CompileTemplateOptions): TakenOver {
  const { components = false, rolesKey = 'roles', readFile } = options;
  if (!components) return { source, warnings: [], notes: isCfn ? [] : componentHint(source) };
  if (!isCfn) return takeOverComponents(source, { rolesKey, ...(readFile === undefined ? {} : { readFile }) });
  const text = `${source.file}:1: W_COMPONENT: --components makes roles of the deployments of a template in HOT; this one stays as it is`;
  return { source, warnings: [text], notes: [] };
}

function groupCounts(servers: ReadonlyMap<string, Server>): Readonly<Record<string, number>> {
  const groups = [...servers.values()].filter(({ group }) => group !== undefined && group.count > 0);
  return Object.fromEntries(groups.map(({ node, group }) => [node, group?.count ?? 0]));
}

/** A key that stands twice is an error where there are roles; without them the template is Heat's own affair. */
function duplicateWarnings(source: TemplateSource, hasRoles: boolean): readonly string[] {
  const warnings: string[] = [];
  for (const { key, line } of source.duplicates) {
    const text = `"${key}" stands here a second time`;
    if (hasRoles) source.problems.reportAt({ line, column: 1 }, [], `E_YAML: ${text}`);
    else warnings.push(`${source.file}:${line}: W_YAML: ${text}; Heat takes this one`);
  }
  return warnings;
}
