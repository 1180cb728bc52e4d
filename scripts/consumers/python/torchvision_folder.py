from common import pixels_of, report, root, splits
from torchvision.datasets import ImageFolder


def samples():
    for split in splits:
        dataset = ImageFolder(f"{root}/{split}")
        for image, label in dataset:
            yield split, dataset.classes[label], pixels_of(image)


report("torchvision", samples())
