"""Writes VGG-19 as a file for PyTorch, for neural-style-pt. Arguments: the safetensors file, the file to write."""

import sys

import torch

from objectives import load

if __name__ == "__main__":
    source, target = sys.argv[1:]
    tensors, _ = load(source)
    torch.save({name: values.to(torch.float32) for name, values in tensors.items()}, target)
