import { parentPort } from 'node:worker_threads';
import { KerasFault } from '../keras.errors.js';
import type { Hdf5Contents } from './contents.js';
import type { Hdf5Answer, Hdf5Question } from './hdf5-thread.js';
import { readHdf5 } from './read-hdf5.js';

/** The entry of a thread that reads HDF5 files. What is not a `KerasFault` is the library's end, and the thread's. */
parentPort?.on('message', async (question: Hdf5Question) => {
  const answer = await answerTo(question);
  parentPort?.postMessage(answer, 'contents' in answer ? buffersOf(answer.contents) : []);
});

async function answerTo({ bytes, layout }: Hdf5Question): Promise<Hdf5Answer> {
  try {
    return { contents: await readHdf5(bytes, layout) };
  } catch (error) {
    if (error instanceof KerasFault) return { fault: error.message };
    throw error;
  }
}

function buffersOf({ groups }: Hdf5Contents): ArrayBuffer[] {
  return [...groups.values()].flat().map(({ values }) => values.buffer as ArrayBuffer);
}
