// Watches every RTCPeerConnection of a page: counts what is offered, answered and described, and
// samples what comes in. Sent into the page as text, like installDevices.

/**
 * Makes `window.cardeaPeers`.
 * @param options packetLog: note when each audio packet is sent, and when it arrives; relay:
 * {address, port} through which connections that the other side offers run, as the receive
 * connection does, and no other way: the other side's candidates are replaced by the relay's, which
 * is told by `window.cardeaRelay(address, port)` what they were, and our own stay here.
 */
export function installPeers({ packetLog = false, relay = null } = {}) {
  const Native = window.RTCPeerConnection;
  if (!Native) return;
  const COUNTED = ['createOffer', 'createAnswer', 'setLocalDescription', 'setRemoteDescription'];
  const peers = [];
  const worker = packetLog ? startPacketLog() : null;

  class RTCPeerConnection extends Native {
    constructor(...args) {
      super(...args);
      const calls = Object.fromEntries(COUNTED.map((name) => [name, 0]));
      const peer = { pc: this, calls, connectedAt: null };
      const id = peers.push(peer) - 1;
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') peer.connectedAt ??= performance.timeOrigin + performance.now();
      });
      this.addEventListener('track', ({ transceiver: { receiver, mid } }) => {
        logPackets(`${id}:${mid}`, receiver, receiver.track.kind);
      });
      // The first of all listeners: nobody else hears of these.
      this.addEventListener('icecandidate', (event) => {
        if (isRelayed(this) && event.candidate) event.stopImmediatePropagation();
      });
    }

    async addIceCandidate(candidate) {
      const through = isRelayed(this) ? await relayed(candidate) : candidate;
      if (through) await super.addIceCandidate(through);
    }

    addTransceiver(...args) {
      const transceiver = super.addTransceiver(...args);
      const { kind } = transceiver.receiver.track;
      const same = this.getTransceivers().filter(({ receiver }) => receiver.track.kind === kind);
      // A microphone comes first, then the sound of a screen.
      const line = same.length > 1 ? `${same.length - 1}:sent` : 'sent';
      logPackets(`${idOf(this)}:${line}`, transceiver.sender, kind);
      return transceiver;
    }

    addTrack(track, ...streams) {
      const sender = super.addTrack(track, ...streams);
      logPackets(`${idOf(this)}:sent`, sender, track.kind);
      return sender;
    }
  }
  const isRelayed = (connection) => relay !== null && connection.remoteDescription?.type === 'offer';

  /** The candidate with the relay in the place of the other side, or null: no way for us. */
  const relayed = async (candidate) => {
    // candidate:<foundation> <component> <transport> <priority> <address> <port> typ ...
    const fields = candidate?.candidate?.split(' ') ?? [];
    if (fields[2]?.toLowerCase() !== 'udp' || !/^[\d.]+$/.test(fields[4])) return null;
    await window.cardeaRelay(fields[4], Number(fields[5]));
    fields.splice(4, 2, relay.address, relay.port);
    return { ...candidate, candidate: fields.join(' ') };
  };

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
    'freezeCount', 'totalFreezesDuration', 'lastPacketReceivedTimestamp', 'bytesReceived',
    'frameWidth', 'frameHeight', 'keyFramesDecoded', 'nackCount', 'pliCount',
    'retransmittedPacketsReceived', 'rid', 'framesSent', 'packetsSent', 'bytesSent', 'keyFramesEncoded',
    'trackIdentifier', 'totalAudioEnergy',
  ];
  let samples = [];
  let tick = 0;
  let timer = null;
  let busy = false;
  let sampled = null; // {type, kinds}

  const rowsOf = async (type) => {
    const rows = [];
    for (const [id, { pc }] of peers.entries()) {
      if (pc.connectionState === 'closed') continue;
      const report = await pc.getStats();
      for (const stats of report.values()) {
        if (stats.type !== type) continue;
        const row = { stream: `${id}:${stats.mid}`, kind: stats.kind, at: stats.timestamp };
        row.codec = report.get(stats.codecId)?.mimeType;
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
      const rows = (await rowsOf(sampled.type)).filter(({ kind }) => sampled.kinds.includes(kind));
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
    /** What a page does that heeds nobody: sends a device on the first line of this kind. */
    sendAnyway: async (kind) => {
      const [track] = (await navigator.mediaDevices.getUserMedia({ [kind]: true })).getTracks();
      const lines = peers.flatMap(({ pc }) => pc.getTransceivers());
      const { sender } = lines.find((line) =>
        line.receiver.track.kind === kind && line.currentDirection === 'sendonly');
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) encoding.active = true;
      await sender.setParameters(parameters);
      await sender.replaceTrack(track);
    },
    /** Per connection: when it first stood (ms since 1970), or null. */
    connectedAt: () => peers.map(({ connectedAt }) => connectedAt),
    /** Per connection: [type, relay protocol] of its own candidate in force. */
    paths: () =>
      Promise.all(peers.map(async ({ pc }) => {
        const report = await pc.getStats();
        const transport = [...report.values()].find(({ type }) => type === 'transport');
        const pair = report.get(transport?.selectedCandidatePairId);
        const local = report.get(pair?.localCandidateId);
        return [local?.candidateType, local?.relayProtocol];
      })),
    inbound: () => rowsOf('inbound-rtp'),
    /** One row per encoding. */
    outbound: () => rowsOf('outbound-rtp'),
    /** Per connection made so far: the ICE user names of both sides, and those of its TURN servers. */
    descriptions: () => {
      const ufrag = (description) => /a=ice-ufrag:(\S+)/.exec(description?.sdp ?? '')?.[1] ?? null;
      return peers.map(({ pc }) => ({
        local: ufrag(pc.localDescription),
        remote: ufrag(pc.remoteDescription),
        users: (pc.getConfiguration().iceServers ?? []).flatMap(({ username }) => username || []),
      }));
    },
    receiverTracks: () =>
      new Set(peers.flatMap(({ pc }) => pc.getReceivers().map(({ track }) => track))),
    startSampling(intervalMs, what) {
      samples = [];
      tick = 0;
      sampled = what;
      timer = setInterval(sample, intervalMs);
    },
    samples: () => samples,
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
