"""What the checks of boxes and masks share."""

import numpy

COLORS = {"box": (220, 30, 30), "outline": (30, 200, 40), "region": (40, 60, 230)}


def boxes_text(boxes):
    """Names and boxes (left, top, width, height) as text, in the order of the names. Shares with six digits are rounded."""
    found = []
    for name, box in sorted(boxes):
        numbers = [round(float(value), 2) for value in box]
        found.append(f"{name} {' '.join(f'{value:g}' for value in numbers)}")
    return ", ".join(found)


def has_color(image, name):
    """Where an image has the color of a category, 1."""
    return (numpy.asarray(image.convert("RGB")) == COLORS[name]).all(axis=2).astype(numpy.uint8)
