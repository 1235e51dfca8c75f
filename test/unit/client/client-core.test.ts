import { expect, it } from 'vitest';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';

it('smoke', async () => {
  const world = new CoreWorld();
  const [a, b] = [world.client(0), world.client(1)];
  const target = world.addEndpoint(b, 'e', (m) => [m.payload, 1]);
  world.addRoute('k', target);
  const send = a.request('k', 'x');
  await world.runAsync();
  expect(send.value).toEqual(['x', 1]);
  expect(heldByWorld(world)).toEqual({});
});
