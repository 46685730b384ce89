import { test } from 'vitest';
import { compile, sliceFor, isHeddleError, formatError } from '@heddle/core';
import { readFileSync } from 'node:fs';
test('x', () => {
  try {
  const p = compile(readFileSync('/tmp/pc/ex.yaml','utf8'), {file:'heddle.yaml', directory:'/d'});
  console.log(JSON.stringify(p,null,1)); console.log(JSON.stringify(sliceFor(p,'web-1'),null,1));
  } catch (e) { if (isHeddleError(e)) console.log(formatError(e)); throw e }
});
