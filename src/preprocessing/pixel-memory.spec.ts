import { PixelMemory } from './pixel-memory.js';

it('gives again what was given back, to one at a time', () => {
  const memory = new PixelMemory();
  const first = memory.take(1000);
  const beside = memory.take(1000);
  expect(beside.buffer).not.toBe(first.buffer);
  expect(memory.giveBack(first)).toBe(true);
  const second = memory.take(400);
  expect([second.buffer === first.buffer, second.length]).toEqual([true, 400]);
  expect(memory.take(400).buffer).not.toBe(first.buffer);
});

it('takes nothing back that is not its own, nor anything twice', () => {
  const memory = new PixelMemory();
  expect(memory.giveBack(new Uint8Array(10))).toBe(false);
  const pixels = memory.take(10);
  expect(memory.giveBack(pixels)).toBe(true);
  expect(memory.giveBack(pixels)).toBe(false);
});

it('keeps the larger of two, and none that is very large', () => {
  const memory = new PixelMemory();
  const [small, large, huge] = [memory.take(10), memory.take(1000), memory.take(100 * 2 ** 20)];
  memory.giveBack(large);
  memory.giveBack(small);
  memory.giveBack(huge);
  expect(memory.take(500).buffer).toBe(large.buffer);
});
