// Draw the pictures of docs/explanation/static-and-runtime.md from templates that are compiled for it.
// `--check` writes nothing and fails when a picture differs. Needs the build: pnpm build.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../packages/heat/dist/index.js', import.meta.url);
const { compileTemplate } = await import(built.href).catch((cause) => {
  console.error(`cannot load ${fileURLToPath(built)}: run pnpm build first (${cause.message})`);
  process.exit(2);
});

const heat = '#0550ae';
const machines = '#b35900';
const ink = '#1f2328';
const faint = '#57606a';

/** A chain: each server reads the address of the one before it. */
const chain = `heat_template_version: 2018-08-31
resources:
${['db', 'web', 'proxy'].map((name, at, all) => server(name, all[at - 1])).join('')}`;

function server(name, before) {
  const input = before === undefined ? '{}' : `{ peer: { get_attr: [${before}, first_address] } }`;
  return `  ${name}:
    type: OS::Nova::Server
    properties: { image: debian-12, flavor: m1.small }
    metadata: { roles: [{ name: configure, command: ["true"], inputs: ${input} }] }
`;
}

const example = readFileSync(new URL('../examples/two-servers/template.yaml', import.meta.url), 'utf8');
const pictures = {
  'static-and-runtime-paths.svg': paths(compiled(example).references),
  'static-and-runtime-boot.svg': boot(compiled(chain), compiled(chain, { prefer: 'runtime' })),
};
const folder = new URL('../docs/explanation/', import.meta.url);
for (const [name, picture] of Object.entries(pictures)) {
  const file = new URL(name, folder);
  if (!process.argv.includes('--check')) writeFileSync(file, picture);
  else if (readFileSync(file, 'utf8') !== picture) {
    console.error(`docs/explanation/${name} is out of date: run node scripts/gen-heat-pictures.mjs`);
    process.exitCode = 1;
  }
}

function compiled(text, options = {}) {
  return compileTemplate(text, { file: 'template.yaml', deployment: 'shop', ...options });
}

/** Every reference of a template, through Heat and the user data or through the machines and the store, to the input that reads it. */
function paths(references) {
  const isStatic = ({ resolved }) => resolved === 'by Heat';
  const rows = [...references.filter(isStatic), ...references.filter((row) => !isStatic(row))];
  const statics = rows.filter(isStatic).length;
  const top = 66;
  const y = (row) => top + row * 40 + (row >= statics ? 24 : 0);
  const lane = (from, to, colour, lines) =>
    box({ x: 300, y: y(from) - 8, width: 250, height: y(to) - y(from) + 40, colour, lines });
  const body = [
    heading(20, 'what the template names'),
    heading(300, 'how it travels'),
    heading(660, 'the input that reads it'),
    ...rows.flatMap((row, at) => {
      const colour = isStatic(row) ? heat : machines;
      return [
        box({ x: 20, y: y(at), width: 200, height: 24, colour: faint, lines: [row.reference] }),
        arrow(220, y(at) + 12, 298, y(at) + 12, colour),
        arrow(550, y(at) + 12, 658, y(at) + 12, colour),
        box({
          x: 660,
          y: y(at),
          width: 300,
          height: 24,
          colour: faint,
          lines: [`${row.node}.${row.role}: ${row.input}`],
        }),
      ];
    }),
    lane(0, statics - 1, heat, ['Heat resolves it', 'before the server is created:', 'user data, in node.json']),
    lane(statics, rows.length - 1, machines, ['the machines exchange it', 'while roles run: the store']),
  ];
  const height = y(rows.length - 1) + 50;
  return svg(980, height, 'Which references of the example Heat resolves, and which the machines exchange', body);
}

/** When the servers of a chain boot and configure, as Heat orders them and with run time preferred. */
function boot(statically, atRunTime) {
  const parts = [
    ['by default: Heat resolves the addresses', statically, 40],
    ['--prefer runtime: each machine publishes its own', atRunTime, 210],
  ];
  const body = parts.flatMap(([title, { references }, top]) => {
    const before = new Map(
      references
        .filter(({ resolved }) => resolved === 'by Heat')
        .map(({ node, reference }) => [node, reference.split('.')[0]]),
    );
    const start = (node) => (before.has(node) ? start(before.get(node)) + 1 : 0);
    return [
      heading(20, title, top),
      ...['db', 'web', 'proxy'].flatMap((node, at) => {
        const [x, y] = [100 + start(node) * 190, top + 18 + at * 40];
        const from = before.get(node);
        return [
          `<text x="20" y="${y + 19}" fill="${ink}">${node}</text>`,
          box({ x, y, width: 180, height: 28, colour: faint, lines: ['the server is created'] }),
          box({ x: x + 184, y, width: 130, height: 28, colour: machines, lines: ['it configures'] }),
          from === undefined ? '' : arrow(x - 12, y - 12, x - 2, y + 10, heat),
        ];
      }),
    ];
  });
  body.push(
    `<text x="20" y="372" fill="${faint}" font-size="13">time goes to the right, not to scale; the order is that of the compiled template</text>`,
  );
  return svg(860, 390, 'A chain of three servers: created one after the other, or side by side', body);
}

function box({ x, y, width, height, colour, lines }) {
  const first = y + height / 2 + 5 - (lines.length - 1) * 9;
  const texts = lines.map(
    (line, at) =>
      `<text x="${x + width / 2}" y="${first + at * 18}" text-anchor="middle" fill="${colour === faint ? ink : colour}">${escaped(line)}</text>`,
  );
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" fill="#f6f8fa" stroke="${colour}"/>\n${texts.join('\n')}`;
}

function arrow(x1, y1, x2, y2, colour) {
  const tip = colour === heat ? 'heat' : 'machines';
  return `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${colour}" stroke-width="1.5" marker-end="url(#${tip})"/>`;
}

function heading(x, text, y = 40) {
  return `<text x="${x}" y="${y}" fill="${ink}" font-weight="bold">${escaped(text)}</text>`;
}

function svg(width, height, title, body) {
  const tip = (id, colour) =>
    `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="${colour}"/></marker>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="14" role="img" aria-labelledby="title">
<title id="title">${title}</title>
<defs>${tip('heat', heat)}${tip('machines', machines)}</defs>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${body.filter((part) => part !== '').join('\n')}
</svg>
`;
}

function escaped(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
