/** By kind: what stands in the template between the braces, and what the play knows for it. */
export const kinds = {
  constant: { text: "'a value of some length'" },
  'templated variable': { text: 'alias' },
  "lookup('vars')": { text: "lookup('vars', 'own')" },
  'input by its bare name': { text: 'remote' },
  'hostvars[node].name': { text: "hostvars['giver'].given" },
  'the same, one run for all': { text: "hostvars['giver'].given", isPushed: true },
};

/** The inventory of a run without Heddle that has both nodes in it; the value is a template as it is with Heddle. */
export const pushedInventory = {
  all: {
    hosts: {
      reader: { ansible_connection: 'local', ansible_python_interpreter: '{{ ansible_playbook_python }}' },
      giver: { held: 'a value of some length', given: '{{ held }}' },
    },
  },
};

/**
 * The play that renders templates of every kind, each in a task, and so in a process, of its own.
 *
 * @param isPushed  Take the kinds that one run for all nodes renders, without Heddle, and not the others.
 */
export function playbook(counts, rounds, outDirectory, isPushed) {
  const vars = { own: 'a value of some length', alias: '{{ own }}' };
  const taken = Object.entries(kinds).map(([kind, { isPushed: pushed = false }], index) => ({ kind, index, pushed }));
  const tasks = [];
  for (let round = 0; round < rounds; round += 1) {
    const order = taken
      .filter(({ pushed }) => pushed === isPushed)
      .flatMap(({ kind, index }) => counts.map((count) => ({ kind, index, count })));
    for (const { kind, index, count } of round % 2 === 0 ? order : order.toReversed()) {
      const dest = `${outDirectory}/${index}-${count}-${round}`;
      tasks.push({ name: `${kind}, ${count}`, template: { src: `${index}-${count}.j2`, dest } });
    }
  }
  return JSON.stringify([{ hosts: 'reader', gather_facts: false, vars, tasks }]);
}

/** By file name below `templates`. The included part has a frame of its own: Jinja resolves the names of a frame when it enters it, which must be within the clock. */
export function templates(counts) {
  const files = {};
  for (const [index, { text }] of Object.values(kinds).entries()) {
    for (const count of counts) {
      files[`${index}-${count}.j2`] =
        `{{ lookup('clock') }}\n{% include '${index}-${count}.part.j2' %}\n{{ lookup('clock') }}\n`;
      files[`${index}-${count}.part.j2`] = `{% for use in range(${count}) %}{{ ${text} }}\n{% endfor %}`;
    }
  }
  return files;
}

/** Processor and wall time between the two clocks of a rendered file, in ms; checks that every use gave the value. */
export function between(text, count) {
  const clocks = [...text.matchAll(/^clock (\[.*\])$/gm)].map(([, times]) => JSON.parse(times));
  const uses = text.split('a value of some length').length - 1;
  if (clocks.length !== 2 || uses !== count) throw new Error(`not a rendered template: ${text.slice(0, 200)}`);
  const [[processor0, wall0], [processor1, wall1]] = clocks;
  return { processorMs: (processor1 - processor0) / 1e6, wallMs: (wall1 - wall0) / 1e6 };
}
