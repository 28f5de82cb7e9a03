/** Injection token of what runs the requests for local models; inject as `@Inject(BATCHING) batching: Batching`. */
export const BATCHING = Symbol('batching');
