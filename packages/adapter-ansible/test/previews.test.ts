import { describe, expect, it } from 'vitest';
import { isPreview } from '../src/previews.ts';

describe('a command that only shows what a run would do', () => {
  it.each([
    'ansible-playbook site.yml --check',
    'ansible-playbook -C site.yml',
    'ansible-playbook -vDC site.yml',
    'ansible-playbook --chec site.yml',
    'sudo -E ansible-playbook site.yml --list-tasks',
    'ansible-playbook --list-hosts site.yml',
    'ansible-playbook --list-tags site.yml',
    'ansible-playbook --syntax-check site.yml',
    '/opt/venv/bin/ansible-playbook --version',
    'ansible-playbook -h',
    'ansible-pull -U repo --check',
    'ansible-pull --version',
  ])('is %s', (line) => expect(isPreview(line.split(' '))).toBe(true));

  it.each([
    'ansible-playbook site.yml',
    'ansible-playbook -c local site.yml',
    'ansible-playbook -tC site.yml',
    'ansible-playbook --connection local --diff -D site.yml',
    'ansible-playbook -v site.yml',
    'ansible-pull -U repo -C main',
    'ansible-pull -U repo --checkout main --clean',
    'ansible all --check',
  ])('is not %s', (line) => expect(isPreview(line.split(' '))).toBe(false));
});
