import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { storeConformance } from '../../src/store-conformance/index.ts';

const pageUrl = new URL('../../../../docs/how-to/write-a-store.md', import.meta.url);
const everyKnob = {
  canStop: true,
  canKill: true,
  isClustered: true,
  canCut: true,
  canDeny: true,
  canGrant: true,
  canEncrypt: true,
  hasChild: true,
};

/** The table's second column, row by row. */
function proofs(): string[] {
  const [, section = ''] = /^### Which fault is proved where\n(.*?)^##/ms.exec(readFileSync(pageUrl, 'utf8')) ?? [];
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => row.split(' | ')[1] ?? '');
}

function titlesOfKit(): string[] {
  const titles: string[] = [];
  const runner = {
    describe: (_: string, body: () => void): void => body(),
    it: (title: string): void => void titles.push(title),
  };
  storeConformance(runner, () => Promise.reject(new Error('nothing is run')), everyKnob);
  return titles;
}

describe('the table of faults in docs/how-to/write-a-store.md', () => {
  it('names cases that the kit has', () => {
    const titles = titlesOfKit();
    const named = proofs().flatMap((proof) => [...proof.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title));
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((start) => !titles.some((title) => title.startsWith(start)))).toEqual([]);
  });

  it('names tests that the files have', () => {
    const named = proofs().flatMap((proof) => [...proof.matchAll(/\]\(([^)]+\.ts)\)(?:: ([^"|[]+))?/g)]);
    const missing = named.flatMap(([, file = '', texts = '']) => {
      const text = readFileSync(new URL(file, pageUrl), 'utf8');
      const starts = texts.split(';').map((start) => start.replace(/[ |]+$/, '').trim());
      return starts.filter((start) => !text.includes(start)).map((start) => `${file}: ${start}`);
    });
    expect(named.length).toBeGreaterThan(6);
    expect(missing).toEqual([]);
  });
});
