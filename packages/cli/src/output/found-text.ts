import { formatPath, type PlanWithFound, type SharableOutput, type SourcePosition } from '@heddle/core';

/**
 * Write for people which outputs were found in the files of roles, one a line: each is told once, for its node or group.
 */
export function foundLines({ plan }: PlanWithFound): readonly string[] {
  const rows = plan.nodes
    .filter(({ index }) => index === 0)
    .flatMap(({ name, group, roles }) =>
      roles.flatMap(({ outputs }) =>
        outputs.flatMap(({ name: output, found, sensitive, position }) =>
          found === undefined
            ? []
            : [
                [
                  `${group === null ? name : `${group}[*]`}.${output}`,
                  `${sensitive ? 'sensitive, ' : ''}set at ${placeText(position)}`,
                ] as const,
              ],
        ),
      ),
    );
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.length === 0
    ? []
    : ['outputs found in playbooks:', ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)];
}

/** Write what could not be decided, and which outputs a role would need for what others read of it: one warning each. */
export function foundWarnings({ sharable, notes }: PlanWithFound): readonly string[] {
  const roles = new Map<string, SharableOutput[]>();
  for (const item of sharable) {
    const key = `role ${item.role} of ${item.node}`;
    const known = roles.get(key);
    if (known === undefined) roles.set(key, [item]);
    else known.push(item);
  }
  const needed = [...roles].map(([role, items]) =>
    [
      `${role} sets what other nodes read, and declares no output for it; add "share: true" to its options, or`,
      '  outputs:',
      ...items.map((item) => `    ${outputLine(item)}`),
    ].join('\n'),
  );
  return [...notes, ...needed];
}

function outputLine({ output: { name, path, sensitive, position }, read }: SharableOutput): string {
  const written = formatPath(path);
  const value = sensitive ? `{ path: ${written}, sensitive: true }` : written;
  const note = sensitive ? '; each reader needs an input with it' : '';
  return `${name}: ${value}  # ${placeText(position)}, read at ${placeText(read)}${note}`;
}

function placeText(position: SourcePosition | undefined): string {
  return position === undefined ? 'an unknown place' : `${position.file}:${position.line}`;
}
