import { serverOf } from '../classify/reading.ts';
import { attributeCall, attributeTarget, type HotCall, namedTarget } from '../model/hot.ts';
import { type Data, writeData } from '../read/data.ts';
import type { ExpressionScope } from './expression.ts';

/** True for a read that is all of its input, where that says what stands for a value that is not there. */
export function isWholeRead(call: HotCall, { input }: ExpressionScope): boolean {
  return input.value === call && (input.missing === 'fail' || input.default !== undefined);
}

/** The condition under which Heat creates what is read; undefined without one, and when the reader has the same. */
export function conditionOf(call: HotCall, scope: ExpressionScope): Data | undefined {
  const { resources } = scope.template;
  const reading = scope.readings.get(call);
  const named = (reading === undefined ? undefined : serverOf(reading)?.resource) ?? readTarget(call);
  const condition = resources.get(named ?? '')?.condition;
  const own = resources.get(scope.server.resource)?.condition;
  const isSame = condition !== undefined && own !== undefined && writeData(own) === writeData(condition);
  return isSame ? undefined : condition;
}

/** A read as messages name it: `db.first_address`. */
export function shownRead(call: HotCall): string {
  const read = call.name === 'get_attr' ? attributeCall(call) : undefined;
  return [readTarget(call), read?.attribute].filter((word) => word !== undefined).join('.');
}

/** The resource that a call reads. */
function readTarget(call: HotCall): string | undefined {
  if (call.name === 'get_attr') return attributeTarget(call);
  return call.name === 'get_resource' ? namedTarget(call) : undefined;
}
