// Peers that are only registered, never run: keys that are plainly test keys, made from their names.
import { RLP } from '@ethereumjs/rlp';
import { keccak256 } from 'ethereum-cryptography/keccak.js';
import { secp256k1 } from 'ethereum-cryptography/secp256k1.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from 'ethereum-cryptography/utils.js';

export function testKey(name) {
  return keccak256(utf8ToBytes(`waymark interop test key: ${name}`));
}

/** 64 bytes: the public key without its 0x04. */
export function idOf(secret) {
  return secp256k1.getPublicKey(secret, false).subarray(1);
}

export const toId = (bytes) => `0x${bytesToHex(bytes)}`;
export const fromId = (id) => hexToBytes(id.slice(2));

export function enodeOf({ id, ip, tcp, udp }) {
  const query = udp === tcp ? '' : `?discport=${udp}`;
  return `enode://${id.slice(2)}@${ip}:${tcp}${query}`;
}

/** What the API says of a peer. */
export function jsonOf(peer) {
  return { id: peer.id, ip: peer.ip, tcp_port: peer.tcp, udp_port: peer.udp, enode: enodeOf(peer) };
}


/** A record as EIP-778 has it. */
export function enrOf({ secret, ip, tcp, udp }, seq) {
  const publicKey = secp256k1.getPublicKey(secret, true);
  const pairs = ['id', 'v4', 'ip', Uint8Array.from(ip.split('.')), 'secp256k1', publicKey, 'tcp', tcp, 'udp', udp];
  const content = [seq, ...pairs];
  const signature = secp256k1.sign(keccak256(RLP.encode(content)), secret).toCompactRawBytes();
  return `enr:${Buffer.from(RLP.encode([signature, ...content])).toString('base64url')}`;
}

/** The bodies of POST /peers that register a peer, by the credential in them. */
export const registrations = {
  secret_key: ({ secret, ip, tcp, udp }) => ({ secret_key: bytesToHex(secret), ip, tcp_port: tcp, udp_port: udp }),
  id: ({ id, ip, tcp, udp }) => ({ id, ip, tcp_port: tcp, udp_port: udp }),
  enode: (peer) => ({ enode: enodeOf(peer) }),
  enr: (peer) => ({ enr: enrOf(peer, 1) }),
};

/** What the API says, and goes on saying, of one that was registered for ever by a credential. */
export function registeredJsonOf(peer, credential) {
  const enr = credential === 'enr' ? registrations.enr(peer).enr : null;
  return { ...jsonOf(peer), expires_at: null, origins: ['api'], labels: {}, enr };
}

/** Every second one is reached by UDP at another port than by TCP. */
export function testPeers(count) {
  return Array.from({ length: count }, (_, index) => {
    const secret = testKey(`registered peer ${index}`);
    const tcp = 30303 + index;
    return { secret, id: toId(idOf(secret)), ip: `127.0.1.${index + 1}`, tcp, udp: tcp + (index % 2) * 1000 };
  });
}

/** The distance of discv4 as a hexadecimal number, all of one length: compare them as text. */
export function distance(id, otherId) {
  const [left, right] = [id, otherId].map((each) => keccak256(fromId(each)));
  return bytesToHex(left.map((byte, index) => byte ^ right[index]));
}
