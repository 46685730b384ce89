import { isGroupRevision } from '@heddle/core';

const mostNamed = 5;

/** Say why a role is outdated: `a.o was written again after it was read`, `web[*] has grown since`. */
export function supersededText(names: readonly string[]): string {
  const groups = names.filter(isGroupRevision);
  const outputs = names.filter((name) => !isGroupRevision(name));
  return [
    ...(outputs.length === 0 ? [] : [writtenAgain(outputs)]),
    ...(groups.length === 0 ? [] : [`${groups.join(', ')} ${groups.length === 1 ? 'has' : 'have'} grown since`]),
  ].join('; ');
}

function writtenAgain(outputs: readonly string[]): string {
  const more = outputs.length - mostNamed;
  const names = `${outputs.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return outputs.length === 1
    ? `${names} was written again after it was read`
    : `${names} were written again after they were read`;
}
