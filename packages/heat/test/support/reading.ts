import { compiled, role, server, template } from './compile.ts';

/** A server whose role publishes two outputs. */
export const db = server(`[${role('mysql', '{}', '{ port: mysql.port, made: made }')}]`);

/** The condition "big", which does not hold by default. */
export const conditions = 'conditions: { big: { equals: [{ get_param: size }, x] } }\n';

/** A template in which web reads one input. */
export function reading(input: string, more: Readonly<Record<string, string>> = {}): string {
  return template({ db, ...more, web: server(`[${role('app', `{ x: ${input} }`)}]`) }, conditions);
}

/** The values that come with the user data of a server, by the names that `numbered` gives their ids. */
export function staticOf(text: string, resource: string): readonly unknown[] {
  const { resources } = JSON.parse(compiled(text).template) as {
    resources: Record<
      string,
      { properties: { user_data: { list_join: [string, [string, { write_files: { content: unknown }[] }]] } } }
    >;
  };
  const [, [, config]] = resources[resource]?.properties.user_data.list_join ?? ['', ['', { write_files: [] }]];
  const content = config.write_files[0]?.content as { list_join: [string, [{ static: Record<string, unknown> }]] };
  return Object.values(content.list_join[1][0].static);
}
