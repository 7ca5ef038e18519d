// A discv4 node of @ethereumjs/devp2p, with every packet that reaches it on record.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { DPT, decode, encode, pk2id } from '@ethereumjs/devp2p';
import { within } from './deadline.mjs';
import { fromId, idOf, testKey, toId } from './peers.mjs';

const bucketSize = 16;

export class JsNode {
  #secret;
  #socket;
  #waiting = new Set();
  packets = [];
  undecodable = [];

  /**
   * With `explores` it looks for neighbours and pings them, as a node does, asking each peer once in `refreshInterval`
   * ms; else it only does what it is told.
   */
  static async start(name, tcp, { explores = false, refreshInterval } = {}) {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await within(`${name} listens`, once(socket, 'listening'));
    return new JsNode(name, socket, tcp, { shouldFindNeighbours: explores, refreshInterval });
  }

  constructor(name, socket, tcp, options) {
    this.#secret = testKey(`JavaScript node ${name}`);
    this.#socket = socket;
    const udp = socket.address().port;
    Object.assign(this, { name, id: toId(idOf(this.#secret)), ip: '127.0.0.1', tcp, udp });
    // Before the client's own listener, so that a packet is on record when the client acts on it.
    socket.on('message', (bytes, from) => this.#record(bytes, from));
    this.dpt = new DPT(this.#secret, {
      createSocket: () => socket,
      endpoint: { address: this.ip, udpPort: udp, tcpPort: tcp },
      ...options,
    });
  }

  #record(bytes, from) {
    let packet;
    try {
      const { typename, data, publicKey } = decode(bytes);
      packet = { type: typename, data, id: toId(pk2id(publicKey)), port: from.port };
    } catch (error) {
      this.undecodable.push(`${error.message} (type ${bytes[97]}, ${bytes.length} bytes, from port ${from.port})`);
      return;
    }
    this.packets.push(packet);
    this.#waiting.forEach((look) => look(packet));
  }

  /** The first packet of this type from this sender, which may have come before. */
  async packet(type, sender) {
    const matches = (packet) => packet.type === type && packet.id === sender.id;
    return this.packets.find(matches) ?? this.#next(`${type} from the bootnode`, (packet) => matches(packet) && packet);
  }

  /** Calls `look` with each packet that comes until it returns something or throws. */
  async #next(what, look) {
    let watch;
    const seen = new Promise((resolve, reject) => {
      watch = (packet) => {
        try {
          const result = look(packet);
          if (result) resolve(result);
        } catch (error) {
          reject(error);
        }
      };
      this.#waiting.add(watch);
    });
    try {
      return await within(`${this.name} gets ${what}`, seen);
    } finally {
      this.#waiting.delete(watch);
    }
  }

  /** Both ends have proven their endpoints: its PING was answered, and it has answered the other's. */
  async bond(bootnode) {
    const failed = new Promise((_, reject) => this.dpt.events.once('error', reject));
    const bonded = this.dpt.bootstrap({ address: bootnode.ip, udpPort: bootnode.port, tcpPort: bootnode.port });
    await within(`${this.name} bonds`, Promise.race([Promise.all([bonded, this.packet('ping', bootnode)]), failed]));
  }

  /**
   * Sends FINDNODE and gathers a full answer, in as many datagrams as it takes: id -> { ip, tcp, udp }. Only for nodes
   * that do not explore: an answer does not tell which question it belongs to.
   */
  async findNode(bootnode, target) {
    const found = new Map();
    const answer = this.#next(`${bucketSize} neighbours of ${target}`, ({ type, data, id }) => {
      if (type !== 'neighbours' || id !== bootnode.id) return undefined;
      for (const { endpoint, id: key } of data.peers) {
        assert.ok(!found.has(toId(key)), `${toId(key)} is in one answer twice`);
        found.set(toId(key), { ip: endpoint.address, tcp: endpoint.tcpPort, udp: endpoint.udpPort });
      }
      return found.size >= bucketSize && found;
    });
    const packet = encode('findneighbours', { id: fromId(target) }, this.#secret);
    this.#socket.send(packet, bootnode.port, bootnode.ip);
    return answer;
  }

  knows(other) {
    return this.dpt.getPeer(fromId(other.id)) !== null;
  }

  async close() {
    const closed = once(this.#socket, 'close');
    this.dpt.destroy();
    await within(`${this.name} closes`, closed);
  }
}
