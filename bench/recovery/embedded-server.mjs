// Serves a folder on a port until it is killed: node embedded-server.mjs FOLDER PORT
import { serveEmbedded } from '@heddle/store-embedded';

const [folder, port] = process.argv.slice(2);
const { url } = await serveEmbedded(folder, { listen: { port: Number(port) } });
console.log(url);
