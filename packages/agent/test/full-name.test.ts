import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** The command of this checkout, which runs what `npm run build` built. */
const heddle = fileURLToPath(new URL('../../cli/bin/heddle', import.meta.url));

it('a machine whose resolver does not answer has no full name, and says why', () => {
  // A machine without any network whose name stands in no file.
  const script = `hostname a-name-in-no-file && exec ${process.execPath} ${heddle} facts hostname fqdn`;
  const printed = execFileSync('unshare', ['--uts', '--net', 'sh', '-c', script], { encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual({
    facts: { hostname: 'a-name-in-no-file' },
    absent: {
      fqdn: 'the resolver of a-name-in-no-file does not answer: getaddrinfo EAI_AGAIN a-name-in-no-file',
    },
  });
});
