import { attributeCall, attributeTarget, callWords, type Hot, type HotCall } from '../model/hot.ts';
import type { Server } from '../model/role.ts';
import { isTelling, outputNamed } from '../model/server-outputs.ts';
import { serverRead } from '../model/server-read.ts';
import type { Template } from '../model/template.ts';

/** Report outputs of the template that take a part of what a role writes, or compute with it: it reaches Heat as a whole, as the text that a machine signals. */
export function checkOutputs({ outputs, source }: Template, servers: ReadonlyMap<string, Server>): void {
  const check = (hot: Hot, around: HotCall | undefined): void => {
    if (hot.kind === 'list') for (const item of hot.items) check(item, around);
    if (hot.kind === 'map') for (const [, value] of hot.entries) check(value, around);
    if (hot.kind !== 'call') return;
    const fault = faultOf(hot, around, servers);
    if (fault !== undefined) source.report(hot.at, 'E_RTFN', fault);
    check(hot.argument, hot.name === 'if' ? around : hot);
  };
  check(outputs, undefined);
}

function faultOf(call: HotCall, around: HotCall | undefined, servers: ReadonlyMap<string, Server>): string | undefined {
  if (call.name !== 'get_attr') return undefined;
  if (attributeCall(call) === undefined) {
    const server = servers.get(attributeTarget(call) ?? '');
    if (server === undefined || server.outputs.size === 0) return undefined;
    return `the attribute is computed, and "${server.resource}" has outputs of roles, which Heat does not know: write the name`;
  }
  const { server, attribute = '', segments } = serverRead(call, servers) ?? {};
  const written = server === undefined ? undefined : outputNamed(server, attribute);
  if (server === undefined || written === undefined) return undefined;
  const [writer, role] = isTelling(written.role)
    ? ['told by the machine', 'a role']
    : ['written by a role', 'the role'];
  const whole = `"${attribute}" of "${server.resource}" is ${writer}, and Heat gets it as a whole`;
  if (segments?.length !== 0) return `${whole}: declare an output of ${role} for the part`;
  return around === undefined
    ? undefined
    : `${whole}, so ${callWords(around)} cannot take it: write it as an own output`;
}
