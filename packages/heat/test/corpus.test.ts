import { beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { type Validation, validateWithHeat } from '../../testkit/src/heat/validate.ts';
import { callsIn, readHot } from '../src/model/hot.ts';
import { templateVersion, versionWords } from '../src/model/versions.ts';
import { readTemplateSource } from '../src/read/source.ts';
import { compiled } from './support/compile.ts';
import { type CorpusTemplate, corpus, corpusFile, corpusFiles } from './support/corpus.ts';

/** The emitted template of one of the corpus; role names of adapters that need files beside the template are not looked up here. */
function emitted({ name, text }: Pick<CorpusTemplate, 'name' | 'text'>): string {
  return compiled(text, { file: name, readFile: corpusFile }).template;
}

/** The same text without any roles and what they write, written by a library that keeps every scalar as it stands. */
function withoutRoles(text: string): string {
  const document = parseDocument(text, { uniqueKeys: false, schema: 'failsafe', merge: false });
  const names = Object.keys(readTemplateSource(text, 'template').data['resources'] ?? {});
  const paths = names.map((name) => ['resources', name, 'metadata', 'roles']).filter((path) => document.hasIn(path));
  if (paths.length === 0) return text;
  for (const path of [...paths, ['outputs']]) if (document.hasIn(path)) document.deleteIn(path);
  return document.toString({ lineWidth: 0 });
}

describe('the corpus', () => {
  it('has at least 40 templates', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(40);
  });

  it('names every version in every way, and calls each of its functions', () => {
    const called = new Map<string, Set<string>>();
    const written = new Set<string>();
    for (const { name, text } of corpus) {
      const { data } = readTemplateSource(text, name);
      const word = data['heat_template_version'];
      const version = typeof word === 'string' ? templateVersion(word) : undefined;
      if (typeof word !== 'string' || version === undefined) continue;
      written.add(word);
      const names = called.get(version.date) ?? new Set();
      for (const call of callsIn(readHot(data, [], version.functions))) names.add(call.name);
      called.set(version.date, names);
    }
    expect([...written].toSorted()).toEqual([...versionWords].toSorted());
    for (const [date, names] of called) {
      const missing = [...(templateVersion(date)?.functions ?? [])].filter((name) => !names.has(name));
      expect(missing, date).toEqual([]);
    }
  });
});

describe('Heat', () => {
  let fromEnriched: readonly Validation[];
  let plain: readonly Validation[];
  let passed: readonly Validation[];

  beforeAll(async () => {
    const bare = corpus.map(({ name, text }) => ({ name, text: withoutRoles(text) }));
    const requests = [...corpus.map(emitted), ...bare.map(({ text }) => text), ...bare.map(emitted)];
    const all = await validateWithHeat(requests.map((template) => ({ template, files: corpusFiles })));
    const size = corpus.length;
    [fromEnriched, plain, passed] = [all.slice(0, size), all.slice(size, 2 * size), all.slice(2 * size)];
  });

  it.each(corpus.map(({ name }, index) => [name, index] as const))(
    'accepts what is emitted from %s, and reads the template without roles as if it had not been compiled',
    (_, index) => {
      expect(fromEnriched[index]?.error).toBeNull();
      expect(plain[index]?.error).toBeNull();
      expect(passed[index]).toEqual(plain[index]);
    },
  );
});
