import { describe } from 'vitest';
import { hasDockerRegistry } from '../sandbox/dockerRegistry';
import { whyNoEngine } from '../sandbox/engines';
import { describeEngine } from './engine.contract';
import { describeBreaks } from './engineBreaks.contract';
import { describeCredentials } from './engineCredentials.contract';
import { describeFullDisk, describeRefusals } from './engineFaults.contract';

const reason = hasDockerRegistry() ? whyNoEngine('podman') : 'missing: docker-registry';
if (reason !== undefined) console.log(`podman is left out: ${reason}`);

describe.skipIf(reason !== undefined)('podman', () => {
  describeEngine('podman');
  describe('with credentials:', () => {
    describeCredentials('podman');
  });
  describe('refused:', () => {
    describeRefusals('podman');
  });
  describe('a full disk of the registry', () => {
    describeFullDisk('podman');
  });
  describe('in the middle:', () => {
    describeBreaks('podman');
  });
});
