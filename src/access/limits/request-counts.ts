import { type Count, RequestWindows } from './request-windows.js';

export const WINDOW_SECONDS = 60;

/** 'default': requests; 'failed-keys': requests without a valid key. */
export type Counted = 'default' | 'failed-keys';

/** The counts of all processes of the server. */
export interface RequestCounts {
  /** Counts one request. */
  count(counted: Counted, caller: string): Promise<Count>;
}

export const REQUEST_COUNTS = Symbol('request counts');
/** The same in another process, which has them for all; absent where this one is alone. */
export const SHARED_COUNTS = Symbol('shared request counts');

/** They are kept by one process. */
export class RequestCounter implements RequestCounts {
  /** Apart, so that a flood of addresses without a key cannot have a key's count forgotten. */
  private readonly windows: Readonly<Record<Counted, RequestWindows>> = {
    default: new RequestWindows(WINDOW_SECONDS * 1000),
    'failed-keys': new RequestWindows(WINDOW_SECONDS * 1000),
  };

  async count(counted: Counted, caller: string): Promise<Count> {
    // Not the time of day, which may be set back; whole, or 60 000 ms may come out as a hair more than 60 s.
    return this.windows[counted].count(caller, Math.trunc(performance.now()));
  }
}
