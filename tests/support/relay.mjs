// A bad network in one UDP port: it stands between one PeerConnection of a browser and Janus, and
// loses, delays and caps what passes. Needs no privileges.
//
//   const relay = await startRelay({ seed: 7 });
//   relay.set({ down: { loss: 0.05, delayMs: 15 }, up: { delayMs: 15 } });
//   const ben = await browser.person(CAST.ben, { relay });   // his receive connection runs through it
//   relay.counters().down.lost;
//   relay.close();
//
// "down" is what Janus sends, "up" what the browser sends.

import dgram from 'node:dgram';

/** Of tests/support/netns.sh. */
const ADDRESS = '10.231.0.1';
/** IPv4 and UDP headers count for a cap as on a real line. */
const HEADER_BYTES = 28;
const SOCKET_BUFFER = 1 << 20;
const PERFECT = { loss: 0, delayMs: 0, bitrate: Infinity, queueMs: 300 };
const NOTHING = { packets: 0, bytes: 0, lost: 0, dropped: 0, sent: 0, sentBytes: 0 };

/** Uniform in [0, 1), the same for the same seed everywhere: a 32-bit xorshift. */
export function seededRandom(seed) {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** One way through: loss first, then the line with its queue, then the time under way. */
class Direction {
  constructor(seed, send) {
    Object.assign(this, { ...PERFECT, send, random: seededRandom(seed), counted: { ...NOTHING } });
    this.lineFree = 0; // when the line has sent all that it took, on performance's clock
    this.underWay = []; // {due, packet}, in order
    this.timer = null;
  }

  take(packet) {
    const { counted } = this;
    const now = performance.now();
    const bytes = packet.length + HEADER_BYTES;
    counted.packets += 1;
    counted.bytes += bytes;
    if (this.random() < this.loss) {
      counted.lost += 1;
      return;
    }
    const start = Math.max(now, this.lineFree);
    if (start - now > this.queueMs) {
      counted.dropped += 1;
      return;
    }
    this.lineFree = start + (8000 * bytes) / this.bitrate;
    // No packet overtakes another one, also where the delay was just made shorter.
    const due = Math.max(this.lineFree + this.delayMs, this.underWay.at(-1)?.due ?? 0);
    this.underWay.push({ due, packet });
    this.deliver(now);
  }

  deliver(now = performance.now()) {
    let count = 0;
    while (count < this.underWay.length && this.underWay[count].due <= now) {
      const { packet } = this.underWay[count];
      count += 1;
      this.counted.sent += 1;
      this.counted.sentBytes += packet.length + HEADER_BYTES;
      this.send(packet);
    }
    this.underWay.splice(0, count);
    if (this.underWay.length === 0 || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.deliver();
    }, this.underWay[0].due - now);
  }

  stop() {
    clearTimeout(this.timer);
    this.underWay = [];
  }
}

/** Options: seed of the losses (default: a new one; it is in `seed`), address to listen on. */
export async function startRelay({ seed = 1 + Math.floor(Math.random() * 1e9), address = ADDRESS } = {}) {
  const socket = dgram.createSocket('udp4');
  let server = null; // {address, port}: Janus
  let client = null; // the browser, by its last packet
  const sendTo = (peer) => (packet) => {
    const to = peer();
    if (to) socket.send(packet, to.port, to.address);
  };
  const ways = {
    down: new Direction(seed, sendTo(() => client)),
    up: new Direction(seed + 1, sendTo(() => server)),
  };
  socket.on('message', (packet, from) => {
    if (from.address === server?.address && from.port === server.port) {
      ways.down.take(packet);
    } else {
      client = from;
      ways.up.take(packet);
    }
  });
  await new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, address, resolve);
  });
  socket.setRecvBufferSize(SOCKET_BUFFER);
  socket.on('error', () => {}); // ICMP of an end that is gone
  return {
    seed,
    address,
    port: socket.address().port,
    /** Tells where Janus is; until then what the browser sends is lost. */
    towards(to) {
      server = to;
    },
    /**
     * Changes one direction or both, from the next packet on: loss (0 to 1), delayMs (one way),
     * bitrate (bit/s with IP headers) and queueMs (what would wait longer before the cap is dropped).
     */
    set({ down, up }) {
      Object.assign(ways.down, down);
      Object.assign(ways.up, up);
    },
    /** Per direction: packets and bytes that came, lost by chance, dropped at the queue, sent on. */
    counters: () => ({ down: { ...ways.down.counted }, up: { ...ways.up.counted } }),
    close() {
      ways.down.stop();
      ways.up.stop();
      return new Promise((resolve) => {
        socket.close(resolve);
      });
    },
  };
}
