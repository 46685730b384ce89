import { supportedSeries } from '@heddle/adapter-chef';
import { type Check, type Found, toolCheck } from './doctor.ts';

/**
 * A chef-solo: there, and of a series that the shim works with; any other it refuses when a role runs.
 *
 * @param neededBy  As of `toolCheck`.
 */
export function chefCheck(name: string, found: Found, neededBy: readonly string[] | undefined): Check {
  const check = toolCheck(name, found, neededBy);
  if (!('version' in found)) return check;
  const { oldest, newest } = supportedSeries;
  const series = Number(/^\d+/.exec(found.version)?.[0]);
  if (series >= oldest && series <= newest) return check;
  return {
    name,
    state: neededBy === undefined || neededBy.length === 0 ? 'warn' : 'fail',
    text: `${check.text}: Heddle works with series ${oldest} to ${newest}`,
    next: [`gem install chef-bin -v '~> ${newest}'`],
  };
}
