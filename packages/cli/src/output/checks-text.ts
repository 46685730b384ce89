import pc from 'picocolors';
import type { Check, CheckState } from '../views/doctor.ts';

/** Write checks for people, one a line, and what to do below those that need it. */
export function checksText(checks: readonly Check[], colour?: boolean): string {
  const colours = pc.createColors(colour ?? (process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined));
  const paint: Record<CheckState, (text: string) => string> = {
    ok: colours.green,
    warn: colours.yellow,
    fail: colours.red,
  };
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, text, next = [] }) => [
    `${paint[state](state.padEnd(4))}  ${name.padEnd(width)}  ${text}`,
    ...(state === 'ok' ? [] : next.map((line) => `${' '.repeat(8 + width)}try: ${line}`)),
  ]);
  return `${lines.join('\n')}\n`;
}
