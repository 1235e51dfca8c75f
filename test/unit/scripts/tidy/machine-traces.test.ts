import { describe, expect, it } from 'vitest';
import { machineDirectories, registryHosts } from '../../../../scripts/tidy/machine-traces.ts';
import { placesFound, planted } from './planted.ts';

describe('machineDirectories', () => {
  it.each(["read('/work/main/a')", 'see /root/notes', 'file:///home/ann/a.ts', '(/Users/ann/x)'])(
    'catches `%s`',
    (line) => {
      expect(placesFound(machineDirectories, planted('a.md', '', line))).toEqual(['a.md:2']);
    },
  );

  it.each([
    '../work/x',
    'https://example.org/home/x',
    'node/root/x',
    '**/home/',
    '/workers/x',
    '/usr/bin/env',
  ])('accepts `%s`', (line) => {
    expect(placesFound(machineDirectories, planted('a.md', line))).toEqual([]);
  });
});

describe('registryHosts', () => {
  it.each([
    '"resolved": "https://registry.npmjs.org/pino/-/pino-10.4.0.tgz"',
    '//registry.example.org/:_authToken=x',
    'registry=http://nexus.example.org:8081/npm/',
    '@me:registry=npm.pkg.github.com',
  ])('catches `%s`', (line) => {
    expect(placesFound(registryHosts, planted('.npmrc', line))).toContain('.npmrc:1');
  });

  it.each([
    'import { Registry } from "../registry/endpoints.ts";',
    'the registry: see [it](https://www.npmjs.com/package/pino)',
  ])('accepts `%s`', (line) => {
    expect(placesFound(registryHosts, planted('src/a.ts', line))).toEqual([]);
  });
});
