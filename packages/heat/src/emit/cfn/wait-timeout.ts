import type { Server } from '../../model/role.ts';
import type { TemplateSource } from '../../read/source.ts';
import type { EmitOptions } from '../options.ts';

/** Seconds of a wait condition: the bounds of Heat, and the default of a stack's own timeout. */
const longestTimeoutS = 43_200;
const defaultTimeoutS = 3600;

/** Seconds that Heat waits for a server, and warnings when something ends before. */
export function waitTimeout(
  server: Server,
  { timeoutS: asked }: EmitOptions,
  shortLived: (waitS: number) => string | undefined,
  source: TemplateSource,
): { readonly timeoutS: number; readonly warnings: readonly string[] } {
  const longestMs = Math.max(
    ...server.roles.flatMap(({ deadlineMs, inputs }) => [deadlineMs, ...inputs.map((input) => input.deadlineMs)]),
  );
  const timeoutS = Math.min(longestTimeoutS, asked ?? Math.max(defaultTimeoutS, Math.ceil(longestMs / 1000)));
  const reasons = [
    timeoutS > defaultTimeoutS
      ? `a stack ends after ${defaultTimeoutS} s by default: create it with --timeout ${Math.ceil(timeoutS / 60)}`
      : undefined,
    shortLived(timeoutS),
  ];
  const warnings = reasons.flatMap((reason) =>
    reason === undefined
      ? []
      : [
          source.warning(
            server.at,
            'W_TIMEOUT',
            `Heat waits up to ${timeoutS} s for "${server.resource}", and ${reason}`,
          ),
        ],
  );
  return { timeoutS, warnings };
}
