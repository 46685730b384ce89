import type { Json } from '@heddle/core';
import type { AdapterSubject, Scene, SceneRole } from './types.ts';

/** The files of a scene: `heddle.yaml`, and what its roles need. */
export function sceneFiles(scene: Scene, subject: AdapterSubject): Readonly<Record<string, string>> {
  const pathOf = (name: string) => subject.path?.(name) ?? name;
  const nodes: Record<string, Json> = {};
  const files: Record<string, string> = {};
  for (const [node, roles] of Object.entries(scene.nodes)) {
    nodes[node] = {
      roles: roles.map((role) => {
        const written = subject.role(role);
        Object.assign(files, written.files);
        return { name: role.name, [subject.adapter]: written.options, ...declarations(role, pathOf) };
      }),
    };
  }
  // The test is the program: this one only waits for the code that it ends with.
  const command = ['sh', '-c', 'read code < peer.gate; exit "$code"'];
  nodes['peer'] = { roles: [{ name: 'peer', command, ...declarations(scene.peer ?? {}, (name) => name) }] };
  // JSON is YAML.
  return { ...files, 'heddle.yaml': JSON.stringify({ heddle: 1, deployment: 'kit', nodes }, null, 2) };
}

function declarations(
  { inputs = {}, outputs = {} }: Pick<SceneRole, 'inputs' | 'outputs'>,
  pathOf: (name: string) => string,
): { inputs: Json; outputs: Json } {
  const named = Object.entries(inputs).map(([name, expression]) => [pathOf(name), expression]);
  const declared = Object.entries(outputs).map(([name, { sensitive = false }]) => [
    name,
    { path: pathOf(name), sensitive },
  ]);
  return { inputs: Object.fromEntries(named) as Json, outputs: Object.fromEntries(declared) as Json };
}
