// A tiny static server on 127.0.0.1, which Chromium takes for a secure context.

import fs from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml' };

/**
 * Serves @p files, {path: content or file: URL}; everything else is 404.
 * Resolves with {url, close}.
 */
export async function serveStatic(files) {
  const server = http.createServer(async (request, response) => {
    const found = files[new URL(request.url, 'http://localhost').pathname];
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    try {
      const body = found instanceof URL ? await fs.readFile(found) : found;
      const name = found instanceof URL ? found.pathname : new URL(request.url, 'http://localhost').pathname;
      const type = TYPES[path.extname(name)] ?? 'text/html';
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
      response.end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}

/** The files of a folder as serveStatic takes them, below @p top ("/conference/"). */
export async function filesBelow(folder, top) {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const files = {};
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const name = path.relative(folder, file).split(path.sep).join('/');
    files[top + name] = pathToFileURL(file);
    if (name === 'index.html') files[top] = pathToFileURL(file);
  }
  return files;
}
