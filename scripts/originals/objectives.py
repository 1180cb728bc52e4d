"""Objectives of published style transfer, written from the formulas of the papers.

Reads a task from standard input (JSON) and prints the results (JSON). Gradients go to files. Double precision, except
where an optimizer runs.
"""

import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

BLOCKS = [2, 2, 4, 4, 4]
# Features of Caffe's network as large as those of torchvision's, as in the project.
CAFFE_UNIT = 64


def load(path):
    """Reads a safetensors file."""
    raw = open(path, "rb").read()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    kinds = {"F32": np.float32, "F16": np.float16}
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(raw[8 + size + begin : 8 + size + end], kinds[entry["dtype"]])
        tensors[name] = torch.tensor(values.astype(np.float64).reshape(entry["shape"]))
    return tensors, header.get("__metadata__", {})


class Vgg:
    """Features of VGG-19 after each ReLU, with max pooling."""

    def __init__(self, path, padding, dtype):
        tensors, metadata = load(path)
        self.tensors = {key: value.to(dtype) for key, value in tensors.items()}
        self.caffe = metadata.get("preprocess") == "bgr-255-caffe"
        self.padding, self.dtype = padding, dtype
        if self.caffe:
            for key in [key for key in self.tensors if key.endswith(".bias")]:
                self.tensors[key] = self.tensors[key] / CAFFE_UNIT

    def prepared(self, image):
        def column(values):
            return torch.tensor(values, dtype=self.dtype).view(1, 3, 1, 1)

        if self.caffe:
            return (image.flip(1) * 255 - column([103.939, 116.779, 123.68])) / CAFFE_UNIT
        return (image - column([0.485, 0.456, 0.406])) / column([0.229, 0.224, 0.225])

    def __call__(self, image, layers):
        x, found, index, isFirst = self.prepared(image), {}, 0, True
        for block, count in enumerate(BLOCKS):
            for position in range(count):
                weight = self.tensors[f"features.{index}.weight"]
                bias = self.tensors[f"features.{index}.bias"]
                replicates = isFirst and self.padding == "first"
                x = F.pad(x, (1, 1, 1, 1), mode="replicate") if replicates else F.pad(x, (1, 1, 1, 1))
                x, isFirst = F.relu(F.conv2d(x, weight, bias)), False
                name = f"relu{block + 1}_{position + 1}"
                if name in layers:
                    found[name] = x
                    if len(found) == len(layers):
                        return found
                index += 2
            x = F.max_pool2d(x, 2)
            index += 1
        return found


def columns(x):
    return x.flatten(2)[0]


def gram(x):
    features = columns(x)
    return features @ features.T / features.shape[1]


def gatys(network, content, style, task, layer="relu4_2"):
    """Gatys et al. 2016: feature and Gram differences. Weights as in the code that is compared."""
    weights = task["style"]
    layers = [layer, *weights]
    wanted = network(content, [layer])[layer].detach()
    grams = {name: gram(x).detach() for name, x in network(style, list(weights)).items()}

    def loss(image):
        features = network(image, layers)
        value = task["content"] * (features[layer] - wanted).square().mean()
        for name, weight in weights.items():
            value = value + weight * (gram(features[name]) - grams[name]).square().mean()
        return value

    return loss


def root(matrix):
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


def gaussian(x):
    features = columns(x)
    mean = features.mean(1)
    apart = features - mean[:, None]
    return mean, apart @ apart.T / features.shape[1]


def wasserstein(network, content, style, task, layer="relu4_2"):
    """Content difference and the squared 2-Wasserstein distance of Gaussians, per channel."""
    weights = task["style"]
    wanted = network(content, [layer])[layer].detach()
    targets = {}
    for name, x in network(style, list(weights)).items():
        mean, covariance = gaussian(x)
        one = torch.eye(len(mean), dtype=covariance.dtype)
        ridge = task["ridge"] or max(0.01 * covariance.trace() / len(mean), 1e-4 * covariance.norm())
        covariance = covariance + ridge * one
        targets[name] = (mean.detach(), covariance.detach(), root(covariance).detach(), ridge * one)

    def loss(image):
        features = network(image, [layer, *weights])
        value = task["content"] * (features[layer] - wanted).square().mean()
        for name, weight in weights.items():
            mean, covariance = gaussian(features[name])
            otherMean, other, half, ridge = targets[name]
            inner = half @ (covariance + ridge) @ half
            cross = torch.linalg.eigvalsh((inner + inner.T) / 2).clamp(min=1e-30).sqrt().sum()
            apart = (mean - otherMean).square().sum() + (covariance + ridge).trace() + other.trace() - 2 * cross
            value = value + weight * apart / len(mean)
        return value

    return loss


def sampled(x, size):
    """Features at every pixel: those of the place above it."""
    _, _, height, width = x.shape
    rows = torch.arange(size[0]).add(0.5).mul(height / size[0]).floor().long()
    across = torch.arange(size[1]).add(0.5).mul(width / size[1]).floor().long()
    return x[0][:, rows][:, :, across].flatten(1).T


def hypercolumns(network, image, layers):
    found = network(image, layers)
    return torch.cat([sampled(x, image.shape[2:]) for x in [image, *(found[name] for name in layers)]], 1)


def unit(x):
    return x / x.square().sum(1, keepdim=True).add(1e-8).sqrt()


def cosines(x, y):
    return 1 - unit(x) @ unit(y).T


def relaxed(distance):
    return torch.maximum(distance.min(1).values.mean(), distance.min(0).values.mean())


def yuv(x):
    matrix = [[0.299, -0.14713, 0.615], [0.587, -0.28886, -0.51499], [0.114, 0.436, -0.10001]]
    return x @ torch.tensor(matrix, dtype=x.dtype)


def strotss(network, content, style, task):
    """Kolkin et al. 2019, eq. 2-9, at every pixel."""
    layers, alpha = task["layers"], task["alpha"]

    def similar(x):
        distance = cosines(x, x)
        return distance / (distance.sum(0, keepdim=True) + 1e-3 * len(x))

    before = similar(hypercolumns(network, content, layers)).detach()
    y = hypercolumns(network, style, layers).detach()

    def moments(x):
        mean = x.mean(0)
        apart = x - mean
        return mean, apart.T @ apart / len(x)

    meanY, covarianceY = moments(y)

    def loss(image):
        x = hypercolumns(network, image, layers)
        selfSimilarity = (similar(x) - before).abs().sum() / len(x)
        mean, covariance = moments(x)
        moment = (mean - meanY).abs().mean() + (covariance - covarianceY).abs().mean()
        a, b = yuv(x[:, :3]), yuv(y[:, :3])
        square = (a[:, None] - b[None]).square().mean(2)
        palette = relaxed(cosines(a, b) + (square + 1e-5).sqrt() - 1e-5**0.5)
        value = alpha * selfSimilarity + relaxed(cosines(x, y)) + moment + palette / max(alpha, 1)
        return value / (alpha + 2)

    return loss


OBJECTIVES = {"gatys": gatys, "wasserstein": wasserstein, "strotss": strotss}


def image(file, shape, dtype):
    values = np.fromfile(file, np.float32).reshape(shape)
    return torch.tensor(np.ascontiguousarray(values.transpose(2, 0, 1)[None]), dtype=dtype)


def evaluated(case, objective, x):
    x.requires_grad_(True)
    value = objective(x)
    (slope,) = torch.autograd.grad(value, x)
    slope[0].permute(1, 2, 0).numpy().astype(np.float32).tofile(case["gradient"])
    return {"loss": value.item()}


def optimized(case, objective, x):
    """The optimizer of the original, from the content; one loss for each evaluation."""
    x.requires_grad_(True)
    losses = []
    if case["optimizer"] == "lbfgs":
        optimizer = torch.optim.LBFGS([x], lr=1, max_iter=case["evaluations"], history_size=100,
                                      max_eval=case["evaluations"], tolerance_change=-1, tolerance_grad=-1)
    else:
        optimizer = torch.optim.Adam([x], lr=case["learningRate"], betas=(0.9, 0.99))

    def closure():
        optimizer.zero_grad()
        value = objective(x)
        value.backward()
        losses.append(value.item())
        return value

    began = time.process_time()
    while len(losses) < case["evaluations"]:
        optimizer.step(closure)
        if case["optimizer"] == "adam":
            with torch.no_grad():
                x.clamp_(0, 1)
    with torch.no_grad():
        published = objective(x.clamp(0, 1)).item()
    return {"losses": losses, "published": published, "seconds": time.process_time() - began}


def main():
    task = json.load(sys.stdin)
    torch.set_num_threads(task["threads"])
    results = {}
    for case in task["cases"]:
        runs = "optimizer" in case
        dtype = torch.float32 if runs else torch.float64
        network = Vgg(task["weights"], case["padding"], dtype)
        content, style, start = (image(case[key], case["shape"], dtype) for key in ("content", "style", "image"))
        objective = OBJECTIVES[case["objective"]](network, content, style, case["settings"])
        results[case["name"]] = (optimized if runs else evaluated)(case, objective, start)
        print(case["name"], file=sys.stderr)
    print(json.dumps({"version": torch.__version__, "results": results}))


if __name__ == "__main__":
    main()
