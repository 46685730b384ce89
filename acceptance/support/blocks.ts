/**
 * Cut the log of `heddle up` into what each role said: `db.mysql` to its texts, in order.
 *
 * What differs from run to run is left out: the clock time, and the time waited at the end of a message (`, after 3s`).
 * How long something took (`after 4.2s`, `, for 3s`) is written as T.
 */
export function saidByRole(log: string): ReadonlyMap<string, readonly string[]> {
  const said = new Map<string, string[]>();
  let texts: string[] = [];
  for (const line of log.split('\n')) {
    const head = /^\d\d:\d\d:\d\d (\S+) (\S+) +(.*)$/.exec(line);
    if (head !== null) {
      const key = `${head[1]}.${head[2]}`;
      texts = said.get(key) ?? [];
      said.set(key, texts);
      texts.push(withoutTimes(head[3] ?? ''));
    } else if (line.startsWith('  ') && texts.length > 0) {
      texts.push(`${texts.pop()}\n${withoutTimes(line)}`);
    } else {
      texts = [];
    }
  }
  return said;
}

function withoutTimes(text: string): string {
  return text
    .replace(/, after (?:\d+m )?\d+(?:\.\d+)?s$/, '')
    .replace(/(after|, for|of which it waited) (?:\d+m )?\d+(?:\.\d+)?m?s/g, '$1 T');
}
