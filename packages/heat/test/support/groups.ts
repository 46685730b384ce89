import { role, template } from './compile.ts';

/** A role that publishes its path. */
export const nfs = role('nfs', '{}', '{ path: nfs.path }');

const counted =
  'parameters: { size: { type: string, default: m1.small }, n: { type: number, default: 3, constraints: [{ range: { max: 9 } }] } }\n';

/** A template with a parameter `n` in place of those of `template`. */
export function withCount(resources: Readonly<Record<string, string>>, more = ''): string {
  return template(resources, more).replace(/parameters: .*\n/, counted);
}
