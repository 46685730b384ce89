import { dirname, join, relative, resolve } from 'node:path';
import type { FindContext, FoundValues } from '@heddle/agent';
import { ansibleOptions, inventories, typedInventories } from '../options.ts';
import { readConfiguration } from './configuration.ts';
import { ProjectFiles } from './files.ts';
import { type KnownHosts, mayCover, unknownNames } from './host-pattern.ts';
import { type Groups, readGroups } from './inventory-groups.ts';
import { inventoryVariables } from './inventory-variables.ts';
import { type InPlay, Project } from './project.ts';
import { type Given, secretVariables } from './secret-variables.ts';
import { PlaybookWalker } from './walk-playbook.ts';

/**
 * Find what playbooks set and what they read of other hosts by `hostvars`, without running anything.
 *
 * @returns One answer for each role, in their order. What cannot be read or decided is a note, never an error.
 */
export async function findValues(contexts: readonly FindContext[]): Promise<readonly FoundValues[]> {
  const projects = new Map<string, Promise<ReadProject>>();
  return Promise.all(
    contexts.map(async (context) => {
      const options = ansibleOptions.safeParse(context.options);
      // The check of the role tells what is wrong with them.
      if (!options.success) return { isShared: false, assigned: [], mentioned: [], notes: [] };
      const written = { own: inventories(options.data), typed: typedInventories(options.data) };
      const key = JSON.stringify([options.data.playbook, written]);
      const project = projects.get(key) ?? readProject(context, options.data.playbook, written);
      projects.set(key, project);
      const inputs = context.role.inputs.map(({ path: [name = ''], sensitive }) => ({ name, sensitive }));
      const given = [...Object.keys(options.data.vars ?? {}).map((name) => ({ name, sensitive: false })), ...inputs];
      const values = valuesOf(await project, context, given, options.data.share === true);
      const isLast = contexts.findLast(({ members }) => members[0] === context.members[0]) === context;
      const position = { file: options.data.playbook, line: 1 };
      const end = { path: ended, position };
      return {
        ...values,
        assigned: isLast && values.isShared ? [...values.assigned, { ...end, sensitive: false }] : values.assigned,
        mentioned: options.data.undeclared === 'wait' ? [...values.mentioned, end] : values.mentioned,
      };
    }),
  );
}

/** What the last Ansible role of a node sets at its end, for those who wait for that. The collection knows the name. */
const ended = ['heddle_ended'];

interface ReadProject {
  readonly project: Project;
  readonly hosts: KnownHosts;
}

async function readProject(
  { directory, peers }: FindContext,
  playbook: string,
  { own, typed }: { readonly own: readonly string[]; readonly typed: readonly string[] },
): Promise<ReadProject> {
  const project = new Project(new ProjectFiles(directory));
  const { rolesPath, inventory, hidesAll } = await readConfiguration(directory);
  const walker = new PlaybookWalker(project, rolesPath, hidesAll);
  const groups = new Map<string, Set<string>>(peers.map(({ name, members }) => [name, new Set(members)]));
  groups.set('heddle_nodes', new Set(peers.flatMap(({ members }) => members)));
  let isComplete = true;
  const paths = [...(own.length > 0 ? own : inventory), ...typed].filter((path) => !path.includes(','));
  for (const path of paths.map((written) => resolve(directory, written))) {
    const isFolder = await project.files.isFolder(path);
    for (const file of isFolder ? await inventoryFiles(project, path) : [path]) {
      const read = await readInventory(project, file);
      if (read === undefined)
        project.note(
          { file: project.files.name(file), line: 1 },
          'is an inventory that only Ansible can read: a play may be for any node',
        );
      isComplete &&= read !== undefined;
      for (const [group, hosts] of read ?? []) groups.set(group, new Set([...(groups.get(group) ?? []), ...hosts]));
    }
    for (const kind of ['group_vars', 'host_vars']) await walker.variables(join(isFolder ? path : dirname(path), kind));
  }
  await walker.playbook(resolve(directory, playbook));
  const hosts = { groups, isComplete, makesGroups: project.makesGroups };
  for (const { pattern, place } of project.plays)
    for (const name of unknownNames(pattern, hosts))
      project.note(place, `is for hosts that only the run knows: ${name} may be any node`);
  return { project, hosts };
}

/** The inventories in a folder; Ansible passes over files of these endings. */
async function inventoryFiles(project: Project, folder: string): Promise<readonly string[]> {
  const files = await project.below(folder);
  return files.filter(
    (path) =>
      !/(?:~|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry))$/.test(path) &&
      !/(?:^|\/)(?:\.|(?:group|host)_vars\/)/.test(relative(folder, path)),
  );
}

async function readInventory(project: Project, path: string): Promise<Groups | undefined> {
  const text = await project.files.read(path);
  const groups = typeof text === 'string' ? readGroups(text, path) : undefined;
  if (typeof text === 'string' && groups !== undefined)
    for (const variables of inventoryVariables(text, project.files.name(path))) project.addVariables(variables);
  return groups;
}

function valuesOf(
  { project, hosts }: ReadProject,
  { members }: FindContext,
  given: readonly Given[],
  isShared: boolean,
): FoundValues {
  const secrets = secretVariables(project, given);
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

/** What a variable of groups or hosts is made of, through others too. */
function followed(variable: string, aliases: Project['aliases'], seen = new Set<string>()): ReadonlySet<string> {
  for (const name of aliases.get(variable) ?? []) {
    if (seen.has(name)) continue;
    seen.add(name);
    followed(name, aliases, seen);
  }
  return seen;
}
