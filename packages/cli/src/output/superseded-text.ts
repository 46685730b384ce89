const mostNamed = 5;

/** Say why a role is outdated: `a.o was written again after it was read`. */
export function supersededText(outputs: readonly string[]): string {
  const more = outputs.length - mostNamed;
  const names = `${outputs.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return outputs.length === 1
    ? `${names} was written again after it was read`
    : `${names} were written again after they were read`;
}
