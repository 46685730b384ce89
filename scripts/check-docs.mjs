// Checks the Markdown files: links lead somewhere, and the deployment files that they show compile.
// Prints FILE:LINE: PROBLEM for each fault and exits with 1. Needs the build: pnpm build.
//
// A fence says what it holds behind `yaml`:
//   ```yaml heddle            a whole deployment file
//   ```yaml heddle inputs     the inputs of a role in the deployment below
//   ```yaml heddle refused    a whole file that the compiler refuses
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const built = new URL('../packages/core/dist/index.js', import.meta.url);
const { compile, formatError } = await import(built.href).catch((cause) => {
  console.error(`cannot load ${fileURLToPath(built)}: run pnpm build first (${cause.message})`);
  process.exit(2);
});

/** What the examples of inputs read from. */
const frame = `heddle: 1
deployment: example
params: { region: eu, dns: [192.0.2.1, 192.0.2.2] }
nodes:
  db:
    roles:
      - name: mysql
        command: ['true']
        outputs: { host: host, port: port, config: config, root_password: { path: password, sensitive: true } }
  web:
    count: 3
    roles:
      - name: app
        command: ['true']
        outputs: { ip: ip }
  reader:
    roles:
      - name: reader
        command: ['true']
        inputs:
`;

const skipped = new Set(['node_modules', 'dist', 'vendor']);
const problems = [];
const files = markdownFiles(root);
for (const file of files) check(file);
for (const problem of problems) console.error(problem);
const count = `${files.length} Markdown files`;
console.log(problems.length === 0 ? `${count}: all links and examples hold` : `${count}: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

function markdownFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

function check(file) {
  const { prose, fences } = read(file);
  for (const [index, line] of prose.entries()) {
    for (const target of linksIn(line)) checkLink(file, index + 1, target);
  }
  for (const fence of fences) checkFence(file, fence);
}

/** The file's lines with those of fences emptied, and the fences. */
function read(file) {
  const fences = [];
  let open;
  const prose = readFileSync(file, 'utf8')
    .split('\n')
    .map((line, index) => {
      const mark = /^ *(```+)(.*)$/.exec(line);
      if (open === undefined && mark === null) return line;
      if (open === undefined) open = { line: index + 1, info: mark[2].trim().split(/\s+/), body: [], mark: mark[1] };
      else if (mark !== null && mark[2] === '' && mark[1].length >= open.mark.length) {
        fences.push(open);
        open = undefined;
      } else open.body.push(line);
      return '';
    });
  if (open !== undefined) report(file, open.line, 'this fence is not closed');
  return { prose, fences };
}

function linksIn(line) {
  const text = line.replace(/`[^`]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
}

function checkLink(file, line, target) {
  if (/^[a-z]+:/.test(target)) return;
  const [path, anchor] = target.split('#');
  const aim = path === '' ? file : resolve(dirname(file), decodeURIComponent(path));
  if (!existsSync(aim)) return report(file, line, `${target} does not exist`);
  if (!aim.startsWith(root)) return report(file, line, `${target} leads out of the repository`);
  if (anchor === undefined) return;
  if (statSync(aim).isDirectory() || !aim.endsWith('.md')) return report(file, line, `${target} has no headings`);
  if (!anchorsOf(aim).has(anchor)) report(file, line, `${target}: ${relative(root, aim)} has no such heading`);
}

/** The names under which headings can be linked, as GitHub makes them. */
function anchorsOf(file) {
  const headings = read(file).prose.filter((line) => /^#+ /.test(line));
  return new Set(
    headings.map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function checkFence(file, { line, info, body }) {
  const [language, kind, form] = info;
  if (kind !== 'heddle') return;
  if (language !== 'yaml' || ![undefined, 'inputs', 'refused'].includes(form)) {
    return report(file, line, `nobody knows what a fence with "${info.join(' ')}" holds`);
  }
  const text = form === 'inputs' ? frame + body.map((row) => `          ${row}\n`).join('') : `${body.join('\n')}\n`;
  // Lines of the text to lines of the Markdown file: the fence's own line comes before its first one.
  const offset = line - (form === 'inputs' ? frame.split('\n').length - 1 : 0);
  let error;
  try {
    compile(text, { file: 'EXAMPLE', directory: root });
  } catch (thrown) {
    error = thrown;
  }
  if (form === 'refused') {
    if (error === undefined) report(file, line, 'this example should be refused, and compiles');
  } else if (error !== undefined) {
    const place = Number(/EXAMPLE:(\d+)/.exec(formatError(error))?.[1] ?? 0);
    report(file, offset + place, `this example does not compile: ${formatError(error)}`);
  }
}

function report(file, line, problem) {
  problems.push(`${relative(root, file)}:${line}: ${problem}`);
}
