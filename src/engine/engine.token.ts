/** Injection token of the engine; inject as `@Inject(ENGINE) engine: ServingEngine`. */
export const ENGINE = Symbol('engine');

/** Injection token of the engine that other processes have too; absent where this one is alone. */
export const SHARED_ENGINE = Symbol('shared engine');
