/**
 * Choose the machine that stands ready for a server; undefined when none does.
 *
 * A member of a group, `GROUP.MEMBER`, has the machine `GROUP-MEMBER`, or the first one of its group that is free: members of an
 * AutoScalingGroup have names that nobody knows before.
 *
 * @param resource  As Heat names the server.
 * @param names  Of all machines, in their order.
 * @param isFree  False for a machine that has booted.
 */
export function standingMachine(
  resource: string,
  names: readonly string[],
  isFree: (name: string) => boolean,
): string | undefined {
  const free = names.filter(isFree);
  const dot = resource.lastIndexOf('.');
  if (dot < 0) return free.find((name) => name === resource);
  const [group, member] = [resource.slice(0, dot), resource.slice(dot + 1)];
  const own = `${group}-${member}`;
  if (names.includes(own)) return free.find((name) => name === own);
  return free.find((name) => name.startsWith(`${group}-`) && /^\d+$/.test(name.slice(group.length + 1)));
}
