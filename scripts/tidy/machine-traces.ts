/** What is true on one machine only: its directories, and the host its packages came from. */

import type { Rule } from './source-file.ts';
import { findLines } from './source-file.ts';

const directory = /(?<![\w.*-])\/(?:work|root|home|Users)\//;
const registryUrl = /\/\/[\w.-]*(?:registry|artifactory|verdaccio|jfrog|nexus)[\w.-]*[:/]/;
const registryHost = /\bregistry\.(?:npmjs|yarnpkg)\.|\bnpm\.pkg\.github\.com\b/;

export const machineDirectories: Rule = (files) =>
  files.flatMap((file) => findLines(file, directory, 'a directory of one machine'));

export const registryHosts: Rule = (files) =>
  files.flatMap((file) => [
    ...findLines(file, registryUrl, 'the host of a package registry'),
    ...findLines(file, registryHost, 'the host of a package registry'),
  ]);
