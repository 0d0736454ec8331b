import { describe } from 'vitest';
import { unless } from '../leftOut';
import { whyNoDockerRegistry } from '../sandbox/dockerRegistry';
import { whyNoEngine } from '../sandbox/engines';
import { describeEngine } from './engine.contract';
import { describeBreaks } from './engineBreaks.contract';
import { describeCredentials } from './engineCredentials.contract';
import { describeFullDisk, describeRefusals } from './engineFaults.contract';

describe('podman', unless(whyNoDockerRegistry() ?? whyNoEngine('podman')), () => {
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
