import { HeddleError } from '@heddle/core';
import { again, failing, hasAllParts, longer, reader, repairMysql, running, status } from './parts.ts';
import { errorOf } from './scene.ts';

hasAllParts([
  {
    title: 'a read whose deadline passes',
    happen: (scene) => scene.readPort(() => undefined, { timeoutMs: 1e3 }),
    ...reader,
    code: 'wait-timeout',
    exitCode: 20,
    producer: running('2m'),
    time: /waited 1s for/,
    next: [status, `wait until that is there, then run ${again('web:app')}`, longer('the input "db.port"')],
  },
  {
    title: 'a read whose store does not answer at its deadline',
    happen: (scene) => scene.readPort(() => scene.silence(), { timeoutMs: 1e3 }),
    ...reader,
    code: 'unavailable',
    exitCode: 24,
    time: /waited 1s for/,
    next: [`check that the store runs, then run ${again('web:app')}`],
  },
  {
    title: 'a read that may not wait',
    async happen(scene) {
      await (await scene.node('db')).run('mysql');
      return errorOf((await scene.node('web')).read('app', 'db.now'));
    },
    ...reader,
    path: 'db.port (input db.now)',
    code: 'missing-value',
    exitCode: 20,
    producer: /producer: db, role mysql: running, for \d/,
    next: [status, 'say "missing: wait" at the input "db.now" to wait for it, then run heddle up again'],
  },
  {
    title: 'a read of what its producer has not written',
    happen: (scene) => scene.readPort((mysql) => mysql.end({ state: 'done' })),
    ...reader,
    code: 'never-written',
    exitCode: 21,
    time: /, after 2m/,
    producer: /role mysql of db ended well without writing db\.port/,
    next: [/^let role mysql of db write the attribute, or correct the path .* then run heddle up again$/],
  },
  {
    title: 'a read of a producer that fails',
    happen: (scene) => scene.readPort(failing),
    ...reader,
    code: 'producer-failed',
    exitCode: 21,
    time: /, after 2m/,
    producer: /role mysql of db failed \(exit code 7\)[^]*cause: db role mysql failed: the disk is full[^]*no space/,
    next: [repairMysql],
  },
  {
    title: 'a read of a producer that is aborted alone',
    happen: (scene) => scene.readPort((mysql) => mysql.end({ state: 'aborted' })),
    ...reader,
    code: 'producer-failed',
    exitCode: 21,
    time: /, after 2m/,
    producer: /role mysql of db was aborted/,
    next: [repairMysql],
  },
  {
    title: 'a read of a producer that is lost',
    happen: (scene) => scene.readPort(() => scene.lose()),
    ...reader,
    code: 'producer-lost',
    exitCode: 21,
    time: /, after 2m/,
    producer: /role mysql of db is gone: its node was lost[^]*its agent was ended by SIGKILL/,
    next: [`run ${again('db:mysql')}`],
  },
  {
    title: 'a role that is lost',
    async happen(scene) {
      await (await scene.node('db')).run('mysql');
      await scene.lose();
      return scene.recordedError();
    },
    code: 'producer-lost',
    exitCode: 21,
    what: 'db role mysql is lost',
    producer: /its agent was ended by SIGKILL$/,
    next: [`${again('db:mysql')}, runs it again`],
  },
  {
    title: 'a role that is lost while it waits',
    async happen(scene) {
      const db = await scene.node('db');
      await db.run('mysql');
      const recorded = db.nextRecord();
      const gone = new AbortController();
      const reading = errorOf(db.read('mysql', 'ip', { source: 'recipes/mysql.rb:3', signal: gone.signal }));
      await recorded;
      await scene.lose({ waits: db.recorded });
      gone.abort();
      await reading;
      return scene.recordedError();
    },
    code: 'producer-lost',
    exitCode: 21,
    what: 'db role mysql is lost',
    producer: /its agent was ended by SIGKILL; last seen: waits \(recipes\/mysql\.rb:3\) for web\.ip, for \d/,
    next: [`${again('db:mysql')}, runs it again`],
  },
  {
    title: 'a read in a deadlock',
    async happen(scene) {
      const db = await scene.node('db');
      const recorded = db.nextRecord();
      const other = errorOf(
        db.read('mysql', 'ip', {
          source: 'recipes/mysql.rb:3',
          timeoutMs: 2e4,
        }),
      );
      await recorded;
      const web = await scene.node('web');
      const reading = errorOf(web.read('app', 'db.port'));
      await web.nextRecord();
      scene.clock.leap(125e3);
      const error = await reading;
      await web.publish('app', 'ip', 'text');
      await Promise.allSettled([other]);
      return error;
    },
    ...reader,
    code: 'deadlock',
    exitCode: 22,
    time: /2 roles wait for one another, after 2m/,
    producer:
      /web role app \(recipes\/app\.rb:14\) waits for db\.port from role mysql of db\ndb role mysql \(recipes\/mysql\.rb:3\) waits for web\.ip from role app of web/,
    next: [
      'let role app of web write web.ip before it reads db.port (recipes/app.rb:14), or read db.port later',
      'or let role mysql of db write db.port before it reads ip (recipes/mysql.rb:3), or read ip later',
      `then run ${again('web:app')}`,
    ],
  },
  {
    title: 'a read of a producer that fails of a deadlock',
    happen: (scene) =>
      scene.readPort((mysql) => {
        const error = new HeddleError('deadlock', 'db role mysql waits for web.ip in a deadlock', {
          next: ['let role mysql write first', 'then run heddle up again'],
        });
        return mysql.end({ state: 'failed', error: error.toJSON() });
      }),
    ...reader,
    code: 'producer-failed',
    exitCode: 21,
    time: /, after 2m/,
    producer: /role mysql of db failed[^]*cause: db role mysql waits for web\.ip in a deadlock/,
    next: ['heddle why db:mysql  names what breaks the deadlock, and what to run then'],
  },
  {
    title: 'a read of an output of its own role',
    happen: async (scene) => errorOf((await scene.node('web')).read('app', 'own')),
    code: 'deadlock',
    exitCode: 22,
    what: 'web role app',
    path: 'its own output ip (input own)',
    next: ['write ip first, or read it from another role'],
  },
  {
    title: 'a read of what does not fit',
    async happen(scene) {
      await (await scene.node('db')).publish('mysql', 'port', { number: 3306 });
      return errorOf((await scene.node('web')).read('app', 'db.name'));
    },
    code: 'segment-missing',
    exitCode: 21,
    what: 'web role app',
    place: '(recipes/app.rb:14)',
    path: 'its input db.name',
    producer: /db\.port/,
    next: [
      'correct the expression of the input "db.name" in the deployment file (heddle.yaml:1), or what the producer writes; then run heddle up again',
    ],
  },
]);
