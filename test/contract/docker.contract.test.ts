import { describe } from 'vitest';
import { hasDockerRegistry } from '../sandbox/dockerRegistry';
import { whyNoEngine } from '../sandbox/engines';
import { describeEngine } from './engine.contract';
import { describeBreaks } from './engineBreaks.contract';
import { describeCredentials } from './engineCredentials.contract';
import { describeFullDisk, describeRefusals } from './engineFaults.contract';

const reason = hasDockerRegistry() ? whyNoEngine('docker') : 'missing: docker-registry';
if (reason !== undefined) console.log(`docker is left out: ${reason}`);

describe.skipIf(reason !== undefined)('docker', () => {
  describeEngine('docker');
  describe('with credentials:', () => {
    describeCredentials('docker');
  });
  describe('refused:', () => {
    describeRefusals('docker');
  });
  describe('a full disk of the registry', () => {
    describeFullDisk('docker');
  });
  describe('in the middle:', () => {
    describeBreaks('docker');
  });
});
