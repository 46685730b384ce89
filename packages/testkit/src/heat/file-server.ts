import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answer HTTP requests for the files of a map from URL paths (`/heddle.mjs`) to files; what is not in it is 404. */
export function fileServer(files: ReadonlyMap<string, string>) {
  const send = async (path: string, response: ServerResponse): Promise<void> => {
    const file = files.get(path);
    if (file === undefined) {
      response.writeHead(404).end(`there is no ${path}\n`);
      return;
    }
    const { size } = await stat(file);
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
    createReadStream(file)
      .on('error', (error) => response.destroy(error))
      .pipe(response);
  };
  return (request: IncomingMessage, response: ServerResponse): void => {
    send(request.url ?? '', response).catch((error: unknown) => {
      response.writeHead(500).end(`${String(error)}\n`);
    });
  };
}
