import { credentialsVariable, type Grantee, readGrantee } from '@heddle/agent';
import { HeddleError } from '@heddle/core';

/**
 * Read whom the credentials file in the environment is for, and compare it with who it is used for: credentials of another node, or for
 * another epoch or deployment, would be denied only after a role has begun.
 *
 * @param wanted  What is not said is not compared.
 * @returns undefined without a credentials file.
 * @throws config-invalid when the file is for another one, or cannot be read.
 */
export async function checkGrantee(
  wanted: { readonly [name in 'deployment' | 'epoch' | 'node']?: string | undefined },
): Promise<Grantee | undefined> {
  const file = process.env[credentialsVariable] ?? '';
  if (file === '') return undefined;
  const given = await readGrantee(file);
  for (const name of ['deployment', 'epoch', 'node'] as const) {
    const said = wanted[name];
    if (said === undefined || said === '' || given[name] === said) continue;
    const whose = name === 'node' && given.node === undefined ? `group ${given.group}` : `${name} ${given[name]}`;
    throw new HeddleError('config-invalid', `${file} is for ${whose}, not for ${said}`, {
      next: ['heddle seed writes a file for every node: copy the one of this node here'],
    });
  }
  return given;
}
