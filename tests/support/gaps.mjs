// How long nothing came, from what page/peers.mjs collected: by counters sampled every 100 ms, and
// packet by packet.

/** A sample this much later than the last one says nothing about a gap: the page was busy. */
const LATE_MS = 150;
/** Of Opus, as browsers send it. */
export const PACKET_MS = 20;

/**
 * From samples of one page ({stream, tick, at, packetsReceived, packetsLost...}), for each stream
 * that flowed when the sampling began:
 * - gap: the longest time between two samples in which the counter grew. With samples in time this
 *   is at most one interval more than the true gap;
 * - lateGap: the same where a sample came late; there a continuous stream has a packet every 20 ms,
 *   so the time the packets of that interval do not account for is taken;
 * - lost: packets counted as lost; late: intervals that were too long; end: time of the last growth.
 */
export function sampledGaps(samples) {
  const result = [];
  for (const [stream, rows] of byStream(samples)) {
    if (rows[0].tick > 0 || rows[0].packetsReceived === 0) continue;
    result.push({ stream, ...measure(rows) });
  }
  return result;
}

function measure(rows) {
  const found = { gap: 0, lateGap: 0, late: 0, intervals: rows.length - 1, end: rows[0].at };
  let grown = rows[0];
  let timely = true;
  for (let i = 1; i < rows.length; i += 1) {
    const row = rows[i];
    if (row.at - rows[i - 1].at > LATE_MS) {
      found.late += 1;
      timely = false;
    }
    const packets = row.packetsReceived - grown.packetsReceived;
    if (packets === 0) continue;
    const span = row.at - grown.at;
    if (timely) found.gap = Math.max(found.gap, span);
    else found.lateGap = Math.max(found.lateGap, span - (packets - 1) * PACKET_MS);
    grown = row;
    timely = true;
  }
  const last = rows.at(-1);
  return {
    ...found,
    end: grown.at,
    firstSample: rows[0].at,
    lastSample: last.at,
    packets: last.packetsReceived - rows[0].packetsReceived,
    lost: last.packetsLost - rows[0].packetsLost,
    discarded: (last.packetsDiscarded ?? 0) - (rows[0].packetsDiscarded ?? 0),
  };
}

function byStream(samples) {
  const streams = new Map();
  for (const sample of samples) {
    const rows = streams.get(sample.stream);
    if (rows) rows.push(sample);
    else streams.set(sample.stream, [sample]);
  }
  return streams;
}

/**
 * From the packet log of one stream, [{at, sequence}]: the longest time between two arrivals, and
 * how many sequence numbers never came.
 */
export function packetGaps(log) {
  let gap = 0;
  let gapAt = null;
  for (let i = 1; i < log.length; i += 1) {
    const span = log[i].at - log[i - 1].at;
    if (span > gap) [gap, gapAt] = [span, log[i - 1].at];
  }
  return { packets: log.length, gap, gapAt, missing: missingNumbers(log) };
}

/** Sequence numbers have 16 bits and may come in another order. */
function missingNumbers(log) {
  if (log.length === 0) return 0;
  const [{ sequence: first }] = log;
  let highest = first;
  const seen = new Set([first]);
  for (const { sequence } of log.slice(1)) {
    const step = ((sequence - highest) << 16) >> 16;
    seen.add(highest + step);
    highest = Math.max(highest, highest + step);
  }
  return highest - first + 1 - [...seen].filter((number) => number >= first).length;
}

/**
 * The longest gap between two arrivals that was not there when the packets were sent: a browser on
 * a busy machine stalls, too, and that is not what is measured. @p sent and @p received are packet
 * logs of one stream at its two ends; RTP timestamps are rewritten on the way by a constant.
 * Also the longest gap at the sender, and how much longer than the fastest the slowest packet took.
 */
export function gapsInTransit(sent, received) {
  const shift = timestampShift(sent, received);
  const sentAt = new Map(sent.map(({ at, timestamp }) => [(timestamp + shift) >>> 0, at]));
  const found = { gap: 0, sentGap: 0, matched: 0, delay: 0 };
  let fastest = Infinity;
  let slowest = -Infinity;
  let before = null;
  for (const { at, timestamp } of received) {
    const start = sentAt.get(timestamp);
    if (start === undefined) continue;
    found.matched += 1;
    fastest = Math.min(fastest, at - start);
    slowest = Math.max(slowest, at - start);
    if (before) {
      const sentGap = start - before.start;
      found.sentGap = Math.max(found.sentGap, sentGap);
      found.gap = Math.max(found.gap, at - before.at - Math.max(0, sentGap - PACKET_MS));
    }
    before = { at, start };
  }
  return { ...found, delay: slowest - fastest };
}

const CLOCKS_MS = 5; // two processes' ideas of the time may differ by this

/**
 * By how much the timestamps were rewritten. Every multiple of a packet fits; that is taken by
 * which packets arrive soonest after they were sent, but not before.
 */
function timestampShift(sent, received) {
  const probe = received.slice(0, 500);
  const near = sent.findIndex(({ at }) => at >= probe[0].at);
  let best = null;
  for (let i = Math.max(0, near - 50); i < Math.min(sent.length, near + 50); i += 1) {
    const shift = (probe[0].timestamp - sent[i].timestamp) >>> 0;
    const sentAt = new Map(sent.map(({ at, timestamp }) => [(timestamp + shift) >>> 0, at]));
    const transits = probe.flatMap(({ at, timestamp }) =>
      (sentAt.has(timestamp) ? [at - sentAt.get(timestamp)] : []));
    const fastest = Math.min(...transits);
    if (fastest >= -CLOCKS_MS && (!best || fastest < best.fastest)) best = { fastest, shift };
  }
  if (!best) throw new Error('the two packet logs are not of one stream');
  return best.shift;
}
