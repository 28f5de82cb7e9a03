import { Problem } from './problem.js';

/** The TensorFlow this project runs on. Change it together with every `sha256` below. */
export const TENSORFLOW_VERSION = '2.20.0';

/** One file of the Python package index, pinned: pip refuses any other bytes under the same name. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  /** The file's platform tag. With it pip picks this very file, whatever Python and machine it runs on. */
  readonly tag: string;
  readonly sha256: string;
  readonly bytes: number;
  /** What the files we take out of it weigh on the disk, rounded up. */
  readonly unpackedBytes: number;
}

/** What to install: where it lands in the cache, and the wheels it is made of. */
export interface Plan {
  readonly id: string;
  readonly variant: 'cpu' | 'gpu';
  readonly wheels: readonly Wheel[];
}

export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** False on Alpine and other musl systems, for which TensorFlow publishes no wheel. Ignored off Linux. */
  readonly glibc: boolean;
}

const CPU: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    name: 'tensorflow-cpu',
    version: TENSORFLOW_VERSION,
    tag: 'manylinux_2_17_x86_64',
    sha256: 'cf756bbe2d256e942ab5d0ad2c858fb40017581494febdb4387c149b1afde780',
    bytes: 258_876_263,
    unpackedBytes: 782e6,
  },
  'linux-arm64': {
    name: 'tensorflow',
    version: TENSORFLOW_VERSION,
    tag: 'manylinux_2_17_aarch64',
    sha256: '3e9568c8efcb05c0266be223e3269c62ebf7ad3498f156438311735f6fa5ced5',
    bytes: 259_465_882,
    unpackedBytes: 937e6,
  },
  'darwin-arm64': {
    name: 'tensorflow',
    version: TENSORFLOW_VERSION,
    tag: 'macosx_12_0_arm64',
    sha256: '5f964016c5035d09b85a246a6b739be89282a7839743f3ea63640224f0c63aee',
    bytes: 200_507_363,
    unpackedBytes: 706e6,
  },
};

const GPU: Wheel = {
  name: 'tensorflow',
  version: TENSORFLOW_VERSION,
  tag: 'manylinux_2_17_x86_64',
  sha256: '481499fd0f824583de8945be61d5e827898cdaa4f5ea1bc2cc28ca2ccff8229e',
  bytes: 620_570_129,
  unpackedBytes: 1276e6,
};

/**
 * CUDA 12.9 and cuDNN 9.12: what `tensorflow[and-cuda]` meant in the weeks after 2.20.0 appeared. Two of its packages
 * are left out: libtensorflow has NCCL linked in, and nothing in it names cuRAND.
 */
const CUDA: readonly Wheel[] = [
  cuda(
    'cublas',
    '12.9.1.4',
    '2_27',
    '453611eb21a7c1f2c2156ed9f3a45b691deda0440ec550860290dc901af5b4c2',
    581_242_350,
    856e6,
  ),
  cuda(
    'cuda-cupti',
    '12.9.79',
    '2_25',
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    10_814_997,
    44e6,
  ),
  cuda(
    'cuda-nvcc',
    '12.9.86',
    '2_12',
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    40_546_229,
    99e6,
  ),
  cuda(
    'cuda-nvrtc',
    '12.9.86',
    '2_12',
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    89_568_129,
    114e6,
  ),
  cuda(
    'cuda-runtime',
    '12.9.79',
    '2_17',
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    3_493_179,
    1e6,
  ),
  cuda(
    'cudnn',
    '9.12.0.46',
    '2_27',
    '73471a185656232b383693294431882edb14584ee47f41c0abd81556b92ef2ac',
    571_674_872,
    871e6,
  ),
  cuda(
    'cufft',
    '11.4.1.4',
    '2_17',
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    200_877_592,
    294e6,
  ),
  cuda(
    'cusolver',
    '11.7.5.82',
    '2_27',
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    338_117_415,
    303e6,
  ),
  cuda(
    'cusparse',
    '12.5.10.65',
    '2_17',
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    366_465_088,
    487e6,
  ),
  cuda(
    'nvjitlink',
    '12.9.86',
    '2_12',
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    39_748_338,
    96e6,
  ),
];

export interface Wanted {
  readonly gpu: boolean;
  readonly systemCuda: boolean;
}

/**
 * Decides what to install on this machine. `systemCuda` leaves NVIDIA's wheels out, for a machine (or a base image) that
 * has CUDA 12 and cuDNN 9 on its library path already.
 */
export function planFor(host: Host, wanted: Wanted): Plan {
  const target = `${host.platform}-${host.arch}`;
  if (host.platform === 'linux' && !host.glibc) {
    throw new Problem(
      'TensorFlow publishes no build for musl (Alpine): use a Debian-based image, or set LIBTENSORFLOW_DIR to a libtensorflow of your own.',
    );
  }
  if (wanted.gpu) {
    if (target !== 'linux-x64') {
      throw new Problem(
        `TensorFlow publishes no CUDA 12 build for ${target}, only for linux-x64: run npm run tensorflow without --gpu, or set LIBTENSORFLOW_DIR to a libtensorflow of your own.`,
      );
    }
    const id = `${TENSORFLOW_VERSION}-gpu-${target}${wanted.systemCuda ? '-system-cuda' : ''}`;
    return { id, variant: 'gpu', wheels: wanted.systemCuda ? [GPU] : [GPU, ...CUDA] };
  }
  const wheel = CPU[target];
  if (wheel === undefined) {
    throw new Problem(
      `TensorFlow publishes no build for ${target}, only for ${Object.keys(CPU).join(', ')}: set LIBTENSORFLOW_DIR to a libtensorflow of your own.`,
    );
  }
  return { id: `${TENSORFLOW_VERSION}-cpu-${target}`, variant: 'cpu', wheels: [wheel] };
}

/**
 * The most disk the plan takes at any moment. Wheels come one after the other: pip holds each twice for a moment (it
 * copies what it fetched), then it is unpacked beside those before it, then thrown away.
 */
export function neededBytes(plan: Plan): number {
  let unpacked = 0;
  let most = 0;
  for (const wheel of plan.wheels) {
    most = Math.max(most, unpacked + 2 * wheel.bytes, unpacked + wheel.bytes + wheel.unpackedBytes);
    unpacked += wheel.unpackedBytes;
  }
  return most;
}

function cuda(
  part: string,
  version: string,
  glibc: string,
  sha256: string,
  bytes: number,
  unpackedBytes: number,
): Wheel {
  return {
    name: `nvidia-${part}-cu12`,
    version,
    tag: `manylinux_${glibc}_x86_64`,
    sha256,
    bytes,
    unpackedBytes,
  };
}
