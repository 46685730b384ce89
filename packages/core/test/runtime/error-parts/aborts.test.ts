import { aborted, afterAbort, hasAllParts, reader, whoAborted } from './parts.ts';
import { errorOf } from './scene.ts';

hasAllParts([
  {
    title: 'a read that an abort ends',
    happen: (scene) => scene.readPort(() => scene.abort()),
    ...reader,
    ...aborted,
    producer: whoAborted,
    time: /waited 2m 5s for/,
    next: afterAbort,
  },
  {
    title: 'a start that an abort ends',
    happen: (scene) => scene.startJob(() => scene.abort()),
    ...aborted,
    what: 'late role job',
    path: 'runs after db.mysql',
    producer: whoAborted,
    next: afterAbort,
  },
  {
    title: 'a publication after an abort',
    async happen(scene) {
      await scene.abort();
      const db = await scene.node('db');
      await new Promise<void>((resolve) => {
        if (db.session.abort !== undefined) resolve();
        db.session.onAbort(() => resolve());
      });
      return errorOf(db.publish('mysql', 'port', 3306));
    },
    ...aborted,
    what: 'db role mysql',
    place: '(test.rb:7)',
    path: 'publishes db.port',
    producer: whoAborted,
    next: afterAbort,
  },
]);
