import { expect, test } from 'vitest';
import chef from '../src/index.ts';

const exit = (exitCode: number, tail: string) => ({ exitCode, signal: null, tail });
const refusal =
  "this is Chef 16.18.30, and Heddle works with series 17 to 18: install one of them (gem install chef-bin -v '~> 18')";

test.each([
  ['what the shim refuses', exit(2, `Starting\nheddle: [tool-missing] ${refusal}\n`), refusal],
  ['what Chef says last', exit(1, 'INFO: x\n[2026-11-26] FATAL: RuntimeError: no\n'), 'chef-solo: RuntimeError: no'],
  [
    'what kept it from starting',
    exit(127, 'a\nenv: ruby: not found\n'),
    'chef-solo could not be started: env: ruby: not found',
  ],
  ['nothing that it does not know', exit(1, 'bye\n'), undefined],
])('the end of a run is explained by %s', (_what, end, expected) => {
  expect(chef.explainExit(end)).toBe(expected);
});
