// How long nothing came, from what page/peers.mjs collected: by counters sampled every 100 ms, and
// packet by packet.

/** A sample this much later than the last one says nothing about a gap: the page was busy. */
const LATE_MS = 150;
/** Of Opus, as browsers send it. */
export const PACKET_MS = 20;

/**
 * From samples of one page ({stream, at, packetsReceived, packetsLost...}), for each stream that
 * had packets in its first sample:
 * - gap: the longest time between two samples in which the counter grew. With samples in time this
 *   is at most one interval more than the true gap;
 * - lateGap: the same where a sample came late; there a continuous stream has a packet every 20 ms,
 *   so the time the packets of that interval do not account for is taken;
 * - lost: packets counted as lost; late: intervals that were too long; end: time of the last growth.
 */
export function sampledGaps(samples) {
  const result = [];
  for (const [stream, rows] of byStream(samples)) {
    if (rows[0].packetsReceived === 0) continue;
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
 * From the packet log of one stream, [[arrival in ms, sequence number]]: the longest time between
 * two arrivals in [from, to], and how many sequence numbers never came.
 */
export function packetGaps(log, from = -Infinity, to = Infinity) {
  const packets = log.filter(([at]) => at >= from && at <= to);
  let gap = 0;
  let gapAt = null;
  for (let i = 1; i < packets.length; i += 1) {
    const span = packets[i][0] - packets[i - 1][0];
    if (span > gap) [gap, gapAt] = [span, packets[i - 1][0]];
  }
  return { packets: packets.length, gap, gapAt, missing: missingNumbers(packets) };
}

/** Sequence numbers have 16 bits and may come in another order. */
function missingNumbers(packets) {
  if (packets.length === 0) return 0;
  let highest = packets[0][1];
  const seen = new Set([highest]);
  for (const [, number] of packets.slice(1)) {
    const step = ((number - highest) << 16) >> 16;
    const unwrapped = highest + step;
    seen.add(unwrapped);
    highest = Math.max(highest, unwrapped);
  }
  return highest - packets[0][1] + 1 - [...seen].filter((n) => n >= packets[0][1]).length;
}
