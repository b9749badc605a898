// The least a page needs to speak to Janus; the same for both plugins, so that what is compared is
// the plugins and not two client libraries.

export class Janus {
  #waiting = new Map();
  #listeners = new Map();
  #next = 0;

  /** @param socket an open WebSocket of the sub-protocol janus-protocol */
  constructor(socket) {
    this.socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
  }

  static async connect(url, create = {}) {
    const socket = new WebSocket(url, 'janus-protocol');
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`no connection to ${url}`));
    });
    const janus = new Janus(socket);
    const { data } = await janus.#request({ janus: 'create', ...create });
    janus.session = data.id;
    return janus;
  }

  async attach(plugin, listener) {
    const { data } = await this.#request({ janus: 'attach', session_id: this.session, plugin });
    this.#listeners.set(data.id, listener);
    return data.id;
  }

  /** Resolves with {data, jsep} of the answering event. */
  async message(handle, body, jsep) {
    const { plugindata, jsep: answer } = await this.#request({
      janus: 'message', session_id: this.session, handle_id: handle, body, ...(jsep ? { jsep } : {}),
    });
    const { data } = plugindata;
    if (data.error) throw new Error(JSON.stringify(data));
    return { data, jsep: answer };
  }

  trickle(handle, candidate) {
    this.#post({
      janus: 'trickle', session_id: this.session, handle_id: handle,
      candidate: candidate ?? { completed: true },
    });
  }

  close() {
    this.#post({ janus: 'destroy', session_id: this.session });
    this.socket.close();
  }

  #post(message) {
    const transaction = `t${++this.#next}`;
    this.socket.send(JSON.stringify({ ...message, transaction }));
    return transaction;
  }

  #request(message) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(this.#post(message), { resolve, reject });
    });
  }

  #receive(message) {
    const { janus, transaction, sender } = message;
    if (janus === 'ack') return;
    const waiting = this.#waiting.get(transaction);
    if (waiting) {
      this.#waiting.delete(transaction);
      if (janus === 'error') waiting.reject(new Error(message.error.reason));
      else waiting.resolve(message);
    } else if (sender) {
      this.#listeners.get(sender)?.(message);
    }
  }
}

/**
 * A connection of a handle: trickles both ways, and keeps what comes before the description.
 * `listener` is for Janus.attach.
 */
export class Connection {
  #early = [];

  constructor(onEvent = () => {}) {
    // As our own client does: every line of an unbundled offer would get a transport for a moment.
    this.pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.listener = (message) => {
      if (message.janus === 'trickle') this.#add(message.candidate);
      else if (message.janus === 'event') onEvent(message.plugindata.data, message.jsep);
    };
  }

  bind(janus, handle) {
    this.pc.onicecandidate = ({ candidate }) => janus.trickle(handle, candidate);
  }

  async setRemote(jsep) {
    await this.pc.setRemoteDescription(jsep);
    for (const candidate of this.#early.splice(0)) void this.pc.addIceCandidate(candidate);
  }

  #add(candidate) {
    if (candidate.completed) return;
    if (this.pc.remoteDescription) void this.pc.addIceCandidate(candidate);
    else this.#early.push(candidate);
  }
}
