import type { RoleRef } from '../plan/plan.ts';

/**
 * Name the commands that run a role again once what it failed of is mended: `heddle retry db:mysql, or heddle up --resume once heddle up
 * has ended`. Whoever fails does not know for how long `heddle up` still runs, and his error is read later.
 */
export function runAgainText({ node, role }: RoleRef): string {
  return `heddle retry ${node}:${role}, or heddle up --resume once heddle up has ended`;
}

/** Take both commands out of an advice that ends in them, for whoever knows which of them it is: `repair it`. Undefined: it does not. */
export function withoutRunAgain(advice: string, role: RoleRef): string | undefined {
  const [what = '', rest] = advice.split(`then run ${runAgainText(role)}`);
  return rest === '' ? what.replace(/, $/, '') : undefined;
}
