import { describe, expect, it } from 'vitest';
import { pullWords } from '../src/pull-words.ts';

const limit = ['-l', 'all,localhost,127.0.0.1'];
const pull = (...words: readonly string[]) => pullWords(words, ['/etc/mine'], '/run/deployment.json', '/');

describe('the words of an ansible-pull', () => {
  it('are kept, and the inventories reach its playbook by the environment', () => {
    expect(pull('-U', 'repo', 'site.yml')).toEqual({
      words: ['-U', 'repo', 'site.yml', ...limit],
      environment: { ANSIBLE_INVENTORY: '/etc/mine,/run/deployment.json' },
    });
  });

  it.each([
    [['-i', 'dev/null']],
    [['-idev/null']],
    [['--inventory', 'dev/null']],
    [['--inventory=dev/null']],
    [['--inventory-file=dev/null']],
  ])('%j is taken with its whole path', (typed) => {
    expect(pull(...typed, '-U', 'repo')).toEqual({
      words: ['-U', 'repo', ...limit],
      environment: { ANSIBLE_INVENTORY: '/dev/null,/run/deployment.json' },
    });
  });

  it('may name an inventory that only the repository has', () => {
    const { environment } = pull('-i', 'inventories/site.ini', '-U', 'repo');
    expect(environment).toEqual({ ANSIBLE_INVENTORY: 'inventories/site.ini,/run/deployment.json' });
  });

  it('stay as they are with a list of hosts', () => {
    expect(pull('-i', 'web-0,db', '-U', 'repo')).toEqual({
      words: ['-i', 'web-0,db', '-U', 'repo', '-i', '/run/deployment.json', ...limit],
      environment: {},
    });
  });

  it.each([[['-l', 'web']], [['-lweb']], [['--limit=web']]])('keep their own limit %j', (typed) => {
    expect(pull('-U', 'repo', ...typed).words).toEqual(['-U', 'repo', ...typed]);
  });
});
