import { arch, platform, release } from 'node:os';
import * as vscode from 'vscode';
import { redactUrl } from '../core/network/redaction';
import type { ProxySettings } from '../core/network/proxy';
import type { Surroundings } from './diagnosis';
import { networkSetting, ownSetting } from './settings';

/** Settings that affect how a registry is reached. None of them can contain a secret. */
const settingNames = [
  'http.proxySupport',
  'http.noProxy',
  'http.proxyStrictSSL',
  'http.systemCertificates',
  'http.fetchAdditionalSupport',
] as const;

export function surroundings({ extension }: vscode.ExtensionContext): Surroundings {
  const manifest: unknown = extension.packageJSON;
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  const { remoteName, appName } = vscode.env;
  const proxy = textOf(networkSetting('http.proxy'));
  return {
    versions: [
      ['Registry Explorer', String(version)],
      [appName, vscode.version],
      ['Node', process.versions.node],
      ['System', `${platform()} ${release()} ${arch()}`],
      ...(remoteName === undefined ? [] : [['Remote', remoteName] as const]),
    ],
    settings: [
      ['http.proxy', proxy.includes('://') ? redactUrl(proxy) : proxy === '' ? '' : '(no URL)'],
      ...settingNames.map((name) => [name, textOf(networkSetting(name))] as const),
      ['registryExplorer.tags.details', ownSetting('tags.details', '')],
    ],
  };
}

/** The settings by which VS Code decides whether to use a proxy. */
export function proxySettings(): ProxySettings {
  const exceptions = networkSetting('http.noProxy');
  const support = textOf(networkSetting('http.proxySupport'));
  return {
    support: support === '' ? 'override' : support,
    configured: textOf(networkSetting('http.proxy')),
    exceptions: Array.isArray(exceptions) ? exceptions.map(String) : [],
    env: process.env,
  };
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
}
