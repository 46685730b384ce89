import { isHeddleError } from '@heddle/core';
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
});

it('values of inputs that Heat takes for a call are refused, and no others', async () => {
  const cases = [
    ['2016-10-14', 'filter: x'],
    ['2017-02-24', 'filter: x'],
    ['2018-08-31', 'digest: [md5, x]'],
    ['2018-08-31', 'Ref: x'],
    ['2018-08-31', 'plain: x'],
  ] as const;
  const texts = cases.map(
    ([version, values]) => `heat_template_version: ${version}
resources:
  c: { type: OS::Heat::SoftwareConfig, properties: { group: script, config: x } }
  a: { type: OS::Nova::Server, properties: { image: i, flavor: f, user_data_format: SOFTWARE_CONFIG } }
  d:
    type: OS::Heat::SoftwareDeployment
    properties: { config: { get_resource: c }, server: { get_resource: a }, input_values: { ${values} } }
`,
  );
  const isTaken = (text: string): boolean => {
    try {
      compiled(text, { components: true });
      return true;
    } catch (thrown) {
      if (!isHeddleError(thrown)) throw thrown;
      expect([thrown.message, ...thrown.notes].join('\n')).toContain('"input_values" is a map whose names');
      return false;
    }
  };
  const answers = await validateWithHeat(texts.map((template) => ({ template })));
  expect(answers.map(({ error }) => error === null)).toEqual([true, false, false, false, true]);
  expect(texts.map(isTaken)).toEqual([true, false, false, false, true]);
});
