import { BlockList, isIP } from 'node:net';

/**
 * Addresses of this machine, of the network it is in, and of services that a cloud gives to its own machines: no server of the
 * internet has business there. https://www.iana.org/assignments/iana-ipv4-special-registry and its twin for IPv6.
 */
const ipv4Subnets = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  // Azure's machines ask this one for their secrets: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  ['168.63.129.16', 32],
] as const;
const ipv6Subnets = [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const;

const ipv4 = new BlockList();
for (const [address, prefix] of ipv4Subnets) ipv4.addSubnet(address, prefix, 'ipv4');
const ipv6 = new BlockList();
for (const [address, prefix] of ipv6Subnets) ipv6.addSubnet(address, prefix, 'ipv6');

/** Forms of IPv6 that carry an address of IPv4, and where in their eight groups it stands: mapped, compatible, NAT64, 6to4. */
const carriers = [
  { start: [0, 0, 0, 0, 0, 0xffff], at: 6 },
  { start: [0, 0, 0, 0, 0, 0], at: 6 },
  { start: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 },
  { start: [0x2002], at: 1 },
] as const;

/** Whether an address is of this machine, its network or its cloud. Anything else than an address is not. */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return ipv4.check(address, 'ipv4');
    case 6: {
      const bare = address.replace(/%.*$/, '');
      if (ipv6.check(bare, 'ipv6')) return true;
      const groups = groupsOf(bare);
      return carriers.some(({ start, at }) => {
        const carries = start.every((group, index) => groups[index] === group);
        return carries && ipv4.check(ipv4Of(groups[at] ?? 0, groups[at + 1] ?? 0), 'ipv4');
      });
    }
    default:
      return false;
  }
}

/** Whether an address or name is this machine itself: what is sent there does not travel. `hostname`: as URL has it. */
export function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether the text of a host alone tells that: an address, or a name of this machine. `hostname`: as URL has it. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || isPrivateAddress(host);
}

/** The eight numbers of an address of IPv6. */
function groupsOf(address: string): readonly number[] {
  // URL writes what is at the end in dots as groups.
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = written.split('::');
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const head = numbers(before);
  const tail = numbers(after ?? '');
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
