// The rules that make the promises of Heddle true on every store, and deployments of which one fails without the rule.
// name: what is taken out · file · find: its text, once in the file · replace · simulation: the first seed, how many, and whether with deadlocks.

const runtime = 'packages/core/src/runtime/';
const settled = { seed: 1, runs: 400 };
const knotted = { seed: 1, runs: 400, deadlocks: true };

const rules = [
  // Fencing
  {
    name: 'an agent writes only while its epoch is open',
    file: 'node-session.ts',
    find: 'String(number), [epoch.openGuard, { key, rev: taken.rev }]);',
    replace: 'String(number), [{ key, rev: taken.rev }]);',
  },
  {
    name: 'an agent writes only while nobody else has its node',
    file: 'node-session.ts',
    find: 'String(number), [epoch.openGuard, { key, rev: taken.rev }]);',
    replace: 'String(number), [epoch.openGuard]);',
  },
  {
    name: 'a node is taken only while its epoch is open',
    file: 'node-session.ts',
    find: 'lost === undefined ? [epoch.openGuard] : [epoch.openGuard, lost.guard];',
    replace: 'lost === undefined ? [] : [lost.guard];',
  },
  {
    name: 'a start closes the epoch before',
    file: 'close-epoch.ts',
    find: "  if (parse<OpenRecord>(open).state !== 'closed') await mustWrite(",
    replace: "  if (parse<OpenRecord>(open).state === 'closed') await mustWrite(",
  },
  {
    name: 'a write without an answer is looked up',
    file: 'node-session.ts',
    find: '      const entry = await this.#patiently(() => this.store.get(key));\n      if (entry',
    replace:
      "      if (error.code === 'ambiguous') return { ok: true, rev: '' } as const;\n      const entry = await this.#patiently(() => this.store.get(key));\n      if (entry",
  },
  {
    name: 'a write that others have replaced meanwhile is made again',
    file: 'node-session.ts',
    find: 'const mostAttempts = 5;',
    replace: 'const mostAttempts = 1;',
  },
  {
    name: 'a removal without an answer is looked up',
    file: 'node-session.ts',
    find: "      if (toHeddleError(thrown).code !== 'ambiguous') throw thrown;\n      return (await this.#patiently(() => this.store.get(key)))?.rev;",
    replace: "      if (toHeddleError(thrown).code !== 'ambiguous') throw thrown;\n      return undefined;",
    simulation: knotted,
  },
  {
    name: 'liveness entries are written again on a new session',
    file: 'node-session.ts',
    find: "        if (status === 'session-lost') again();\n",
    replace: '',
    simulation: knotted,
  },
  {
    name: 'records of a role are written in their order',
    file: 'record-queue.ts',
    find: 'const stored = this.#last.then(async () => void (await write()));',
    replace: 'const stored = Promise.resolve().then(async () => void (await write()));',
  },
  {
    name: 'a step of a role is written before its end',
    file: 'role-reporter.ts',
    find: '    this.#hasEnded = true;\n    this.#cancelTimer?.();\n    this.#cancelTimer = undefined;\n    await this.#pending;\n',
    replace: '',
  },

  // The end of a role, and lost nodes
  {
    name: 'who sees an end record reads the value again',
    file: 'wait/output-waiter.ts',
    find: "        if (stored !== undefined) return this.#settle({ kind: 'value', stored });\n        // A record",
    replace: '        // A record',
  },
  {
    name: 'what came after the look is looked at again',
    file: 'wait/output-waiter.ts',
    find: '        if (record !== this.#producer) continue;\n',
    replace: '',
  },
  {
    name: 'who is told by a gather that a member has ended looks at the member',
    file: 'gather/gather-reader.ts',
    find: 'if (await this.#isStillSo(first, why)) this',
    replace: 'this',
  },
  {
    name: 'a node is lost only after the grace period',
    file: 'steward/lost-nodes.ts',
    find: 'delayMs = this.#options.graceMs): void {',
    replace: 'delayMs = 1000): void {',
  },
  {
    name: 'the grace period begins anew after an outage',
    file: 'steward/lost-nodes.ts',
    find: '        this.#synced.delete(watch);\n        this.#disarmAll();\n',
    replace: '',
  },
  {
    name: 'whoever declares a node lost looks whether its agent is back',
    file: 'steward/lost-nodes.ts',
    find: 'if (this.#isClosed || member !== undefined || incarnation?.rev !== rev) return;',
    replace: 'if (this.#isClosed || incarnation === undefined) return;',
  },
  {
    name: 'a lost node is taken from the agent that is gone only',
    file: 'node-session.ts',
    find: '{ rev: lost?.rev ?? taken.current.rev }',
    replace: '{ rev: taken.current.rev }',
  },
  {
    name: 'nodes that are gone are declared lost',
    file: 'steward/lost-nodes.ts',
    find: '      await declareLost(store, epoch, node, why, clock, agent);\n',
    replace: '      await Promise.resolve([declareLost, why, clock, agent]);\n',
  },
  {
    name: 'a role that ended keeps its end when its node is lost',
    file: 'declare-lost.ts',
    find: '    if (before !== undefined && isEnded(before.state)) continue;\n',
    replace: '',
  },

  // Running again
  {
    name: 'what is to be run again is pending first',
    file: 'rerun/due-roles.ts',
    find: '  for (const { name } of due) if (records.has(name)) await makePending(session, name);\n',
    replace: '',
  },
  {
    name: 'a role whose input was superseded is run again',
    file: 'rerun/standing.ts',
    find: "isOutdated(record, revisions) ? 'outdated' : 'good'",
    replace: "isOutdated(record, new Map()) && revisions.size < 0 ? 'outdated' : 'good'",
  },
  {
    name: 'a role that failed is run again',
    file: 'rerun/standing.ts',
    find: "if (record.state !== 'done') return 'failed';",
    replace: "if (record.state !== 'done') return 'good';",
  },
  {
    name: 'a run of a role reads one value of an output',
    file: 'wait/run-values.ts',
    find: '    if (known !== undefined) return known;\n',
    replace: '    if (known === read) return known;\n',
  },

  // Waits and deadlocks
  {
    name: 'a deadlock is looked at twice',
    file: 'steward/confirm.ts',
    find: '    await delay(session.clock, betweenMs);\n    return (await all(blocked, (one) => isStillBlocked(session, one))) && !isRenewed;',
    replace: '    await delay(session.clock, betweenMs);\n    return !isRenewed;',
    simulation: knotted,
  },
  {
    name: 'what a deadlock waits for is absent',
    file: 'steward/confirm.ts',
    find: '    if (!(await all(wants, (want) => isStillAbsent(session, want)))) return false;\n',
    replace: '',
    simulation: knotted,
  },
  {
    name: 'who is to write it has not ended',
    file: 'steward/confirm.ts',
    find: '  if (record !== undefined && isEnded(record.state)) return false;\n',
    replace: '',
    simulation: knotted,
  },
  {
    name: 'a deadlock is looked at on one session',
    file: 'steward/confirm.ts',
    find: '    isRenewed = true;\n',
    replace: '    isRenewed = false;\n',
    simulation: knotted,
  },
  {
    name: 'a wait on a circle stands at both looks with one revision',
    file: 'steward/confirm.ts',
    find: 'return (await session.store.get(wait.key))?.rev === wait.rev;',
    replace: 'return (await session.store.get(wait.key)) !== undefined;',
    simulation: knotted,
  },
  {
    name: 'a verdict ends the wait that it is about',
    file: 'steward/stewardship.ts',
    find: 'if (verdict.wait === wait.rev) condemned(verdict);',
    replace: "if (verdict.wait !== '') condemned(verdict);",
    simulation: knotted,
  },
  {
    name: 'a verdict is written by the steward',
    file: 'steward/steward.ts',
    find: 'guards: [epoch.openGuard, this.#election],',
    replace: 'guards: [epoch.openGuard],',
    simulation: knotted,
  },
  {
    name: 'a steward goes with its session',
    file: 'steward/stewardship.ts',
    find: 'expect: { absent: true }, guards, liveness: true }',
    replace: 'expect: { absent: true }, guards, liveness: false }',
    simulation: knotted,
  },
  {
    name: 'who finds no steward stands',
    file: 'steward/stewardship.ts',
    find: "        if (isCurrent() && this.#office !== 'taken') this.#vacated();\n",
    replace: '',
    simulation: knotted,
  },
  {
    name: 'a wait for some of several ends with enough of them',
    file: 'steward/wait-graph.ts',
    find: 'const answer = able >= need.needed;',
    replace: 'const answer = able >= need.wants.length;',
    simulation: knotted,
  },
  {
    name: 'a wait with a default is the one that ends',
    file: 'steward/cycle.ts',
    find: 'wait.record.hasDefault === true ? 1 : 0',
    replace: 'wait.record.hasDefault === true ? 0 : 1',
    simulation: knotted,
  },
  {
    name: 'a role with a verdict is not judged again',
    file: 'steward/steward.ts',
    find: "    this.#condemned.set(wait.key.join('/'), wait.rev);\n",
    replace: '',
    simulation: knotted,
  },
  {
    name: 'a wait for roles that come before is a wait',
    file: 'wait/await-role.ts',
    find: '    edge: true,\n',
    replace: '    edge: false,\n',
    simulation: knotted,
  },
  {
    name: 'a wait says what its role has written',
    file: 'wait/awaiter.ts',
    find: '      written: this.#session.written(request.role),\n',
    replace: '      written: [],\n',
    simulation: knotted,
  },

  // Gathers
  {
    name: 'a gather has one writer',
    file: 'gather/election.ts',
    find: 'const guards = [...this.#session.guards, { key: this.#key, rev: this.#current() }];\n    const put',
    replace: 'const guards = [...this.#session.guards];\n    const put',
  },
  {
    name: 'a head is replaced by whoever wrote it',
    file: 'gather/election.ts',
    find: 'if (!(await this.#put(head, { rev: this.#current() }))) throw this.#over();',
    replace:
      'const { current } = await this.#session.store.put(this.#key, encodeRecord({ ...head } as unknown as Json), { expect: { rev: "" }, guards: this.#session.guards, liveness: true }) as { current?: { rev: Rev } };\n    this.#rev = current?.rev ?? this.#rev;\n    if (!(await this.#put(head, { rev: this.#current() }))) throw this.#over();',
  },
  {
    name: 'a head goes with the session of its writer',
    file: 'gather/election.ts',
    find: '      liveness: true,\n',
    replace: '      liveness: false,\n',
  },
  {
    name: 'a generation is used once',
    file: 'gather/aggregate.ts',
    find: 'Math.max(0, ...(await this.#chunks()).map(generationOf));\n    this.#generation += 1;',
    replace: '0;\n    this.#generation = 1;',
  },
  {
    name: 'a reader takes an aggregate whole',
    file: 'gather/gather-reader.ts',
    find: '      if (entry === undefined) return undefined;\n      members.push',
    replace: '      if (entry === undefined) continue;\n      members.push',
  },
  {
    name: 'a reader that misses a chunk reads the head again',
    file: 'gather/gather-reader.ts',
    find: '    if (members === undefined) return this.#readHeadAgain(head);\n',
    replace: '    if (members === undefined) return;\n',
  },
  {
    name: 'a value that is written again makes a new aggregate',
    file: 'gather/gather-writer.ts',
    find: 'if (this.#present.get(member)?.rev === outcome.stored.rev) return;',
    replace: 'if (this.#present.has(member)) return;',
  },
  {
    name: 'progress that another writer has left says nothing',
    file: 'gather/gather-reader.ts',
    find: 'const isCurrent = this.#head === undefined || this.#head.writer === this.#progress?.writer;',
    replace: 'const isCurrent = this.#progress !== undefined;',
  },
  {
    name: 'a candidacy that lands late is withdrawn',
    file: 'gather/election.ts',
    find: '      if (!isElected && hasNoAnswer) unsettled(election);\n',
    replace: '      if (isElected && hasNoAnswer) unsettled(election);\n',
  },
];

export const simulated = rules.map(({ name, file, simulation = settled, ...change }) => ({
  name: `rule: ${name}`,
  file: `${runtime}${file}`,
  ...change,
  simulation,
}));
