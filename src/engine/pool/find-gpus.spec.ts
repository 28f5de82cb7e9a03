import { findGpus, gpuLines, visibleGpus } from './find-gpus.js';

describe('the GPUs', () => {
  it.each([
    ['0,1,2', ['0', '1', '2']],
    [' 2 , 0', ['2', '0']],
    ['GPU-8932f937-d72c-4106-c12f-20bd9faed9f6', ['GPU-8932f937-d72c-4106-c12f-20bd9faed9f6']],
    ['MIG-GPU-8932f937/1/2', ['MIG-GPU-8932f937/1/2']],
    ['', []],
    ['-1', []],
    ['0,-1,1', ['0']],
    ['NoDevFiles', []],
  ])('of CUDA_VISIBLE_DEVICES=%j are those up to the first entry that names none', (visible, gpus) => {
    expect(visibleGpus(visible)).toEqual(gpus);
  });

  it('are those of CUDA_VISIBLE_DEVICES where it is set, whatever the machine has', async () => {
    expect(await findGpus('5,7')).toEqual(['5', '7']);
  });

  it('are the lines of nvidia-smi -L that are not indented', () => {
    const listing = [
      'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-8932f937-d72c-4106-c12f-20bd9faed9f6)',
      '  MIG 1g.5gb Device 0: (UUID: MIG-6f1e0a5e-0000-0000-0000-000000000000)',
      'GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-1f3b5c7d-d72c-4106-c12f-20bd9faed9f6)',
      '',
    ];
    expect(gpuLines(listing.join('\n'))).toHaveLength(2);
    expect(gpuLines('No devices were found')).toEqual([]);
  });
});
