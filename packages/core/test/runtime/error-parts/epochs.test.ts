import {
  type HeddleError,
  NodeSession,
  openEpoch,
  type Plan,
  readSlice,
  removeClosedEpochs,
  resumeEpoch,
  type Store,
  startEpoch,
  systemClock,
} from '@heddle/core';
import { planOf } from '../fixture.ts';
import { ManualClock } from '../steward/manual-clock.ts';
import { aborted, afterAbort, hasAllParts, whoAborted } from './parts.ts';
import { errorOf, plan } from './scene.ts';

const smaller = planOf({ db: { roles: [{ name: 'mysql', outputs: { port: 'mysql.port' } }] } });

/** Go on with an epoch; agents that live are given all their time at once. */
function resume(store: Store, of: Plan): Promise<HeddleError> {
  const clock = new ManualClock();
  return errorOf(resumeEpoch(store, of, { by: 'root@ops', clock, onWait: () => clock.advance(60_000) }));
}

hasAllParts([
  {
    title: 'an agent of an epoch that was closed',
    async happen(scene) {
      const db = await scene.node('db');
      await startEpoch(scene.store, plan);
      return errorOf(db.publish('mysql', 'port', 3306));
    },
    code: 'fenced',
    exitCode: 24,
    what: 'epoch 1 of deployment test is closed',
    producer: /a newer one was started/,
    next: ['heddle status shows which epoch is current'],
  },
  {
    title: 'an agent that starts for an epoch that was closed',
    async happen({ store }) {
      await startEpoch(store, plan);
      return errorOf(openEpoch(store, 'test', '1'));
    },
    code: 'fenced',
    exitCode: 24,
    what: 'epoch 1 of deployment test is closed',
    producer: /a newer one was started/,
    next: ['heddle status shows which epoch is current'],
  },
  {
    title: 'an agent that starts for an epoch that was removed',
    async happen({ store }) {
      await startEpoch(store, plan);
      await removeClosedEpochs(store, 'test');
      return errorOf(openEpoch(store, 'test', '1'));
    },
    code: 'fenced',
    exitCode: 24,
    what: 'epoch 1 of deployment test was closed and has been removed from this store',
    producer: /epoch 2 is current/,
    next: ['heddle status  shows the current one', /^heddle agent --epoch 2 .* give Heat what heddle seed printed$/],
  },
  {
    title: 'two agents that take one node at a time',
    happen: ({ store, epoch }) => {
      const raced: Store = {
        ...store,
        async put(key, value, options) {
          if (key.includes('incarnations'))
            await NodeSession.begin({
              store,
              epoch,
              node: 'db',
              clock: systemClock,
            });
          return store.put(key, value, options);
        },
      };
      return errorOf(
        NodeSession.begin({
          store: raced,
          epoch,
          node: 'db',
          clock: systemClock,
        }),
      );
    },
    code: 'fenced',
    exitCode: 24,
    what: 'took node db',
    producer: /another agent/,
    next: ['heddle status  shows what it does; a node has one agent'],
  },
  {
    title: 'a deployment that is not there',
    happen: ({ store }) => errorOf(openEpoch(store, 'shop')),
    code: 'not-found',
    exitCode: 2,
    what: 'no deployment named shop',
    next: ['heddle up FILE, or heddle seed FILE, starts it', /--store URL here, or set HEDDLE_STORE$/],
  },
  {
    title: 'an epoch that is not there',
    happen: ({ store }) => errorOf(openEpoch(store, 'test', '7')),
    code: 'not-found',
    exitCode: 2,
    what: 'deployment test has no epoch 7',
    next: ['heddle status  shows the current one'],
  },
  {
    title: 'a node that is not there',
    happen: ({ store, epoch }) => errorOf(readSlice(store, epoch, 'cache')),
    code: 'not-found',
    exitCode: 2,
    what: 'deployment test has no node cache',
    next: ['heddle status'],
  },
  {
    title: 'a first start of what has been started',
    happen: ({ store }) => errorOf(startEpoch(store, plan, { onlyFirst: true })),
    code: 'fenced',
    exitCode: 24,
    what: 'deployment test has epoch 1 already',
    next: ['heddle status shows it'],
  },
  {
    title: 'an epoch that is to go on with another deployment',
    happen: ({ store }) => resume(store, smaller),
    code: 'config-invalid',
    exitCode: 2,
    what: 'deployment test is another one than that of epoch 1',
    producer: /web/,
    next: ['heddle up  starts a new epoch with it', /^or take the change back .* then heddle up --resume$/],
  },
  {
    title: 'an epoch that is to go on while its agents live',
    async happen(scene) {
      await scene.node('db');
      return resume(scene.store, plan);
    },
    code: 'agent-busy',
    exitCode: 2,
    what: 'epoch 1 of deployment test still has live agents',
    producer: /: db$/,
    next: ['heddle status  shows what they do', /^heddle retry NODE {2}lets a live agent run again/],
  },
  {
    title: 'an epoch that is to go on while it is aborted',
    async happen(scene) {
      await scene.abort();
      return resume(scene.store, plan);
    },
    ...aborted,
    what: 'epoch 1 cannot go on',
    producer: whoAborted,
    next: afterAbort,
  },
]);
