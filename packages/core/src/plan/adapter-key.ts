import type { DocumentPath, ReportProblem } from '../expressions/report.ts';
import { didYouMean, joinWords } from '../text/did-you-mean.ts';
import { roleKeys } from './document.ts';
import type { Locator } from './problems.ts';

/** The adapters that come with Heddle. */
export const builtInAdapters: readonly string[] = ['chef', 'ansible', 'command'];

const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;

/**
 * Find the one key of a role that names its adapter: a built-in name, or the name of a package.
 *
 * A key close to a known one is a typing error, not a package; so is any other bare word beside a known adapter.
 *
 * @returns The key, or undefined when there is not exactly one; the problem has then been reported.
 */
export function findAdapterKey(
  role: Readonly<Record<string, unknown>>,
  path: DocumentPath,
  locator: Locator,
  report: ReportProblem,
): string | undefined {
  const others = Object.keys(role).filter((key) => !roleKeys.includes(key));
  const certain = others.filter((key) => builtInAdapters.includes(key) || isScoped(key));
  const adapters = [...certain];
  let isMistyped = false;
  for (const key of others) {
    if (certain.includes(key)) continue;
    const meant = didYouMean(key, [...roleKeys, ...builtInAdapters]);
    if (meant === undefined && certain.length === 0 && packageName.test(key)) {
      adapters.push(key);
    } else {
      isMistyped ||= meant !== undefined && builtInAdapters.includes(meant);
      const hint =
        meant === undefined ? `; a role has ${joinWords(roleKeys)}, and one adapter` : `; did you mean "${meant}"?`;
      report([...path, key], `unknown key "${key}"${hint}`);
    }
  }
  const [first, second] = adapters;
  if (first === undefined) {
    if (!isMistyped)
      report(
        path,
        `the role has no adapter: add ${joinWords(builtInAdapters, 'or')}, or the name of an adapter's package`,
      );
    return undefined;
  }
  if (second === undefined) return first;
  const { line } = locator.locate([...path, first]);
  report([...path, second], `a role has one adapter: "${first}" (line ${line}) or "${second}"; two runs are two roles`);
  return undefined;
}

function isScoped(key: string): boolean {
  return key.startsWith('@') && packageName.test(key);
}
