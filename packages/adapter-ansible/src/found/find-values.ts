import { resolve } from 'node:path';
import type { FindContext, FoundValues } from '@heddle/agent';
import { suggest } from '@heddle/core';
import { ansibleOptions, inventories, typedInventories } from '../options.ts';
import { readConfiguration } from './configuration.ts';
import { ProjectFiles } from './files.ts';
import { mayCover, unknownNames } from './host-pattern.ts';
import { type InPlay, Project } from './project.ts';
import { InventoryReader } from './read-inventories.ts';
import { secretsOfAll } from './secret-variables.ts';
import { PlaybookWalker } from './walk-playbook.ts';
import { namesOfAll, type ReadProject, warningsOf } from './warnings.ts';

/**
 * Find what playbooks set and what they read of other hosts by `hostvars`, without running anything.
 *
 * @returns One answer for each role, in their order. What cannot be read or decided is a note, never an error.
 */
export async function findValues(contexts: readonly FindContext[]): Promise<readonly FoundValues[]> {
  const projects = new Map<string, Promise<ReadProject>>();
  const plays = await Promise.all(
    contexts.map(async (context) => {
      const options = ansibleOptions.safeParse(context.options);
      // The check of the role tells what is wrong with them.
      if (!options.success) return undefined;
      const written = { own: inventories(options.data), typed: typedInventories(options.data) };
      const key = JSON.stringify([options.data.playbook, written]);
      const read = projects.get(key) ?? readProject(context, options.data.playbook, written);
      projects.set(key, read);
      const inputs = context.role.inputs.map(({ path: [name = ''], sensitive }) => ({ name, sensitive }));
      const given = [...Object.keys(options.data.vars ?? {}).map((name) => ({ name, sensitive: false })), ...inputs];
      return { ...(await read), context, options: options.data, given };
    }),
  );
  const read = plays.filter((play) => play !== undefined);
  const secrets = secretsOfAll(read);
  const names = namesOfAll(read);
  return plays.map((play): FoundValues => {
    if (play === undefined) return { isShared: false, assigned: [], mentioned: [], notes: [] };
    const { context, options } = play;
    const hidden = secrets.get(play) ?? new Set();
    const values = valuesOf(play, context, hidden, options.share === true);
    const isLast = contexts.findLast(({ members }) => members[0] === context.members[0]) === context;
    const position = { file: options.playbook, line: 1 };
    const end = { path: ended, position };
    return {
      ...values,
      warnings: [
        ...idleWarnings(play, context, options.playbook),
        ...(values.isShared ? warningsOf(play, names, hidden) : []),
      ],
      assigned: isLast && values.isShared ? [...values.assigned, { ...end, sensitive: false }] : values.assigned,
      mentioned: options.undeclared === 'wait' ? [...values.mentioned, end] : values.mentioned,
    };
  });
}

/** What the last Ansible role of a node sets at its end, for those who wait for that. The collection knows the name. */
const ended = ['heddle_ended'];

async function readProject(
  { directory, peers }: FindContext,
  playbook: string,
  { own, typed }: { readonly own: readonly string[]; readonly typed: readonly string[] },
): Promise<ReadProject> {
  const project = new Project(new ProjectFiles(directory));
  const { rolesPath, inventory, hidesAll } = await readConfiguration(directory);
  const walker = new PlaybookWalker(project, rolesPath, hidesAll);
  const paths = [...(own.length > 0 ? own : inventory), ...typed].filter((path) => !path.includes(','));
  const inventories = new InventoryReader(project, peers);
  for (const path of paths.map((written) => resolve(directory, written)))
    for (const folder of await inventories.read(path)) await walker.variables(folder);
  await walker.playbook(resolve(directory, playbook));
  const hosts = { ...inventories.known, makesGroups: project.makesGroups };
  const told = new Set<string>();
  for (const { pattern, place } of project.plays)
    for (const name of unknownNames(pattern, hosts).filter((unknown) => !told.has(unknown))) {
      project.note(place, `is for hosts that only the run knows: ${name} may be any node`);
      told.add(name);
    }
  for (const { variable, place } of project.times)
    if (project.commands.has(variable))
      project.note(
        place,
        `reads when a command ran (${variable}), which a found output leaves out: declare an output for it`,
      );
  return { project, hosts };
}

function valuesOf(
  { project, hosts }: ReadProject,
  { members }: FindContext,
  secrets: ReadonlySet<string>,
  isShared: boolean,
): FoundValues {
  const isHere = ({ hosts: pattern }: InPlay<unknown>): boolean =>
    pattern === undefined || mayCover(pattern, members, hosts);
  const mentioned = project.mentions
    .filter(isHere)
    .map(({ finding: { variable, place } }) => ({ path: [variable], position: place }));
  const aliased = mentioned.flatMap(({ path: [variable = ''], position }) =>
    [...followed(variable, project.aliases)].map((name) => ({ path: [name], position })),
  );
  const assigned = project.assignments.filter(isHere).map(({ finding: { variable, place } }) => ({
    path: [variable],
    sensitive: secrets.has(variable),
    position: place,
  }));
  return { isShared, assigned, mentioned: [...mentioned, ...aliased], notes: [...project.notes] };
}

/** Hosts of a play that is for whoever runs it. */
const ownHost = /\b(?:localhost|127\.0\.0\.1|ungrouped)\b/;

/** Warn of a role that does nothing: the playbook has plays, and none of them is for its node, or for a member of its group. */
function idleWarnings(
  { project, hosts }: ReadProject,
  { role, members, peers }: FindContext,
  playbook: string,
): readonly string[] {
  const isFor = ({ pattern }: Project['plays'][number]) => ownHost.test(pattern) || mayCover(pattern, members, hosts);
  if (project.plays.length === 0 || project.plays.some(isFor)) return [];
  const nodes = new Set(peers.flatMap((peer) => peer.members));
  const others = new Set([...hosts.groups.values()].flatMap((group) => [...group].filter((host) => !nodes.has(host))));
  const [first = ''] = members;
  const { file, line } = role.position ?? { file: playbook, line: 1 };
  return [`${file}:${line}: no play of ${playbook} is for ${first}${suggest(first, [...others], 'the inventory has')}`];
}

/** What a variable of groups or hosts is made of, through others too. */
function followed(variable: string, aliases: Project['aliases'], seen = new Set<string>()): ReadonlySet<string> {
  for (const name of aliases.get(variable) ?? []) {
    if (seen.has(name)) continue;
    seen.add(name);
    followed(name, aliases, seen);
  }
  return seen;
}
