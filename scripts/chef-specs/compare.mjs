/**
 * Read a JSON report of RSpec.
 *
 * @returns By the id of the example: its title, and `outcome`, its status with the class of the exception.
 */
export function outcomesOf(report) {
  const broken = report.summary.errors_outside_of_examples_count;
  if (broken > 0) throw new Error(`${broken} errors outside of the examples: ${report.messages?.[0] ?? ''}`);
  return new Map(
    report.examples.map(({ id, full_description: title, status, exception }) => [
      id,
      { title, outcome: exception === undefined ? status : `${status} (${exception.class})` },
    ]),
  );
}

/**
 * Compare two runs of the same examples.
 *
 * @param before  From `outcomesOf`.
 * @param after   The same.
 * @returns One `{ id, title, before, after }` for each example that is not the same in both.
 */
export function differences(before, after) {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const outcomes = [before, after].map((run) => run.get(id)?.outcome ?? 'not run');
    if (outcomes[0] === outcomes[1]) return [];
    return [{ id, title: (before.get(id) ?? after.get(id)).title, before: outcomes[0], after: outcomes[1] }];
  });
}

/** Count outcomes by status, as "1 failed, 1200 passed". */
export function totals(outcomes) {
  const counts = new Map();
  for (const { outcome } of outcomes.values()) {
    const [status] = outcome.split(' ');
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}
