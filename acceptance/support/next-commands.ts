import { saidByRole } from './blocks.ts';
import { script } from './deployment.ts';
import type { HeddleEnd } from './run.ts';

/** `write.sh` and `read.sh` of `deployment`. */
export const write = script('heddle set word=hello');
export const read = script('word=$(heddle get writer.word)', 'echo "$word" > "$OUT/read.txt"');

/** A writer whose script and inputs vary, and a reader. */
export const deployment = (roles: { write?: string; read?: string } = {}) => `
heddle: 1
deployment: next
deadline: 2s
params: { out: "" }
nodes:
  writer:
    roles:
      - { name: write, command: [./write.sh]${roles.write ?? ', outputs: { word: word }'} }
  reader:
    roles:
      - { name: read, command: { run: [./read.sh], env: { OUT: "\${params.out}" } }, ${roles.read ?? 'inputs: { writer.word: "${writer.word}" }'} }
`;

/** What an error suggests to do next, line by line. */
export function suggestions(result: HeddleEnd, role: string): string[] {
  const said = saidByRole(result.stderr).get(role)?.join('\n') ?? '';
  return [...said.matchAll(/^ {2}try: (.*)$/gm)].map(([, text = '']) => text);
}
