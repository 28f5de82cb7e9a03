/** Injection token of the engine; inject as `@Inject(ENGINE) engine: SupervisedEngine`. */
export const ENGINE = Symbol('engine');
