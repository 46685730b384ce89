import { createHash } from 'node:crypto';
import { HeddleError, withoutPassword } from '@heddle/core';
import { addCoordinator, type CompiledTemplate, type CoordinatorKind, type SignalTransport } from '@heddle/heat';
import { planText } from './compile-file.ts';

export interface CoordinatorFlags {
  readonly coordinator?: CoordinatorKind;
  readonly planUrl?: string;
  readonly store?: string;
  readonly signalTransport?: SignalTransport;
}

/** Add the coordinator that the flags ask for to a compiled template. @throws usage */
export function withCoordinator(compiled: CompiledTemplate, flags: CoordinatorFlags): CompiledTemplate {
  const { coordinator: kind, planUrl, store, signalTransport } = flags;
  if (kind === undefined) {
    if (planUrl === undefined) return compiled;
    throw new HeddleError('usage', '--plan-url is for the coordinator that --coordinator adds');
  }
  if (store !== undefined) {
    throw new HeddleError(
      'usage',
      '--store names a store that is there, and --coordinator adds one: choose one of them',
    );
  }
  if (planUrl !== undefined && !/^https?:\/\/./.test(planUrl)) {
    throw new HeddleError('usage', '--plan-url takes an http: or https: URL');
  }
  if (planUrl !== undefined && withoutPassword(planUrl) !== planUrl) {
    throw new HeddleError('usage', 'the URL of --plan-url holds a password, which would stand in the template', {
      next: [
        'give the parameter heddle_plan_url when the stack is created; --plan-url takes a URL without the password',
        'if it holds none: write an "@" in its path or query as %40',
      ],
    });
  }
  const text = planText(compiled.plan);
  const template = addCoordinator(compiled.template, {
    kind,
    plan: compiled.plan,
    planText: text,
    planSha256: createHash('sha256').update(text).digest('hex'),
    ...(planUrl === undefined ? {} : { planUrl }),
    ...(signalTransport === undefined ? {} : { signalTransport }),
  });
  return { ...compiled, template };
}
