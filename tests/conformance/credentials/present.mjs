// Calls of the routes in routes.mjs with a credential in each way of presenting one.

import http from 'node:http';
import { routes } from './routes.mjs';

export class Presenter {
  constructor(port) {
    this.port = port;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  }

  close() {
    this.agent.destroy();
  }

  /** All of an answer that a client can see but its own number and time. */
  ask({ method, path, headers, body }) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const own = text === undefined ? headers : { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port: this.port, method, path, headers: own, agent: this.agent }, async (response) => {
        const { date, 'x-request-id': id, ...rest } = response.headers;
        resolve({ status: response.statusCode, headers: rest, raw: Buffer.concat(await response.toArray()).toString() });
      });
      request.on('error', reject);
      request.end(text);
    });
  }

  /** The call of a route with @p value presented in a @p way, about what @p at holds. */
  present(route, way, value, at) {
    const row = routes[route];
    const [method, template] = route.split(' ');
    const names = [...(row.path ?? [])];
    const headers = {};
    let body = typeof row.body === 'function' ? row.body(at) : row.body;
    let query = '';
    if (way === 'raw') headers.Authorization = value;
    if (way === 'bearer') headers.Authorization = `Bearer ${value}`;
    if (way === 'x-api-key') headers['X-API-Key'] = value;
    if (way === 'cookie') headers.Cookie = `accessToken=${value}; pnm_access_token=${value}`;
    if (way.startsWith('body.')) body = { ...body, [way.slice(5)]: value };
    if (way.startsWith('query.')) query = `?${way.slice(6)}=${encodeURIComponent(value)}`;
    let isFirst = true;
    const path = template.replace(/\{\}/g, () => {
      const name = names.shift();
      const text = isFirst && way === 'path' ? value : at[name] ?? 'nothing';
      isFirst = false;
      return encodeURIComponent(text);
    });
    return this.ask({ method, path: path + query, headers, body });
  }
}
