"""The step of the training benchmark in PyTorch; `torch.ts` runs it.

Arguments: threads, a file of float32 numbers, and the shapes of the tensors in it as JSON: the parameters in order, then
images and labels. For each line on the standard input, the name of a memory format, it makes one step and prints the
milliseconds, the loss, and the milliseconds of processor time.
"""

import json
import sys
import time

import torch
from torch.nn import functional

torch.set_num_threads(int(sys.argv[1]))
with open(sys.argv[2], "rb") as file:
    numbers = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
tensors = []
for shape in json.loads(sys.argv[3]):
    size = torch.Size(shape).numel()
    tensors.append(numbers[:size].reshape(shape).clone())
    numbers = numbers[size:]
*parameters, images, labels = tensors


class Model:
    def __init__(self, memory_format):
        arranged = [
            (p.permute(3, 2, 0, 1).contiguous(memory_format=memory_format) if p.dim() == 4 else p.clone())
            for p in parameters
        ]
        self.parameters = [p.requires_grad_() for p in arranged]
        self.images = images.permute(0, 3, 1, 2).contiguous(memory_format=memory_format)
        self.optimizer = torch.optim.Adam(self.parameters, lr=1e-3, fused=True)

    def step(self):
        *convolutions, weight, bias = self.parameters
        x = self.images
        for index in range(0, len(convolutions), 2):
            if index > 0 and index % 4 == 0:
                x = functional.max_pool2d(x, 2)
            x = functional.relu(functional.conv2d(x, convolutions[index], convolutions[index + 1], padding=1))
        loss = functional.cross_entropy(x.mean((2, 3)) @ weight + bias, labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()


models = {"contiguous": Model(torch.contiguous_format), "channelsLast": Model(torch.channels_last)}
print(torch.__version__, flush=True)
for line in sys.stdin:
    started, used = time.perf_counter(), time.process_time()
    loss = models[line.strip()].step()
    elapsed, processor = time.perf_counter() - started, time.process_time() - used
    print(elapsed * 1000, loss, processor * 1000, flush=True)
