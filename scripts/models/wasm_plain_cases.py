"""Cases of ops as they are. See wasm_ops.py: one line a case; its inputs are named a, b, c, ... in their order."""

import numpy as np
import tensorflow as tf
from wasm_cases import EDGE, IMAGE, PIXELS, X, bools, case, floats, ints, raw

# One input, element by element.
for op in "Relu Relu6 Elu Selu Sigmoid Tanh Softplus Softsign Erf Erfc Neg Abs Sign Square Exp Expm1 Sin Cos Atan Sinh Cosh Asinh".split():
    key = "features" if op in ("Relu", "Relu6", "Elu", "Selu", "Softplus", "Softsign") else "x"
    case(lambda a, op=op, key=key: getattr(raw, op)(**{key: a}), np.concatenate([EDGE, floats(20)]))
for op in "Ceil Floor Round Rint".split():
    case(lambda a, op=op: getattr(raw, op)(x=a), np.concatenate([EDGE, floats(20)]))
for op in "Sqrt Rsqrt Log Log1p Reciprocal Inv".split():
    case(lambda a, op=op: getattr(raw, op)(x=a), floats(20, low=0.1, high=9))
for op in "Asin Acos Atanh Tan".split():
    case(lambda a, op=op: getattr(raw, op)(x=a), floats(20, low=-0.9, high=0.9))
case(lambda a: raw.Acosh(x=a), floats(20, low=1.1, high=9))
for op in "IsNan IsInf IsFinite".split():
    case(lambda a, op=op: getattr(raw, op)(x=a), np.float32([1, np.nan, np.inf, -np.inf, 0]))
case(lambda a: tf.nn.leaky_relu(a, 0.3), EDGE)
for op in "Relu Neg Abs Sign Square".split():
    key = "features" if op == "Relu" else "x"
    case(lambda a, op=op, key=key: getattr(raw, op)(**{key: a}), ints(12), name=f"{op} int32")
case(lambda a: raw.LogicalNot(x=a), bools(6))
case(lambda a: raw.ClipByValue(t=a, clip_value_min=-1.0, clip_value_max=1.5), X)

# Two inputs, broadcast.
PAIRS = [((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (4,)), ((3, 1), (2, 1, 4)), ((), (5,)), ((2, 3, 4), ())]
for op in "AddV2 Add Sub Mul Maximum Minimum SquaredDifference RealDiv Div FloorDiv FloorMod DivNoNan Atan2".split():
    for left, right in PAIRS:
        keys = ("y", "x") if op == "Atan2" else ("x", "y")
        denominator = floats(*right, low=0.3, high=4) * np.sign(floats(*right)).astype(np.float32)
        case(lambda a, b, op=op, keys=keys: getattr(raw, op)(**dict(zip(keys, (a, b)))), floats(*left), np.float32(denominator))
for op in "AddV2 Add Sub Mul Maximum Minimum SquaredDifference FloorDiv FloorMod".split():
    case(lambda a, b, op=op: getattr(raw, op)(x=a, y=b), ints(2, 6), ints(6, low=1), name=f"{op} int32")
    case(lambda a, b, op=op: getattr(raw, op)(x=a, y=b), ints(2, 6), ints(6, low=-9, high=-1), name=f"{op} int32 negative")
case(lambda a, b: raw.DivNoNan(x=a, y=b), floats(4), np.float32([0, 1, 0, -2]), name="DivNoNan by zero")
case(lambda a, b: raw.Pow(x=a, y=b), floats(2, 5, low=0.1), floats(5))
case(lambda a, b: raw.Pow(x=a, y=b), floats(2, 5), np.float32([2, 3, 0, 1, -1]), name="Pow of negative")
case(lambda a, b, c: raw.AddN(inputs=[a, b, c]), floats(3, 2), floats(3, 2), floats(3, 2))
case(lambda a: raw.BiasAdd(value=a, bias=tf.constant(np.float32([1, 2, 3, 4]))), IMAGE)
case(lambda a: raw.BiasAdd(value=a, bias=tf.constant(np.float32([1, 2, 3, 4]))), floats(3, 4), name="BiasAdd of a matrix")

# Comparison and choice.
for op in "Equal NotEqual Less LessEqual Greater GreaterEqual".split():
    case(lambda a, b, op=op: getattr(raw, op)(x=a, y=b), np.float32([1, 2, 3]), np.float32([[2], [3]]))
    case(lambda a, b, op=op: getattr(raw, op)(x=a, y=b), ints(2, 6, low=0, high=3), ints(6, low=0, high=3), name=f"{op} int32")
    case(lambda a, b, op=op: getattr(raw, op)(x=a, y=b), ints(9, low=0, high=3, dtype=np.int64), ints(9, low=0, high=3, dtype=np.int64), name=f"{op} int64")
case(lambda a: raw.Squeeze(input=raw.ExpandDims(input=raw.Reshape(tensor=a, shape=[2, -1]), axis=0)), bools(6), name="Reshape bool")
for op in "LogicalAnd LogicalOr".split():
    case(lambda a, b, op=op: getattr(raw, op)(x=a, y=b), bools(3, 4), bools(4))
case(lambda a, b, c: raw.Select(condition=a, x=b, y=c), bools(3, 4), floats(3, 4), floats(3, 4))
case(lambda a, b, c: raw.Select(condition=a, x=b, y=c), bools(3), floats(3, 4), floats(3, 4), name="Select by row")
case(lambda a, b, c: raw.SelectV2(condition=a, t=b, e=c), bools(3, 1), floats(4), floats(3, 4))
case(lambda a, b, c: raw.SelectV2(condition=a, t=b, e=c), bools(4), ints(2, 4), ints(4), name="SelectV2 int32")

# Reduction.
for op in "Sum Mean Max Min Prod".split():
    for axes in ([0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2], [-1]):
        case(lambda a, op=op, axes=axes: getattr(raw, op)(input=a, axis=axes, keep_dims=False), X)
    case(lambda a, op=op: getattr(raw, op)(input=a, axis=[1, 2], keep_dims=True), IMAGE)
for op in "Sum Max Min Prod".split():
    case(lambda a, op=op: getattr(raw, op)(input=a, axis=[1], keep_dims=False), ints(3, 4, 2), name=f"{op} int32")
for op in "All Any".split():
    for axes in ([0], [1], [0, 1]):
        case(lambda a, op=op, axes=axes: getattr(raw, op)(input=a, axis=axes), bools(3, 4))
for op in "ArgMax ArgMin".split():
    for axis in (0, 1, -1):
        case(lambda a, op=op, axis=axis: getattr(raw, op)(input=a, dimension=axis), X)
    case(lambda a, op=op: getattr(raw, op)(input=a, dimension=1, output_type=tf.int32), np.float32([[1, 3, 3, 2], [0, 0, -1, -1]]), name=f"{op} of equals")
    case(lambda a, op=op: getattr(raw, op)(input=a, dimension=-1), ints(3, 5), name=f"{op} int32")
NEGATIVE = -np.abs(IMAGE) - 1
for op in "Sum Mean Max Min Prod".split():
    case(lambda a, op=op: getattr(raw, op)(input=a, axis=[1, 2]), NEGATIVE, name=f"{op} of negative numbers")
case(lambda a: raw.ArgMax(input=a, dimension=-1), NEGATIVE, name="ArgMax of negative numbers")
case(lambda a: raw.TopKV2(input=a, k=2), NEGATIVE, name="TopKV2 of negative numbers")
case(lambda a: raw.MaxPool(input=a, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME"), NEGATIVE, name="MaxPool of negative numbers")
case(lambda a: raw.Softmax(logits=a), NEGATIVE, name="Softmax of negative numbers")
case(lambda a: raw.EuclideanNorm(input=a, axis=[1], keep_dims=True), floats(3, 4))
for exclusive, reverse in ((False, False), (True, False), (False, True), (True, True)):
    case(lambda a, e=exclusive, r=reverse: raw.Cumsum(x=a, axis=1, exclusive=e, reverse=r), floats(3, 4))
    case(lambda a, e=exclusive, r=reverse: raw.Cumprod(x=a, axis=0, exclusive=e, reverse=r), floats(3, 4))
case(lambda a: raw.TopKV2(input=a, k=3), floats(4, 9))
case(lambda a: raw.TopKV2(input=a, k=2), np.float32([[1, 3, 3, 3], [2, 2, 2, 1]]), name="TopKV2 of equals")
for op in "Softmax LogSoftmax".split():
    case(lambda a, op=op: getattr(raw, op)(logits=a), floats(3, 7, low=-9, high=9))
    case(lambda a, op=op: getattr(raw, op)(logits=a), floats(2, 3, 5), name=f"{op} of three dimensions")
    case(lambda a, op=op: getattr(raw, op)(logits=a), np.float32([[300, 299, -300]]), name=f"{op} of large numbers")

# Matrices.
for ta, tb in ((0, 0), (1, 0), (0, 1), (1, 1)):
    a, b = floats(*((5, 3) if ta else (3, 5))), floats(*((4, 5) if tb else (5, 4)))
    case(lambda a, b, ta=ta, tb=tb: raw.MatMul(a=a, b=b, transpose_a=bool(ta), transpose_b=bool(tb)), a, b)
    a, b = floats(2, *((5, 3) if ta else (3, 5))), floats(2, *((4, 5) if tb else (5, 4)))
    for op in ("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"):
        extra = {"Tout": tf.float32} if op == "BatchMatMulV3" else {}
        case(lambda a, b, ta=ta, tb=tb, op=op, extra=extra: getattr(raw, op)(x=a, y=b, adj_x=bool(ta), adj_y=bool(tb), **extra), a, b)
case(lambda a, b: raw.BatchMatMulV2(x=a, y=b), floats(2, 3, 4, 5), floats(5, 2), name="BatchMatMulV2 broadcast right")
case(lambda a, b: raw.BatchMatMulV2(x=a, y=b), floats(4, 5), floats(3, 5, 2), name="BatchMatMulV2 broadcast left")
case(lambda a, b: raw.BatchMatMulV2(x=a, y=b), floats(2, 1, 4, 5), floats(3, 5, 2), name="BatchMatMulV2 broadcast both")
EINSUMS = [
    ("abc,cd->abd", (2, 3, 4), (4, 5)),
    ("abc,cde->abde", (2, 3, 4), (4, 2, 3)),
    ("aecd,abcd->acbe", (2, 3, 4, 5), (2, 6, 4, 5)),
    ("acbe,aecd->abcd", (2, 4, 6, 3), (2, 3, 4, 5)),
    ("abcd,cde->abe", (2, 3, 4, 5), (4, 5, 6)),
    ("ab,ab->a", (3, 4), (3, 4)),
    ("ij,kj->ik", (3, 4), (5, 4)),
    ("bhqk,bkhd->bqhd", (2, 3, 4, 5), (2, 5, 3, 6)),
    ("a,b->ab", (3,), (4,)),
    ("ab,b->a", (3, 4), (4,)),
    # Labels that differ by their case alone.
    ("abA,bc->acA", (2, 6, 8), (6, 9)),
    ("aB,bc->aBbc", (2, 3), (3, 4)),
    ("aB,bB->ab", (2, 3), (4, 3)),
    ("Ab,aB->AbaB", (2, 3), (2, 3)),
    ("ABab,bc->ABac", (2, 3, 2, 3), (3, 4)),
    ("ZYX,XW->ZYW", (2, 3, 4), (4, 5)),
]
for equation, left, right in EINSUMS:
    case(lambda a, b, e=equation: raw.Einsum(inputs=[a, b], equation=e), floats(*left), floats(*right), name=f"Einsum {equation}")
case(lambda a: raw.Transpose(x=a, perm=[2, 0, 1]), X)
case(lambda a: raw.Transpose(x=a, perm=[0, 3, 1, 2]), IMAGE)
case(lambda a: raw.Transpose(x=a, perm=[0, 3, 1, 2]), PIXELS, name="Transpose uint8")

# Convolution and pooling.
for padding in ("SAME", "VALID"):
    for stride in (1, 2, 3):
        for size in (1, 3, 4):
            k = tf.constant(floats(size, size, 4, 5))
            case(lambda a, k=k, s=stride, p=padding: raw.Conv2D(input=a, filter=k, strides=[1, s, s, 1], padding=p), IMAGE)
        k = tf.constant(floats(3, 3, 4, 1))
        case(lambda a, k=k, s=stride, p=padding: raw.DepthwiseConv2dNative(input=a, filter=k, strides=[1, s, s, 1], padding=p), IMAGE)
        k = tf.constant(floats(3, 2, 4, 2))
        case(lambda a, k=k, s=stride, p=padding: raw.DepthwiseConv2dNative(input=a, filter=k, strides=[1, s, s, 1], padding=p), IMAGE, name="DepthwiseConv2dNative multiplier 2")
        for op, key in (("AvgPool", "value"), ("MaxPool", "input")):
            for size in (2, 3):
                case(lambda a, op=op, key=key, s=stride, p=padding, z=size: getattr(raw, op)(**{key: a}, ksize=[1, z, z, 1], strides=[1, s, s, 1], padding=p), IMAGE)
    k = tf.constant(floats(3, 3, 4, 5))
    case(lambda a, k=k, p=padding: raw.Conv2D(input=a, filter=k, strides=[1, 1, 1, 1], padding=p, dilations=[1, 2, 2, 1]), IMAGE, name="Conv2D dilated")
    k = tf.constant(floats(3, 3, 4, 1))
    case(lambda a, k=k, p=padding: raw.DepthwiseConv2dNative(input=a, filter=k, strides=[1, 1, 1, 1], padding=p, dilations=[1, 2, 2, 1]), IMAGE, name="DepthwiseConv2dNative dilated")
    for stride, size, out in ((1, 3, None), (2, 3, None), (2, 2, None)):
        k = floats(size, size, 5, 4)
        height, width = (7 * stride, 5 * stride) if padding == "SAME" else (6 * stride + size, 4 * stride + size)
        case(lambda a, k=k, s=stride, p=padding, o=[2, height, width, 5]: raw.Conv2DBackpropInput(input_sizes=o, filter=tf.constant(k), out_backprop=a, strides=[1, s, s, 1], padding=p), IMAGE)
for depth, out in ((2, 6), (1, 4), (1, 8)):
    case(lambda a, k=tf.constant(floats(3, 3, depth, out)): tf.nn.relu(raw.Conv2D(input=a, filter=k, strides=[1, 1, 1, 1], padding="SAME")), IMAGE, name=f"Conv2D in groups of {depth}")
case(lambda a, k=tf.constant(floats(3, 3, 5, 4)), d=tf.constant(floats(1, 1, 4, 6)): raw.Conv2D(input=tf.concat([tf.nn.relu(raw.Conv2D(input=a, filter=d, strides=[1, 1, 1, 1], padding="SAME")) + 1.0, a], 3), filter=k, strides=[1, 2, 2, 1], padding="VALID"), IMAGE, name="Conv2D in groups of what was concatenated")
case(lambda a, k=tf.constant(floats(3, 3, 4, 2)): raw.Conv2D(input=a, filter=k, strides=[1, 2, 2, 1], padding="EXPLICIT", explicit_paddings=[0, 0, 1, 0, 2, 1, 0, 0]), IMAGE, name="Conv2D explicit")
case(lambda a, k=tf.constant(floats(3, 3, 4, 1)): raw.DepthwiseConv2dNative(input=a, filter=k, strides=[1, 2, 2, 1], padding="EXPLICIT", explicit_paddings=[0, 0, 0, 1, 0, 1, 0, 0]), IMAGE, name="DepthwiseConv2dNative explicit")
for size in (5, 7):
    case(lambda a, z=size: raw.AvgPool(value=a, ksize=[1, z, 5, 1], strides=[1, 1, 1, 1], padding="VALID"), IMAGE)
case(lambda a: raw.MaxPool(input=a, ksize=[1, 1, 1, 1], strides=[1, 2, 2, 1], padding="VALID"), IMAGE, name="MaxPool of one")
case(lambda a: raw.AvgPool(value=a, ksize=[1, 1, 1, 1], strides=[1, 2, 2, 1], padding="VALID"), IMAGE, name="AvgPool of one")
for padding in ("SAME", "VALID"):
    k = tf.constant(floats(2, 3, 3, 2, 4))
    case(lambda a, k=k, p=padding: raw.Conv3D(input=a, filter=k, strides=[1, 1, 2, 1, 1], padding=p), floats(1, 4, 5, 6, 2))
    case(lambda a, p=padding: raw.AvgPool3D(input=a, ksize=[1, 2, 2, 2, 1], strides=[1, 2, 2, 2, 1], padding=p), floats(1, 4, 5, 6, 2))
NORM = [tf.constant(floats(4, low=0.5, high=2)) for _ in range(4)]
for op in "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3".split():
    case(lambda a, op=op: getattr(raw, op)(x=a, scale=NORM[0], offset=NORM[1], mean=NORM[2], variance=NORM[3], epsilon=1e-3, is_training=False)[0], IMAGE)
case(lambda a: raw.FusedBatchNormV3(x=a, scale=NORM[0], offset=NORM[1], mean=NORM[2], variance=NORM[3] * 1e-3, is_training=False)[0], IMAGE, name="FusedBatchNormV3 of small variances")
case(lambda a: raw.LRN(input=a), IMAGE)
for radius in (1, 2, 5):
    case(lambda a, r=radius: raw.LRN(input=a, depth_radius=r, bias=1.5, alpha=0.1, beta=0.75), IMAGE)

# Shape and place.
case(lambda a: tf.identity(a), X)
case(lambda a: raw.IdentityN(input=[a, a])[1], X)
case(lambda a: raw.StopGradient(input=a), X)
case(lambda a: raw.PreventGradient(input=a), X)
case(lambda a: raw.PlaceholderWithDefault(input=a * 2.0, shape=[2, 3, 4]), X)
case(lambda a: raw.Snapshot(input=a), X)
case(lambda a: raw.EnsureShape(input=a, shape=[None, 3, 4]), X)
case(lambda a: raw.Reshape(tensor=a, shape=[-1, 6]), X)
case(lambda a: raw.Reshape(tensor=a, shape=tf.constant([2, -1], tf.int64)), X, name="Reshape by int64")
case(lambda a: raw.Reshape(tensor=a, shape=tf.stack([tf.shape(a)[0], 12])), X, name="Reshape by what is computed")
case(lambda a: raw.Squeeze(input=a, axis=[1, 2]), floats(2, 1, 1, 3))
case(lambda a: raw.Squeeze(input=a), floats(2, 1, 1, 3))
case(lambda a: raw.ExpandDims(input=a, axis=1), X)
case(lambda a: raw.ExpandDims(input=a, axis=-1), X)
case(lambda a: raw.Shape(input=a), X)
case(lambda a: raw.Shape(input=a, out_type=tf.int64), X)
case(lambda a: raw.ShapeN(input=[a, a])[1], X)
case(lambda a: raw.Size(input=a), X)
case(lambda a: raw.Rank(input=a), X)
for axis in (0, 1, -1):
    case(lambda a, b, axis=axis: raw.ConcatV2(values=[a, b], axis=axis), X, X)
    case(lambda a, b, axis=axis: raw.Pack(values=[a, b], axis=axis), X, X)
    case(lambda a, axis=axis: raw.Unpack(value=a, num=a.shape[axis], axis=axis)[1], X)
case(lambda a, b: raw.ConcatV2(values=[a, b], axis=2), PIXELS, PIXELS, name="ConcatV2 uint8")
case(lambda a: raw.Split(axis=2, value=a, num_split=2)[1], X)
case(lambda a: raw.SplitV(value=a, size_splits=[1, 3], axis=2, num_split=2)[1], X)
case(lambda a: raw.Slice(input=a, begin=[0, 1, 1], size=[2, -1, 2]), X)
case(lambda a: a[:, 1:, ::2], X)
case(lambda a: a[..., ::-1], X)
case(lambda a: a[1, tf.newaxis, :, -1], X)
case(lambda a: tf.shape(a)[1:3], IMAGE)
case(lambda a: a[..., ::-1], PIXELS, name="StridedSlice uint8")
case(lambda a: raw.GatherV2(params=a, indices=[2, 0], axis=1), X)
case(lambda a, b: raw.GatherV2(params=a, indices=b, axis=0), X, np.int64([[1, 0], [1, 1]]), name="GatherV2 by int64")
case(lambda a, b: raw.GatherV2(params=a, indices=b, axis=1, batch_dims=1), X, np.int32([[1, 0], [2, 2]]), name="GatherV2 in batches")
case(lambda a: raw.Gather(params=a, indices=[1, 0]), X)
case(lambda a: raw.GatherNd(params=a, indices=[[0, 1], [1, 2]]), X)
case(lambda a: raw.Tile(input=a, multiples=[1, 2, 1]), X)
case(lambda a: raw.Pad(input=a, paddings=[[0, 0], [1, 2], [0, 1]]), X)
case(lambda a: raw.PadV2(input=a, paddings=[[0, 0], [1, 2], [0, 1]], constant_values=-7.5), X)
for mode in ("REFLECT", "SYMMETRIC"):
    case(lambda a, mode=mode: raw.MirrorPad(input=a, paddings=[[0, 0], [2, 1], [1, 2], [0, 0]], mode=mode), IMAGE)
case(lambda a: raw.ReverseV2(tensor=a, axis=[0, 2]), X)
case(lambda a: raw.BroadcastTo(input=a, shape=[2, 3, 4]), floats(3, 1))
case(lambda a: raw.Fill(dims=[2, 3], value=a), np.float32(4.5))
case(lambda a: raw.ZerosLike(x=a), X)
case(lambda a: raw.OnesLike(x=a), X)
case(lambda a: raw.Range(start=0, limit=a, delta=2), np.int32(9))
case(lambda a: raw.OneHot(indices=a, depth=4, on_value=1.0, off_value=-1.0), np.int32([0, 3, 1, 9]))
case(lambda a: raw.OneHot(indices=a, depth=4, on_value=1.0, off_value=0.0, axis=0), np.int32([[0, 3, 1], [2, 2, 9]]), name="OneHot in front")
case(lambda a: raw.SpaceToBatchND(input=a, block_shape=[2, 2], paddings=[[1, 0], [0, 1]]), IMAGE)
case(lambda a: raw.BatchToSpaceND(input=a, block_shape=[2, 2], crops=[[1, 0], [0, 1]]), floats(8, 3, 4, 2))
case(lambda a: raw.DepthToSpace(input=a, block_size=2), IMAGE)
case(lambda a: raw.SpaceToDepth(input=a, block_size=2), floats(2, 4, 6, 3))

# The same of whole numbers and truth values.
for kind, value in (("int32", ints(2, 3, 4)), ("int64", ints(2, 3, 4, dtype=np.int64)), ("uint8", ints(2, 3, 4, low=0, high=256, dtype=np.uint8))):
    zero = tf.zeros([], value.dtype)
    for label, move in {
        "Transpose": lambda a: raw.Transpose(x=a, perm=[2, 0, 1]),
        "ConcatV2": lambda a: raw.ConcatV2(values=[a, a], axis=1),
        "Pack": lambda a: raw.Pack(values=[a, a], axis=1),
        "Unpack": lambda a: raw.Unpack(value=a, num=3, axis=1)[1],
        "Split": lambda a: raw.Split(axis=2, value=a, num_split=2)[1],
        "SplitV": lambda a: raw.SplitV(value=a, size_splits=[1, 3], axis=2, num_split=2)[1],
        "Slice": lambda a: raw.Slice(input=a, begin=[0, 1, 1], size=[2, -1, 2]),
        "StridedSlice": lambda a: a[:, 1:, ::2],
        "Gather": lambda a: raw.Gather(params=a, indices=[1, 0]),
        "GatherV2": lambda a: raw.GatherV2(params=a, indices=[2, 0], axis=1),
        "GatherNd": lambda a: raw.GatherNd(params=a, indices=[[0, 1], [1, 2]]),
        "Tile": lambda a: raw.Tile(input=a, multiples=[1, 2, 1]),
        "Pad": lambda a: raw.Pad(input=a, paddings=[[0, 0], [1, 2], [0, 1]]),
        "PadV2": lambda a, zero=zero: raw.PadV2(input=a, paddings=[[0, 0], [1, 2], [0, 1]], constant_values=zero),
        "MirrorPad": lambda a: raw.MirrorPad(input=a, paddings=[[0, 0], [1, 1], [1, 2]], mode="REFLECT"),
        "ReverseV2": lambda a: raw.ReverseV2(tensor=a, axis=[0, 2]),
        "BroadcastTo": lambda a: raw.BroadcastTo(input=a, shape=[2, 2, 3, 4]),
        "Fill": lambda a: raw.Fill(dims=[2, 3], value=a[0, 0, 0]),
        "ZerosLike": lambda a: raw.ZerosLike(x=a),
        "OnesLike": lambda a: raw.OnesLike(x=a),
        "OneHot": lambda a: raw.OneHot(indices=[0, 2], depth=3, on_value=a[0, 0, 0], off_value=a[1, 2, 1]),
        "SelectV2": lambda a: raw.SelectV2(condition=[True, False, True, False], t=a, e=a[::-1]),
        "Select": lambda a: raw.Select(condition=[True, False], x=a, y=raw.ReverseV2(tensor=a, axis=[1])),
        "SpaceToBatchND": lambda a: raw.SpaceToBatchND(input=a, block_shape=[1, 2], paddings=[[0, 0], [0, 0]]),
        "BatchToSpaceND": lambda a: raw.BatchToSpaceND(input=a, block_shape=[2], crops=[[0, 1]]),
        "SpaceToDepth": lambda a: raw.SpaceToDepth(input=raw.Reshape(tensor=a, shape=[1, 2, 4, 3]), block_size=2),
        "Reshape": lambda a: raw.Reshape(tensor=a, shape=[4, 6]),
        "Squeeze": lambda a: raw.Squeeze(input=raw.ExpandDims(input=a, axis=0)),
        "Identity": tf.identity,
    }.items():
        if kind in ("int64", "uint8") and label in ("ZerosLike", "OnesLike"):
            continue
        case(move, value, name=f"{label} {kind}")

# Pictures.
for half, align in ((True, False), (False, False), (False, True)):
    for size in ([10, 8], [4, 4], [7, 5], [1, 1]):
        case(lambda a, h=half, al=align, z=size: raw.ResizeBilinear(images=a, size=z, half_pixel_centers=h, align_corners=al), IMAGE)
        case(lambda a, h=half, al=align, z=size: raw.ResizeNearestNeighbor(images=a, size=z, half_pixel_centers=h, align_corners=al), IMAGE)
case(lambda a: raw.ResizeBilinear(images=a, size=[7, 9], half_pixel_centers=True), PIXELS, name="ResizeBilinear uint8")
case(lambda a: raw.CropAndResize(image=a, boxes=[[0.1, 0.2, 0.9, 0.7], [0, 0, 1.2, 1]], box_ind=[1, 0], crop_size=[5, 4]), IMAGE)
case(lambda a, b: raw.CropAndResize(image=a, boxes=[[0.1, 0.2, 0.9, 0.7], [0, 0, 1.2, 1]], box_ind=tf.range(b), crop_size=[5, 4]), IMAGE, np.int32(2))
case(lambda a: raw.CropAndResize(image=a, boxes=[[0.1, 0.2, 0.9, 0.7], [0, 0, 1.2, 1]], box_ind=[1, 0], crop_size=[5, 4], extrapolation_value=-1.0), IMAGE)

# Numbers of one kind as another.
case(lambda a: raw.Cast(x=a, DstT=tf.float32), PIXELS, name="Cast uint8 to float32")
case(lambda a: raw.Cast(x=a, DstT=tf.int32), EDGE, name="Cast float32 to int32")
case(lambda a: raw.Cast(x=a, DstT=tf.int64), EDGE, name="Cast float32 to int64")
case(lambda a: raw.Cast(x=a, DstT=tf.bool), EDGE, name="Cast float32 to bool")
case(lambda a: raw.Cast(x=a, DstT=tf.bool), np.int32([0, 1, -1, 256]), name="Cast int32 to bool")
case(lambda a: raw.Cast(x=a, DstT=tf.float32), bools(5), name="Cast bool to float32")
case(lambda a: raw.Cast(x=a, DstT=tf.int32), bools(5), name="Cast bool to int32")
case(lambda a: raw.Cast(x=a, DstT=tf.uint8), np.float32([0, 0.9, 1.5, 254.99, 255]), name="Cast float32 to uint8")
case(lambda a: raw.Cast(x=a, DstT=tf.uint8), np.int32([0, 1, 255, 256, -1]), name="Cast int32 to uint8")
case(lambda a: raw.Cast(x=a, DstT=tf.int32), np.int64([0, -5, 2**31 - 1]), name="Cast int64 to int32")
