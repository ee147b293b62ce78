"""The most that the arithmetic allows: operations counted from token lengths over the rate of matrix products."""

import time

import numpy as np

WIDTH, INNER, LAYERS = 384, 1_536, 6  # of the shipped encoder
WEIGHTS = LAYERS * (4 * WIDTH * WIDTH + 2 * WIDTH * INNER)
ROWS = 256  # tokens in a window
PAIRS = 6  # of products by a wide and by a narrow matrix, one after the other, as in the encoder
LEVELS = 256


def operations(lengths):
    """Multiplications and additions of encoding windows of these lengths, by weights and in attention."""
    n = np.asarray(lengths, np.float64)
    return float(2 * WEIGHTS * n.sum() + LAYERS * 4 * WIDTH * (n**2).sum())


class Products:
    """A chain of matrix products of the encoder's own sizes, in float32 or in eight bits with their rescaling."""

    def __init__(self, *, is_int8):
        import openvino
        from openvino import opset13 as ops

        rng = np.random.default_rng(0)
        inputs = ops.parameter([ROWS, WIDTH], np.float32)
        at = inputs
        for _ in range(PAIRS):
            for n_in, n_out in ((WIDTH, INNER), (INNER, WIDTH)):
                weight = rng.integers(-127, 128, (n_out, n_in)).astype(np.int8)
                if is_int8:
                    at = ops.fake_quantize(at, *(np.float32(v) for v in (-1, 127 / 128, -1, 127 / 128)), LEVELS)
                    scale = np.full((n_out, 1), 1 / 127 / np.sqrt(n_in), np.float32)
                    factor = ops.multiply(ops.convert(ops.constant(weight), "f32"), ops.constant(scale))
                else:
                    factor = ops.constant((weight / 127 / np.sqrt(n_in)).astype(np.float32))
                at = ops.matmul(at, factor, False, True)
        settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        compiled = openvino.Core().compile_model(openvino.Model([at], [inputs]), "CPU", settings)
        self.precisions = _precisions(compiled)
        self._request = compiled.create_infer_request()
        self._values = rng.uniform(-1, 1, (ROWS, WIDTH)).astype(np.float32)

    def rate(self, *, seconds=1.0):
        """Operations a second, the best of as many chains as take about so long."""
        best, until = np.inf, time.perf_counter() + seconds
        while best == np.inf or time.perf_counter() < until:
            start = time.perf_counter()
            self._request.infer([self._values], share_inputs=True)
            best = min(best, time.perf_counter() - start)
        return 2 * ROWS * 2 * PAIRS * WIDTH * INNER / best


def _precisions(compiled):
    """The number formats that the products are really made in."""
    found = set()
    for node in compiled.get_runtime_model().get_ordered_ops():
        kept = {
            key: str(value.value if hasattr(value, "value") else value) for key, value in node.get_rt_info().items()
        }
        if kept.get("layerType") in ("FullyConnected", "MatMul"):
            found.add(kept.get("runtimePrecision", "unknown"))
    return sorted(found)


if __name__ == "__main__":
    for is_int8 in (False, True):
        products = Products(is_int8=is_int8)
        print(products.precisions, f"{products.rate() / 1e9:.1f} billion operations a second")
