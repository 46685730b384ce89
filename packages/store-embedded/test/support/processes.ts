import { builtPackage, runScript, type ScriptProcess } from '@heddle/testkit';

/** The compiled package, for plain Node processes. */
export const built = builtPackage(new URL('../../', import.meta.url));

/** Run a script with `driver`, `serveEmbedded` and `isHost` in scope; `prefix` is a command that runs it, e.g. `prlimit`. */
export function runWithDriver(script: string, prefix: readonly string[] = []): ScriptProcess {
  const head = `import driver, { isHost, serveEmbedded } from ${JSON.stringify(built.module)};\n`;
  return runScript(head + script, prefix);
}

/** Start a process that hosts a folder through an ordinary store, and wait until it does. */
export async function startHostProcess(folder: string): Promise<ScriptProcess> {
  const host = runWithDriver(`
    const store = await driver.open(${JSON.stringify(`embedded:${folder}`)});
    console.log(isHost(store) ? 'host' : 'client');`);
  const role = await host.line();
  if (role === 'host') return host;
  await host.kill();
  throw new Error(`the process should host the folder, but is ${role ?? 'dead'}`);
}

/** Start a process that serves a folder on a free TCP port, and wait for its URL. */
export async function startServerProcess(folder: string): Promise<{ process: ScriptProcess; port: number }> {
  const server = runWithDriver(`
    const server = await serveEmbedded(${JSON.stringify(folder)}, { listen: { port: 0 } });
    console.log(server.url);`);
  const url = await server.line();
  if (url !== undefined) return { process: server, port: Number(new URL(url).port) };
  throw new Error('the server process ended before it served');
}
