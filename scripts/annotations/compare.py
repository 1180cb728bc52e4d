"""Compares placed annotations with albumentations and pycocotools. Reads the lines of cases.js from standard input."""

import base64
import json
import math
import sys

import albumentations as A
import cv2
import numpy as np
from pycocotools import mask as coco_mask

TOLERANCE_PX = 1.0
# Odd, so that every pixel has a center.
FINER = 5


def augmentations(augment, width, height, finer=1):
    """The same augmentations in albumentations, for an image that is some times as large."""
    steps = []
    if augment.get("flip") in ("horizontal", "both"):
        steps.append(A.HorizontalFlip(p=1))
    if augment.get("flip") in ("vertical", "both"):
        steps.append(A.VerticalFlip(p=1))
    nearest = {"interpolation": cv2.INTER_NEAREST, "mask_interpolation": cv2.INTER_NEAREST}
    if affine := augment.get("affine"):
        steps.append(
            A.Affine(
                # Both turn the other way there.
                rotate=(-affine["rotate"],) * 2,
                scale=(affine["scale"],) * 2,
                shear={"x": (-affine["shear"],) * 2, "y": (0, 0)},
                # Rounded down there.
                translate_percent={axis: (affine[axis] * (1 + 1e-9),) * 2 for axis in ("x", "y")},
                p=1,
                **nearest,
            )
        )
    if crop := augment.get("crop"):
        size = [round(edge * crop["share"]) for edge in (width, height)]
        left, top = (round(crop[axis] * edge * (1 - crop["share"])) for axis, edge in (("x", width), ("y", height)))
        left, top = min(left, width - size[0]), min(top, height - size[1])
        corners = [finer * value for value in (left, top, left + size[0], top + size[1])]
        steps += [A.Crop(*corners), A.Resize(finer * height, finer * width, **nearest)]
    return steps


def pipeline(case):
    """The same resizing in albumentations: to cover the shape, then the center."""
    width, height = case["shape"]["widthPx"], case["shape"]["heightPx"]
    scaled = (height, width)
    if case["fit"] == "crop":
        scale = max(width / case["widthPx"], height / case["heightPx"])
        scaled = (max(height, round(case["heightPx"] * scale)), max(width, round(case["widthPx"] * scale)))
    top, left = (scaled[0] - height + 1) // 2, (scaled[1] - width + 1) // 2
    steps = [
        A.Resize(*scaled, interpolation=cv2.INTER_NEAREST, mask_interpolation=cv2.INTER_NEAREST_EXACT),
        # The decoder takes the odd pixel from the near side, where CenterCrop takes it from the far one.
        A.Crop(left, top, left + width, top + height),
    ]
    # Two pipelines, because what the decoder cropped does not come back.
    return compose(steps), augmentations(case["augment"], width, height)


def compose(steps):
    return A.Compose(
        steps,
        bbox_params=A.BboxParams(format="coco", label_fields=["ids"]),
        keypoint_params=A.KeypointParams(format="xy", remove_invisible=False),
        seed=0,
    )


def transform(case, boxes, masks, corners):
    image = np.zeros((case["heightPx"], case["widthPx"], 3), np.uint8)
    moved = {"image": image, "bboxes": boxes, "ids": list(range(len(boxes))), "masks": masks, "keypoints": corners}
    decoding, steps = pipeline(case)
    moved = decoding(**moved)
    # The last mask is what can be seen.
    moved["masks"] = [*moved["masks"], np.ones(moved["image"].shape[:2], np.uint8)]
    decoded = moved["bboxes"]
    masks = augmented(case, moved.pop("masks"))
    for step in steps:
        # For these, corners are centers of pixels; for the others, they count from the edge.
        offset = 0.5 if isinstance(step, (A.HorizontalFlip, A.VerticalFlip, A.Affine)) else 0
        moved["keypoints"] = np.array(moved["keypoints"]) - offset
        moved = compose([step])(**moved)
        moved["keypoints"] = np.array(moved["keypoints"]) + offset
    return {**moved, "fine": masks, "masks": [at_centers(mask) for mask in masks], "decoded": decoded}


def augmented(case, masks):
    """Masks after the augmentations, on a finer grid: each step there takes the nearest pixel, and the errors add up."""
    width, height = case["shape"]["widthPx"], case["shape"]["heightPx"]
    fine = [np.kron(mask, np.ones((FINER, FINER), np.uint8)) for mask in masks]
    for step in augmentations(case["augment"], width, height, FINER):
        fine = step(image=fine[0], masks=fine)["masks"]
    return fine


def at_centers(fine):
    """The values at the centers of pixels."""
    return np.ascontiguousarray(fine[FINER // 2 :: FINER, FINER // 2 :: FINER])


def far_from_border(mask, finer=1):
    """Whether all that is within a pixel is alike. A fine mask also shows a border in the outer half of the last pixels."""
    kernel = np.ones((2 * finer + 1, 2 * finer + 1), np.uint8)
    return cv2.dilate(mask, kernel) == cv2.erode(mask, kernel)


def same_mask(found, expected):
    """Equal up to a pixel at the border of what is expected."""
    return not np.any((found != expected) & far_from_border(expected))


def same_as_fine(found, fine):
    """Like same_mask, for a mask on the finer grid."""
    return not np.any((found != at_centers(fine)) & at_centers(far_from_border(fine, FINER).astype(np.uint8)))


def count_planted(found, fine, counts):
    """Checks the comparison itself: counts masks that are moved to the right on purpose, by two pixels, and those it refuses."""
    moved = np.pad(found, ((0, 0), (2, 0)), mode="edge")[:, :-2]
    if np.array_equal(moved, found):
        return
    counts["planted"] += 1
    counts["refused"] += not same_as_fine(moved, fine)


def fitted(case):
    """The shape of an image by the documented meaning of the fits: whole with keep, else a square."""
    size = case["sizePx"]
    if case["fit"] != "keep":
        return size, size
    longest = max(case["widthPx"], case["heightPx"])
    return tuple(max(1, math.floor(case[edge] * size / longest + 0.5)) for edge in ("widthPx", "heightPx"))


def rasterize(polygons, height, width):
    if not polygons:
        return np.zeros((height, width), np.uint8)
    return coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(polygons, height, width)))


def rasterize_beyond(corners, height, width, pad=2000):
    """Rasterizes an outline that may leave the image: on a larger canvas, since pycocotools moves outer corners inside."""
    left, top = corners.min(axis=0)
    assert left > -pad and top > -pad
    canvas = rasterize([(corners + pad).flatten().tolist()], height + 2 * pad, width + 2 * pad)
    return np.ascontiguousarray(canvas[pad : pad + height, pad : pad + width])


def decode(rle):
    return coco_mask.decode({"size": rle["size"], "counts": rle["counts"].encode()})


def compare(case, counts):
    width, height = case["shape"]["widthPx"], case["shape"]["heightPx"]
    assert (width, height) == fitted(case), ("shape", case["fit"], case["shape"])
    box, outline, mask = case["objects"]
    corners_of_outline = np.array(outline["polygons"][0]).reshape(-1, 2)
    values = np.frombuffer(base64.b64decode(case["values"]), np.uint8).reshape(case["heightPx"], case["widthPx"])
    expected = transform(case, [box["bbox"]], [decode(mask["rle"]), values], corners_of_outline)
    placed = {entry["categoryId"]: entry for entry in case["coco"]["objects"]}

    # A box of less than a pixel may vanish for one and not for the other.
    for name, entry in (("box", placed.get(1)), ("yolo", next(iter(case["yolo"]["objects"]), None))):
        known = expected["bboxes"][0] if len(expected["bboxes"]) else None
        if entry is None or known is None:
            found = entry["bbox"] if entry else known
            # A box may also vanish before it is turned or enlarged.
            edges = [] if found is None else [*found[2:4], *(edge for b in expected["decoded"] for edge in b[2:4])]
            assert found is None or min(edges) <= 2 * TOLERANCE_PX, (name, case["fit"], case["augment"], entry, known)
        else:
            corners = lambda b: np.array([b[0], b[1], b[0] + b[2], b[1] + b[3]])
            distance = float(np.abs(corners(entry["bbox"]) - corners(known)).max())
            assert distance <= TOLERANCE_PX, (name, case["fit"], case["augment"], entry["bbox"], known)
            counts["largest"] = max(counts["largest"], distance)
        counts[name] += 1

    moved_mask, moved_values, _ = expected["fine"]
    visible = expected["masks"][2]
    moved_outline = rasterize_beyond(np.array(expected["keypoints"], dtype=float), height, width) & visible
    found = rasterize(placed[2]["polygons"], height, width) if 2 in placed else np.zeros((height, width), np.uint8)
    assert same_mask(found, moved_outline), ("polygon", case["fit"], case["augment"])
    counts["polygon"] += 1
    found = decode(placed[3]["rle"]) if 3 in placed else np.zeros((height, width), np.uint8)
    assert same_as_fine(found, moved_mask), ("rle", case["fit"], case["augment"])
    if 3 in placed:
        assert int(found.sum()) == placed[3]["area"] == int(coco_mask.area(coco_mask.encode(np.asfortranarray(found))))
        assert coco_mask.encode(np.asfortranarray(found))["counts"].decode() == placed[3]["rle"]["counts"]
    counts["rle"] += 1
    count_planted(found, moved_mask, counts)
    found = np.zeros((height, width), np.uint8)
    for entry in case["masks"]["objects"]:
        found[decode(entry["rle"]) == 1] = entry["categoryId"]
    assert same_as_fine(found, moved_values), ("mask", case["fit"], case["augment"])
    counts["mask"] += 1


counts = {"box": 0, "yolo": 0, "polygon": 0, "rle": 0, "mask": 0, "planted": 0, "refused": 0, "largest": 0.0}
for line in sys.stdin:
    compare(json.loads(line), counts)
assert counts["refused"] >= 0.9 * counts["planted"], ("the comparison is too lenient", counts)
print(json.dumps({**counts, "largest": round(counts["largest"], 3), "tolerancePx": TOLERANCE_PX, "ok": True}))
