// A tiny static server on 127.0.0.1, which Chromium takes for a secure context.

import fs from 'node:fs/promises';
import http from 'node:http';

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
      const path = found instanceof URL ? found.pathname : request.url;
      const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
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
