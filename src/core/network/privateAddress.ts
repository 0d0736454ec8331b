import { BlockList, isIP } from 'node:net';

/**
 * Addresses of this machine, of its network, and of services that a cloud offers only to its own machines. No server on the internet
 * may lead us there. https://www.iana.org/assignments/iana-ipv4-special-registry and
 * https://www.iana.org/assignments/iana-ipv6-special-registry
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
  // Azure's machines get their secrets from this address: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
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

/** Forms of IPv6 that contain an IPv4 address, and its position in their eight groups: mapped, compatible, NAT64, 6to4. */
const ipv4Carriers = [
  { start: [0, 0, 0, 0, 0, 0xffff], at: 6 },
  { start: [0, 0, 0, 0, 0, 0], at: 6 },
  { start: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 },
  { start: [0x2002], at: 1 },
] as const;

/** Whether an address belongs to this machine, its network or its cloud. False for anything that is not an IP address. */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return ipv4.check(address, 'ipv4');
    case 6: {
      const withoutZone = address.replace(/%.*$/, '');
      if (ipv6.check(withoutZone, 'ipv6')) return true;
      const groups = groupsOf(withoutZone);
      return ipv4Carriers.some(({ start, at }) => {
        const isCarrier = start.every((group, index) => groups[index] === group);
        return isCarrier && ipv4.check(ipv4Of(groups[at] ?? 0, groups[at + 1] ?? 0), 'ipv4');
      });
    }
    default:
      return false;
  }
}

/** Whether an address or name is this machine itself, so that nothing goes over a network. `hostname`: as in `URL.hostname`. */
export function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether a host is private without a lookup: a private address, or a name of this machine. `hostname`: as in `URL.hostname`. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
  return host === 'localhost' || host.endsWith('.localhost') || isPrivateAddress(host);
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // URL turns an IPv4 address at the end, with dots, into two groups.
  const normalized = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = normalized.split('::');
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const head = numbers(before);
  const tail = numbers(after ?? '');
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
