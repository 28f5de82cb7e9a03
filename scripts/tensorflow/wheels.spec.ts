import { Problem } from './problem.js';
import { neededBytes, planFor } from './wheels.js';

const host = (platform: string, arch: string, glibc = true) => ({ platform, arch, glibc });
const cpu = { gpu: false, systemCuda: false };
const wheelOf = (bytes: number, unpackedBytes: number) => ({
  name: 'w',
  version: '1',
  tag: 't',
  sha256: 's',
  bytes,
  unpackedBytes,
});

describe('planFor', () => {
  it.each([
    ['linux', 'x64', 'tensorflow-cpu', 'manylinux_2_17_x86_64'],
    ['linux', 'arm64', 'tensorflow', 'manylinux_2_17_aarch64'],
    ['darwin', 'arm64', 'tensorflow', 'macosx_12_0_arm64'],
  ])('takes one wheel on %s %s', (platform, arch, name, tag) => {
    const plan = planFor(host(platform, arch, platform === 'linux'), cpu);
    expect(plan.id).toBe(`2.20.0-cpu-${platform}-${arch}`);
    expect(plan.wheels).toHaveLength(1);
    expect(plan.wheels[0]).toMatchObject({ name, tag });
  });

  it('brings CUDA along with --gpu', () => {
    const names = planFor(host('linux', 'x64'), { gpu: true, systemCuda: false }).wheels.map(
      (wheel) => wheel.name,
    );
    expect(names[0]).toBe('tensorflow');
    expect(names).toContain('nvidia-cudnn-cu12');
  });

  it('leaves CUDA to the system with --system-cuda, in a place of its own', () => {
    const plan = planFor(host('linux', 'x64'), { gpu: true, systemCuda: true });
    expect(plan.wheels.map((wheel) => wheel.name)).toEqual(['tensorflow']);
    expect(plan.id).toBe('2.20.0-gpu-linux-x64-system-cuda');
  });

  it.each([
    [
      'win32',
      'x64',
      false,
      /no build for win32-x64.*linux-x64, linux-arm64, darwin-arm64.*LIBTENSORFLOW_DIR/,
    ],
    ['darwin', 'x64', false, /no build for darwin-x64/],
    ['linux', 'x64', true, /musl/],
    ['darwin', 'arm64', false, /CUDA/],
  ])('refuses %s %s by name, with a remedy', (platform, arch, musl, sentence) => {
    const gpu = sentence.source === 'CUDA';
    const plan = () => planFor(host(platform, arch, !musl), { gpu, systemCuda: false });
    expect(plan).toThrow(Problem);
    expect(plan).toThrow(sentence);
  });

  it('pins every wheel by a sha256 of its own', () => {
    const wheels = [
      ...planFor(host('linux', 'x64'), cpu).wheels,
      ...planFor(host('linux', 'arm64'), cpu).wheels,
      ...planFor(host('darwin', 'arm64'), cpu).wheels,
      ...planFor(host('linux', 'x64'), { gpu: true, systemCuda: false }).wheels,
    ];
    expect(wheels.every((wheel) => /^[0-9a-f]{64}$/.test(wheel.sha256))).toBe(true);
    expect(new Set(wheels.map((wheel) => wheel.sha256)).size).toBe(wheels.length);
  });
});

describe('neededBytes', () => {
  it.each([
    ['a wheel beside what it unpacks to', [wheelOf(10, 30)], 40],
    ['a wheel twice, when it unpacks to little', [wheelOf(10, 2)], 20],
    ['what came before, too', [wheelOf(10, 30), wheelOf(5, 1)], 40],
    ['the last step, when it is the largest', [wheelOf(10, 30), wheelOf(20, 30)], 80],
  ])('counts %s', (_, wheels, bytes) => {
    expect(neededBytes({ id: 'x', variant: 'cpu', wheels })).toBe(bytes);
  });
});
