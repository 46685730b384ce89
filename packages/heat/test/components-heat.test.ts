import { expect, it } from 'vitest';
import { validateWithHeat } from '../../testkit/src/heat/validate.ts';
import { compiled } from './support/compile.ts';
import { corpus, corpusFile, corpusFiles } from './support/corpus.ts';

it('Heat accepts what is emitted from templates whose deployments have become roles, and has none of them left', async () => {
  const templates = corpus
    .filter(({ name }) => name.startsWith('components/'))
    .map(({ name, text }) => compiled(text, { file: name, readFile: corpusFile, components: true }).template);
  expect(templates.length).toBeGreaterThanOrEqual(4);
  const answers = await validateWithHeat(templates.map((template) => ({ template, files: corpusFiles })));
  expect(answers.map(({ error }) => error)).toEqual(templates.map(() => null));
  for (const template of templates) expect(template).not.toMatch(/OS::Heat::S\w+Deployment/);
}, 300_000);
