import { describe } from 'vitest';
import { unless } from '../leftOut';
import { whyNoDockerRegistry } from '../sandbox/dockerRegistry';
import { whyNoEngine } from '../sandbox/engines';
import { describeEngine } from './engine.contract';
import { describeBreaks } from './engineBreaks.contract';
import { describeCredentials } from './engineCredentials.contract';
import { describeFullDisk, describeRefusals } from './engineFaults.contract';

describe('docker', unless(whyNoDockerRegistry() ?? whyNoEngine('docker')), () => {
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
