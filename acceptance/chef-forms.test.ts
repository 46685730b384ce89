import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { Deployment, soloRb } from './support/deployment.ts';

const gem = fileURLToPath(new URL('../packages/adapter-chef/gem/', import.meta.url));

/** One way in which a recipe can set an attribute; the list is the one that the gem's own specs run. */
interface WriteForm {
  readonly name: string;
  readonly top: string;
  readonly recipe: string;
  readonly value: unknown;
}

interface WriteForms {
  readonly forms: readonly WriteForm[];
  readonly files: Readonly<Record<string, string>>;
  /** Dotted paths of the inputs that some forms read, to their values. */
  readonly inputs: Readonly<Record<string, string>>;
}

async function readForms(): Promise<WriteForms> {
  const words = ['-rjson', '-r', `${gem}spec/support/forms/writes.rb`, '-e', 'puts JSON.generate(Forms.for_others)'];
  const { stdout } = await execa('ruby', words);
  return JSON.parse(stdout) as WriteForms;
}

function deploymentFiles({ forms, files, inputs }: WriteForms): Record<string, string> {
  const outputs = Object.fromEntries(forms.map(({ name, top }) => [name, `${top}.v`]));
  const reads = Object.fromEntries(forms.map(({ name }) => [`r_${name}.v`, `\${writer.${name}}`]));
  const chef = (recipe: string) => ({ run_list: [`recipe[shop::${recipe}]`], config: 'solo.rb' });
  return {
    'solo.rb': soloRb,
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`cookbooks/${name}`, text])),
    'cookbooks/shop/recipes/write.rb': forms.map(({ recipe }) => recipe).join('\n'),
    'cookbooks/shop/recipes/read.rb': [
      'plain = ->(value) { value.respond_to?(:to_hash) ? value.to_hash : value.respond_to?(:to_a) && !value.nil? ? value.to_a : value }',
      `read = %w[${forms.map(({ name }) => name).join(' ')}].to_h { |name| [name, plain.call(node["r_#{name}"]['v'])] }`,
      "File.write(ENV.fetch('SAID') + '.read', JSON.generate(read))",
    ].join('\n'),
    // JSON is YAML.
    'heddle.yaml': JSON.stringify({
      heddle: 1,
      deployment: 'forms',
      nodes: {
        writer: { roles: [{ name: 'write', chef: chef('write'), inputs, outputs }] },
        reader: { roles: [{ name: 'read', chef: chef('read'), after: ['writer.write'], inputs: reads }] },
      },
    }),
  };
}

describe('every form in which a recipe can set an attribute', () => {
  it('arrives at a recipe on another machine with the value that it has where it was written', async () => {
    const written = await readForms();
    const deployment = await Deployment.create(deploymentFiles(written));
    const { exitCode, stdout, stderr } = await deployment
      .startWith({ SAID: `${deployment.directory}/said` }, 'up')
      .end();
    expect(exitCode, stdout + stderr).toBe(0);
    expect(JSON.parse(await deployment.read('said.read'))).toEqual(
      Object.fromEntries(written.forms.map(({ name, value }) => [name, value])),
    );
  });
});
