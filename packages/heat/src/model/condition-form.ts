import type { Data } from '../read/data.ts';
import { conditionInHot } from './cfn-conditions.ts';

/** How a template asks Heat for a condition, in its own language. */
export interface ConditionForm {
  /** What gives one of `values`: whether the condition holds. */
  ask(condition: Data): Data;
  /** What `ask` gives when the condition holds, and when it does not. */
  readonly values: readonly [yes: string | boolean, no: string | boolean];
  /** A value that is looked at only when the condition holds, or when it does not. */
  guard(condition: Data, value: Data, holds: boolean): Data;
  /** A condition, or what reads a parameter, in the terms of HOT. */
  inHot(data: Data): Data;
}

export const hotConditions: ConditionForm = {
  ask: (condition) => ({ if: [condition, true, false] }),
  values: [true, false],
  guard: (condition, value, holds) => ({ if: holds ? [condition, value, null] : [condition, null, value] }),
  inHot: (data) => data,
};

/** Functions of CloudFormation carry text; what is not there is empty text for them, and needs no guard. */
export const cfnConditions: ConditionForm = {
  ask: (condition) => ({ 'Fn::If': [condition, 'true', 'false'] }),
  values: ['true', 'false'],
  guard: (_, value) => value,
  inHot: conditionInHot,
};
