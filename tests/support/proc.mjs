// What Linux says about a process and about UDP sockets, in /proc.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';

const TICKS_PER_S = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** CPU seconds so far, user and system, of all threads. */
export function cpuSeconds(pid) {
  const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // from the third on, proc(5)
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** CPU seconds so far of the whole machine: all that was not idle. Times of user and system in /proc/stat
 * are sampled, which goes wrong with work that wakes as regularly as the clock; idle time is counted. */
export function busySeconds() {
  const [up, idle] = fs.readFileSync('/proc/uptime', 'utf8').split(' ').map(Number);
  return up * os.cpus().length - idle;
}

/** { rssKb, threads } of a process. */
export function memoryAndThreads(pid) {
  const text = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)[1]);
  return { rssKb: field('VmRSS'), threads: field('Threads') };
}

/** Datagrams that full socket buffers dropped: { matched: on the ports of @p ports, other }. */
export function udpDrops(ports) {
  const sums = { matched: 0, other: 0 };
  for (const line of fs.readFileSync('/proc/net/udp', 'utf8').trim().split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const port = parseInt(fields[1].split(':')[1], 16);
    sums[ports.has(port) ? 'matched' : 'other'] += Number(fields.at(-1));
  }
  return sums;
}
