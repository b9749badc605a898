// Watches every RTCPeerConnection of a page: counts what is offered, answered and described, and
// samples what comes in. Sent into the page as text, like installDevices.

/**
 * Makes `window.cardeaPeers`.
 * @param options packetLog: note when each audio packet is sent, and when it arrives.
 */
export function installPeers({ packetLog = false } = {}) {
  const Native = window.RTCPeerConnection;
  if (!Native) return;
  const COUNTED = ['createOffer', 'createAnswer', 'setLocalDescription', 'setRemoteDescription'];
  const peers = [];
  const worker = packetLog ? startPacketLog() : null;

  class RTCPeerConnection extends Native {
    constructor(...args) {
      super(...args);
      const calls = Object.fromEntries(COUNTED.map((name) => [name, 0]));
      peers.push({ pc: this, calls });
      const id = peers.length - 1;
      this.addEventListener('track', ({ transceiver: { receiver, mid } }) => {
        logPackets(`${id}:${mid}`, receiver, receiver.track.kind);
      });
    }

    addTransceiver(...args) {
      const transceiver = super.addTransceiver(...args);
      logPackets(`${idOf(this)}:sent`, transceiver.sender, transceiver.receiver.track.kind);
      return transceiver;
    }

    addTrack(track, ...streams) {
      const sender = super.addTrack(track, ...streams);
      logPackets(`${idOf(this)}:sent`, sender, track.kind);
      return sender;
    }
  }
  const idOf = (connection) => peers.findIndex(({ pc }) => pc === connection);
  for (const name of COUNTED) {
    RTCPeerConnection.prototype[name] = function counted(...args) {
      peers[idOf(this)].calls[name] += 1;
      return Native.prototype[name].apply(this, args);
    };
  }
  window.RTCPeerConnection = RTCPeerConnection;

  // ---- sampling -----------------------------------------------------------------------------

  const FIELDS = [
    'packetsReceived', 'packetsLost', 'packetsDiscarded', 'concealedSamples',
    'silentConcealedSamples', 'concealmentEvents', 'totalSamplesReceived', 'framesDecoded',
    'freezeCount', 'lastPacketReceivedTimestamp',
  ];
  let samples = [];
  let tick = 0;
  let timer = null;
  let busy = false;

  const inbound = async () => {
    const rows = [];
    for (const [id, { pc }] of peers.entries()) {
      if (pc.connectionState === 'closed') continue;
      for (const stats of (await pc.getStats()).values()) {
        if (stats.type !== 'inbound-rtp') continue;
        const row = { stream: `${id}:${stats.mid}`, kind: stats.kind, at: stats.timestamp };
        for (const field of FIELDS) if (field in stats) row[field] = stats[field];
        rows.push(row);
      }
    }
    return rows;
  };

  const sample = async () => {
    if (busy) return; // a slow getStats must not pile up
    busy = true;
    try {
      const rows = (await inbound()).filter(({ kind }) => kind === 'audio');
      samples.push(...rows.map((row) => ({ ...row, tick })));
      tick += 1;
    } finally {
      busy = false;
    }
  };

  // ---- packets, one by one --------------------------------------------------------------------

  function startPacketLog() {
    const code = () => {
      const logs = new Map();
      self.onrtctransform = ({ transformer: { readable, writable, options } }) => {
        const log = [];
        logs.set(options.stream, log);
        const note = new TransformStream({
          transform(frame, controller) {
            const { receiveTime, sequenceNumber, rtpTimestamp } = frame.getMetadata();
            const at = performance.timeOrigin + (receiveTime ?? performance.now());
            log.push({ at, sequence: sequenceNumber ?? null, timestamp: rtpTimestamp });
            controller.enqueue(frame);
          },
        });
        void readable.pipeThrough(note).pipeTo(writable).catch(() => {});
      };
      self.onmessage = () => self.postMessage(Object.fromEntries(logs));
    };
    const source = new Blob([`(${code})()`], { type: 'text/javascript' });
    return new Worker(URL.createObjectURL(source));
  }

  function logPackets(stream, end, kind) {
    if (!worker || kind !== 'audio') return;
    end.transform = new RTCRtpScriptTransform(worker, { stream });
  }

  window.cardeaPeers = {
    /** Per connection made so far: its calls and its state. */
    counters: () =>
      peers.map(({ pc, calls }) => ({ ...calls, state: pc.connectionState })),
    inbound,
    receiverTracks: () =>
      new Set(peers.flatMap(({ pc }) => pc.getReceivers().map(({ track }) => track))),
    startSampling(intervalMs) {
      samples = [];
      tick = 0;
      timer = setInterval(sample, intervalMs);
    },
    async stopSampling() {
      clearInterval(timer);
      timer = null;
      await sample();
      return samples;
    },
    /** {stream: [{at (ms since 1970), sequence, timestamp (RTP)}]}; streams '<n>:sent' go out. */
    packets: () =>
      new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.postMessage('read');
      }),
  };
}
