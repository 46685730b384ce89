/** Reads that took less than this had only their own round trip: they did not wait for anybody. In ms. */
const waitedMs = 20;

/**
 * The critical path of a run, from its end back to its start.
 *
 * Begin at the end of the role that ended last. Go back through its running time to the end of its last wait. Go over to
 * the role that published what that wait was for, at the moment of publication; go on from there, until a role has no wait
 * before that moment: its start is the start of the path. Time in waits is no part of the path, nor is the time that a
 * value was under way. Waits that overlap count as one.
 *
 * @param roles  By `NODE.ROLE`: `startMs`, `endMs`, `waits` in order of their ends.
 * @returns `runMs`, the running time on the path; `handOverMs`, from each publication to the end of the wait for it; `steps`
 *   from the start to the end.
 */
export function criticalPath(roles) {
  let [name, role] = [...roles].reduce((a, b) => (b[1].endMs > a[1].endMs ? b : a));
  let atMs = role.endMs;
  const steps = [];
  let handOverMs = 0;
  for (;;) {
    const wait = role.waits
      .filter(
        ({ startMs, endMs, publishedMs }) => endMs - startMs >= waitedMs && endMs <= atMs && publishedMs >= startMs,
      )
      .at(-1);
    const fromMs = wait?.endMs ?? role.startMs;
    steps.unshift({ role: name, ranMs: atMs - fromMs, ...(wait === undefined ? {} : { after: wait.input }) });
    if (wait === undefined) break;
    handOverMs += wait.endMs - wait.publishedMs;
    name = wait.from;
    role = roles.get(name);
    atMs = wait.publishedMs;
  }
  return { startMs: role.startMs, runMs: steps.reduce((sum, { ranMs }) => sum + ranMs, 0), handOverMs, steps };
}
