"""Compares images with NumPy and scikit-image. Reads the lines of cases.js from standard input."""

import base64
import json
import sys

import numpy as np
from skimage.exposure import match_histograms


def image(case, name):
    entry = case[name]
    return np.frombuffer(base64.b64decode(entry["data"]), np.float32).reshape(entry["shape"])[0].astype(np.float64)


def fda(content, style, beta):
    """Fourier domain adaptation with a full transform: amplitudes in a centered square, phases of the content."""
    own, other = (np.fft.fftshift(np.fft.fft2(each, axes=(0, 1)), axes=(0, 1)) for each in (content, style))
    amplitude, phase = np.abs(own), np.angle(own)
    height, width = content.shape[:2]
    b = int(np.floor(min(height, width) * beta))
    rows, columns = (slice(edge // 2 - b, edge // 2 + b + 1) for edge in (height, width))
    amplitude[rows, columns] = np.abs(other)[rows, columns]
    mixed = np.fft.ifftshift(amplitude * np.exp(1j * phase), axes=(0, 1))
    return np.real(np.fft.ifft2(mixed, axes=(0, 1)))


def histogram(content, other):
    levels = [np.rint(each * 255).astype(np.uint8) for each in (content, other)]
    return match_histograms(*levels, channel_axis=-1) / 255


def color_transfer(content, other):
    cones = np.array([[0.3811, 0.5783, 0.0402], [0.1967, 0.7244, 0.0782], [0.0241, 0.1288, 0.8444]])
    decorrelate = np.diag([3**-0.5, 6**-0.5, 2**-0.5]) @ np.array([[1, 1, 1], [1, 1, -2], [1, -1, 0]])
    own, like = (np.log10(np.maximum(each @ cones.T, 0.5 / 255)) @ decorrelate.T for each in (content, other))
    moved = (own - own.mean((0, 1))) / own.std((0, 1)) * like.std((0, 1)) + like.mean((0, 1))
    return np.clip(10 ** (moved @ np.linalg.inv(decorrelate).T) @ np.linalg.inv(cones).T, 0, 1)


largest = {"fda": 0.0, "histogram": 0.0, "colorTransfer": 0.0}
count = 0
for line in sys.stdin:
    case = json.loads(line)
    content, style, other = (image(case, name) for name in ("content", "style", "other"))
    expected = {
        "fda": fda(content, style, case["beta"]),
        "histogram": histogram(content, other),
        "colorTransfer": color_transfer(content, other),
    }
    for name, values in expected.items():
        # scikit-image rounds down to 8 bits in some versions.
        tolerance = 1 / 255 + 1e-6 if name == "histogram" else 1e-5
        distance = float(np.abs(image(case, name) - values).max())
        assert distance <= tolerance, (name, distance)
        largest[name] = max(largest[name], distance)
    count += 1
assert count > 0
print(json.dumps({"cases": count, "largest": largest, "ok": True}))
