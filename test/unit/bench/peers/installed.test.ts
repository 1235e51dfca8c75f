import { describe, expect, it } from 'vitest';
import { ifInstalled } from '../../../../bench/peers/installed.ts';

/** What Node throws for a package that is not there. */
function notFound(name: string): Promise<never> {
  const error = new Error(`Cannot find package '${name}' imported from here`);
  return Promise.reject(Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' }));
}

describe('ifInstalled', () => {
  it('gives the module of a package that is installed', async () => {
    expect(await ifInstalled('peer', async () => ({ run: 1 }))).toEqual({ run: 1 });
  });

  it('names a package that is not installed', async () => {
    expect(await ifInstalled('peer', () => notFound('peer'))).toEqual({ absent: 'peer' });
  });

  it('does not hide that an installed package cannot be loaded', async () => {
    await expect(ifInstalled('peer', () => notFound('its-dependency'))).rejects.toThrow(
      'its-dependency',
    );
  });
});
