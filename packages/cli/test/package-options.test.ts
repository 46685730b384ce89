import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addPackageOptions, type PackageFlags, packagesOf } from '../src/heat/package-options.ts';

const sha256 = 'ab'.repeat(32);

function read(...words: string[]) {
  const command = addPackageOptions(new Command()).exitOverride();
  command.parse(words, { from: 'user' });
  return packagesOf(command.opts<PackageFlags>());
}

describe('the sources of tools', () => {
  test('may be several, in their order', () => {
    const node = [
      '--node',
      `x86_64=https://e.org/x64.tar.xz#${sha256}`,
      '--node',
      `https://e.org/any.tar.gz#${sha256}`,
    ];
    expect(read(...node, '--chef', 'apt:ruby', '--chef', 'gem:chef-bin@18?source=https://gems.e.org')).toEqual({
      node: [
        { kind: 'file', machine: 'x86_64', file: { url: 'https://e.org/x64.tar.xz', sha256 } },
        { kind: 'file', file: { url: 'https://e.org/any.tar.gz', sha256 } },
      ],
      chef: [
        { kind: 'apt', name: 'ruby' },
        { kind: 'gem', name: 'chef-bin', version: '18', source: 'https://gems.e.org' },
      ],
    });
  });

  test.each([
    ['apt:ansible-core=2.14.18-0+deb12u2', { kind: 'apt', name: 'ansible-core=2.14.18-0+deb12u2' }],
    ['dnf:ansible-core', { kind: 'dnf', name: 'ansible-core' }],
    ['gem:chef-bin', { kind: 'gem', name: 'chef-bin' }],
    [`http://e.org/a.deb#${sha256}`, { kind: 'file', file: { url: 'http://e.org/a.deb', sha256 } }],
  ])('may be %s', (text, source) => {
    expect(read('--ansible', text)).toEqual({ ansible: [source] });
  });

  test.each([
    'apt:',
    'apt:-y',
    'apt:a b',
    'pip:ansible',
    'gem:chef bin',
    'gem:chef@latest',
    'https://e.org/a.deb',
    '/tmp/a.deb',
  ])('are refused when they are none: %s', (text) => {
    expect(() => read('--chef', text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  test('have no password, which would stand in the template', () => {
    for (const text of [`https://joe:s3cret@e.org/a.deb#${sha256}`, 'gem:chef?source=https://joe:s3cret@e.org']) {
      expect(() => read('--chef', text)).toThrow(/the URL of --chef holds a password/);
    }
  });

  test('of Node.js are archives', () => {
    expect(() => read('--node', `https://e.org/node.deb#${sha256}`)).toThrow(/is not an archive/);
    expect(() => read('--node', 'apt:nodejs')).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});
