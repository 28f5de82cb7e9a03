/** Injection token of the engine; inject as `@Inject(ENGINE) engine: ServingEngine`. */
export const ENGINE = Symbol('engine');
