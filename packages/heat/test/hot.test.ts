import { expect, it } from 'vitest';
import { callsIn, callsInData, readHot } from '../src/model/hot.ts';
import { anyVersion } from '../src/model/versions.ts';
import { readTemplateSource } from '../src/read/source.ts';
import { corpus } from './support/corpus.ts';

it('the calls in data are those of the same data read as a whole, and stand where they stand there', () => {
  const { functions } = anyVersion();
  let count = 0;
  for (const { name, text } of corpus) {
    const { data } = readTemplateSource(text, name);
    const calls = callsInData(data, ['top'], functions);
    expect(calls, name).toEqual(callsIn(readHot(data, ['top'], functions)));
    count += calls.length;
  }
  expect(count).toBeGreaterThan(100);
});
