import { arch, platform, release } from 'node:os';
import * as vscode from 'vscode';
import { redactUrl } from '../core/redaction';
import type { ProxySettings } from '../core/proxy';
import type { Surroundings } from './diagnosis';

/** Settings that decide how a registry is reached and asked; what may hold a secret is not among them. */
const settingNames = [
  'http.proxySupport',
  'http.noProxy',
  'http.proxyStrictSSL',
  'http.systemCertificates',
  'http.fetchAdditionalSupport',
  'registryExplorer.tags.details',
] as const;

export function surroundings({ extension }: vscode.ExtensionContext): Surroundings {
  const manifest: unknown = extension.packageJSON;
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  const { remoteName, appName } = vscode.env;
  const configuration = vscode.workspace.getConfiguration();
  const proxy = configuration.get<string>('http.proxy', '');
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
      ...settingNames.map((name) => [name, inWords(configuration.get<unknown>(name))] as const),
    ],
  };
}

/** What VS Code decides by whether a proxy is asked. */
export function proxySettings(): ProxySettings {
  const configuration = vscode.workspace.getConfiguration('http');
  return {
    support: configuration.get('proxySupport', 'override'),
    configured: configuration.get('proxy', ''),
    exceptions: configuration.get<readonly string[]>('noProxy', []),
    env: process.env,
  };
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
}
