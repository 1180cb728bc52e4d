"""The VGG-19 step of the engine benchmark in PyTorch: python3 torch_step.py <device> <size> <batch> <precision>."""
import json
import sys
import time

import torch
import torch.nn.functional as F

device, size, batch, precision = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
torch.manual_seed(0)
tf32 = precision == "tf32"
torch.backends.cuda.matmul.allow_tf32 = tf32
torch.backends.cudnn.allow_tf32 = tf32
torch.backends.cudnn.benchmark = True

blocks = [[64, 64], [128, 128], [256] * 4, [512] * 4, [512]]
style = {"1_1", "2_1", "3_1", "4_1", "5_1"}
weights, channels = {}, 3
for b, block in enumerate(blocks, 1):
    for c, width in enumerate(block, 1):
        deviation = (2 / (9 * channels)) ** 0.5
        weights[f"{b}_{c}"] = torch.randn(width, channels, 3, 3, device=device) * deviation
        channels = width


def features(x):
    found = {}
    for b, block in enumerate(blocks, 1):
        if b > 1:
            x = F.max_pool2d(x, 2)
        for c in range(1, len(block) + 1):
            x = F.relu(F.conv2d(x, weights[f"{b}_{c}"], padding=1))
            found[f"{b}_{c}"] = x
    return found


def gram(x):
    flat = x.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


half = precision in ("bf16", "f16")
kind = torch.bfloat16 if precision == "bf16" else torch.float16
with torch.no_grad():
    target = features(torch.rand(batch, 3, size, size, device=device))
    targets = {name: gram(target[name]) for name in style}
    content = target["4_2"]


def step(image):
    with torch.autocast(device.split(":")[0], dtype=kind, enabled=half):
        found = features(image)
    loss = F.mse_loss(found["4_2"].float(), content)
    for name in style:
        loss = loss + F.mse_loss(gram(found[name].float()), targets[name])
    return torch.autograd.grad(loss, image)[0].cpu()


image = torch.rand(batch, 3, size, size, device=device, requires_grad=True)
times = []
for round_ in range(-3, 10):
    before = time.perf_counter()
    step(image)
    if round_ >= 0:
        times.append(1000 * (time.perf_counter() - before))
step_ms = sorted(times)[len(times) // 2]
memory_mb = torch.cuda.max_memory_allocated() / 1e6 if device.startswith("cuda") else None
print(json.dumps({
    "torch": torch.__version__, "device": device, "precision": precision, "sizePx": size, "batch": batch,
    "stepMs": step_ms, "imagesPerSecond": 1000 * batch / step_ms, "peakMb": memory_mb,
}))
