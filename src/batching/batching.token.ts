/** Injection token of what runs the requests for local models; inject as `@Inject(BATCHING) batching: Batching`. */
export const BATCHING = Symbol('batching');

/** Injection token of the same in another process, which has it for all; absent where this one is alone. */
export const SHARED_BATCHING = Symbol('shared batching');
