// Speaks docs/protocol.md for roles that are shell scripts: `get INPUT [SOURCE]` prints a value, `set OUTPUT JSON` publishes one.
import { request } from 'node:http';

const [verb, name, argument] = process.argv.slice(2);
const body = verb === 'get' ? { input: name, source: argument } : { outputs: { [name]: { value: JSON.parse(argument) } } };
const route = verb === 'get' ? 'await' : 'publish';

const { status, answer } = await new Promise((resolve, reject) => {
  const call = request(
    {
      socketPath: process.env.HEDDLE_SOCKET,
      path: `/v1/roles/${process.env.HEDDLE_ROLE}/${route}`,
      method: 'POST',
      headers: { 'Heddle-Run': process.env.HEDDLE_RUN },
    },
    async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, answer: JSON.parse(text) });
    },
  );
  call.on('error', reject);
  call.end(JSON.stringify(body));
});

if (status !== 200) {
  process.stderr.write(`[${answer.error.code}] ${answer.error.message}\n`);
  process.exitCode = answer.error.exitCode;
} else if (verb === 'get') {
  process.stdout.write(`${typeof answer.value === 'string' ? answer.value : JSON.stringify(answer.value)}\n`);
}
