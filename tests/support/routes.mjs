// The routes of the gateway, read from the router's tables in the C files.

import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './build.mjs';

const isAdmin = (file) => path.basename(file).startsWith('admin'); // served on the admin socket only

/** "/rooms/{id}" as "/rooms/{}". */
export const shape = (route) => route.replace(/\{\w+\}/g, '{}');

/** The routes that the tables in a C file name, as "METHOD /path/{}". */
function routesOf(file) {
  const table = /\{\s*(CARDEA_HTTP_\w+(?:\s*\|\s*CARDEA_HTTP_\w+)*),\s*"([^"]+)"/g;
  return [...fs.readFileSync(file, 'utf8').matchAll(table)].flatMap(([, methods, route]) => methods.split('|')
    .map((method) => `${method.trim().replace('CARDEA_HTTP_', '')} ${shape(route)}`));
}

const tables = fs.readdirSync(path.join(ROOT, 'signaling'), { recursive: true }).filter((name) => name.endsWith('.c'))
  .map((name) => path.join(ROOT, 'signaling', name))
  .filter((file) => /struct cardea_route \w+(\[\])? =/.test(fs.readFileSync(file, 'utf8')));

for (const file of tables) if (routesOf(file).length === 0) throw new Error(`${file}: no route read`);

/** What is served to everybody, and what only on the admin socket. */
export const publicRoutes = () => tables.filter((file) => !isAdmin(file)).flatMap(routesOf);
export const adminRoutes = () => tables.filter(isAdmin).flatMap(routesOf);
