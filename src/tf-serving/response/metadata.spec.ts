import { modelMetadata } from './metadata.js';

describe('the metadata of a model', () => {
  it('has every signature in TensorFlow Serving’s words', () => {
    const x = { dtype: 'DT_FLOAT', shape: [null, 1], tensor: 'x:0' };
    const signature = {
      methodName: 'tensorflow/serving/predict',
      inputs: { x },
      outputs: { y: { dtype: 'DT_STRING', shape: null, tensor: 'y:0' } },
    };
    expect(modelMetadata('m', 123, { serving_default: signature })).toEqual({
      model_spec: { name: 'm', signature_name: '', version: '123' },
      metadata: {
        signature_def: {
          signature_def: {
            serving_default: {
              inputs: {
                x: {
                  dtype: 'DT_FLOAT',
                  tensor_shape: {
                    dim: [
                      { size: '-1', name: '' },
                      { size: '1', name: '' },
                    ],
                    unknown_rank: false,
                  },
                  name: 'x:0',
                },
              },
              outputs: {
                y: { dtype: 'DT_STRING', tensor_shape: { dim: [], unknown_rank: true }, name: 'y:0' },
              },
              method_name: 'tensorflow/serving/predict',
              defaults: {},
            },
          },
        },
      },
    });
  });
});
