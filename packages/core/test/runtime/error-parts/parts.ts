import { type HeddleError, type RoleReporter } from '@heddle/core';
import { expect, it } from 'vitest';
import { Scene } from './scene.ts';

/** The parts of an error, each on its own, so that the one that goes missing is named. `undefined`: it has none, and needs none. */
interface Parts {
  readonly code: string;
  readonly exitCode: number;
  /** Who attempted what. */
  readonly what: string;
  /** The place in the recipe, or in the deployment file. */
  readonly place?: string;
  readonly path?: string;
  /** Who should have done it, and what became of it or what it does now. */
  readonly producer?: RegExp;
  readonly time?: RegExp;
  readonly next: readonly (string | RegExp)[];
}

export interface Situation extends Parts {
  readonly title: string;
  readonly happen: (scene: Scene) => Promise<HeddleError>;
}

export const again = (id: string) => `heddle retry ${id}, or heddle up --resume once heddle up has ended`;
export const repairMysql = `repair role mysql of db, then run ${again('db:mysql')}`;
export const status = 'heddle status  shows what every role is doing';
export const longer = (owner: string) =>
  `or give ${owner} a longer deadline in the deployment file (heddle.yaml:1), then run heddle up --resume`;
export const reader = { what: 'web role app', place: '(recipes/app.rb:14)', path: 'db.port (input db.port)' };
export const starter = { what: 'late role job', place: '(heddle.yaml:1)', path: 'run after db.mysql' };
export const running = (leap: string) => new RegExp(`db, role mysql: running package\\[mysql\\], for ${leap}`);
const diskFull = { code: 'role-failed', message: 'db role mysql failed: the disk is full' } as const;
export const failing = (mysql: RoleReporter) =>
  mysql.end({
    state: 'failed',
    exitCode: 7,
    error: { ...diskFull, exitCode: 21, retryable: false },
    tail: 'no space\n',
  });
export const aborted = { code: 'aborted', exitCode: 23 } as const;
export const whoAborted = /deployment test was aborted by root@ops at \d{4}-\d\d-\d\dT[\d:.]+Z: wrong release/;
export const afterAbort = [
  'heddle abort --cancel  lifts it',
  /^heddle up --resume {2}then runs what was aborted; .* heddle retry NODE$/,
];

/** Let every situation happen, and look at each part of the error that it ends with. */
export function hasAllParts(situations: readonly Situation[]): void {
  it.each(situations.map((one) => [one.title, one] as const))(
    'the error of %s has all its parts',
    async (_title, situation) => {
      const { happen, code, exitCode, what, place, path, producer, time, next } = situation;
      const error = await happen(await Scene.begin());
      const all = [error.message, ...error.notes].join('\n');
      expect({ code: error.code, exitCode: error.exitCode }).toEqual({ code, exitCode });
      expect(error.message, 'what').toContain(what);
      if (place !== undefined) expect(error.message, 'place').toContain(place);
      if (path !== undefined) expect(error.message, 'path').toContain(path);
      if (producer !== undefined) expect(all, 'producer').toMatch(producer);
      if (time !== undefined) expect(error.message, 'time').toMatch(time);
      expect(error.next, 'next').toEqual(
        next.map((text) => (typeof text === 'string' ? text : expect.stringMatching(text))),
      );
    },
  );
}
