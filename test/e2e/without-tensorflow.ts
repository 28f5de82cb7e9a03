/** `NODE_OPTIONS` with which TensorFlow's addon fails to load with that code, as it does where it is missing or broken. */
export function withoutTensorFlow(code: string): string {
  const hook = `
    import module from 'node:module';
    const load = module._load;
    module._load = function (name, ...rest) {
      if (!name.endsWith('tfjs_binding.node')) return load.call(this, name, ...rest);
      throw Object.assign(new Error('libtensorflow.so.2: no such file'), { code: '${code}' });
    };`;
  return `--import=data:text/javascript,${encodeURIComponent(hook)}`;
}
