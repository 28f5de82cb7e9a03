"""Draws the pictures that the bundled models learn from: one shape on a cluttered background.

Every picture has a seed of its own, so a picture is the same each time and on
every machine, whatever is drawn before it and in however many processes. The
train, validation and test pictures differ by the split's number in that seed.
Nothing was chosen by the `fresh` ones, drawn when the models were finished.
"""

import io
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SHAPES = ["circle", "square", "triangle", "pentagon", "star", "cross", "ring", "heart", "arrow", "crescent"]
SPLITS = {"train": 1, "validation": 2, "test": 3, "samples": 4, "fresh": 5}

# The shortest distance in RGB between the shape's colours and the background's.
CONTRAST = 100

Points = np.ndarray  # float64 [n, 2], x to the right and y down, within the unit circle


def polygon(corners: int, turn: float = -90) -> Points:
    """A regular polygon's corners, the first one `turn` degrees from the right."""
    angles = np.radians(turn) + np.arange(corners) * 2 * np.pi / corners
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def outline(shape: str, rng: np.random.Generator) -> tuple[Points, Points | None]:
    """The shape's outline and that of the hole in it, if it has one."""
    match shape:
        case "circle":
            return polygon(90), None
        case "square":
            return polygon(4, 45), None
        case "triangle":
            return polygon(3), None
        case "pentagon":
            return polygon(5), None
        case "star":
            points = polygon(10)
            points[1::2] *= rng.uniform(0.38, 0.5)
            return points, None
        case "cross":
            arm = rng.uniform(0.25, 0.36)
            quarter = np.array([[arm, -1], [arm, -arm], [1, -arm]])
            turns = [np.array([[1, 0], [0, 1]]), np.array([[0, 1], [-1, 0]])]
            turns += [-turns[0], -turns[1]]
            return np.concatenate([quarter @ turn for turn in turns]), None
        case "ring":
            return polygon(90), polygon(90) * rng.uniform(0.5, 0.72)
        case "heart":
            t = np.linspace(0, 2 * np.pi, 90, endpoint=False)
            y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
            return np.stack([16 * np.sin(t) ** 3, -y - 2], axis=1) / 17, None
        case "arrow":
            shaft, neck = rng.uniform(0.16, 0.26), rng.uniform(-0.1, 0.2)
            head = np.array([[1, 0], [neck, 0.72], [neck, shaft], [-1, shaft]])
            return np.concatenate([head, head[:0:-1] * [1, -1]]), None
        case "crescent":
            return polygon(90), polygon(90) * 0.88 + [rng.uniform(0.36, 0.5), 0]
    raise ValueError(f"Expected one of {SHAPES} for shape but received {shape!r}")


def colour(rng: np.random.Generator, away_from: list[np.ndarray] = ()) -> np.ndarray:
    """A random RGB colour, uint8 [3], at least CONTRAST away from the given ones; one in five is grey."""
    while True:
        found = rng.integers(0, 256, 3)
        if rng.random() < 0.2:
            found = np.repeat(np.clip(rng.integers(-64, 320), 0, 255), 3)
        if all(np.linalg.norm(found - other) >= CONTRAST for other in away_from):
            return found.astype(np.uint8)


def near(rng: np.random.Generator, origin: np.ndarray, spread: int) -> np.ndarray:
    """A colour at most `spread` from the given one in every channel."""
    return np.clip(origin.astype(int) + rng.integers(-spread, spread + 1, 3), 0, 255).astype(np.uint8)


def texture(rng: np.random.Generator, size: tuple[int, int], first: np.ndarray, second: np.ndarray) -> Image.Image:
    """An RGB picture that goes from one colour to the other: flat, a gradient, blotches, stripes or checks."""
    kind = rng.choice(["flat", "gradient", "blotches", "stripes", "checks"], p=[0.25, 0.3, 0.25, 0.12, 0.08])
    if kind == "flat":
        return Image.new("RGB", size, tuple(first))
    if kind == "gradient":
        mix = Image.fromarray(rng.integers(0, 256, (2, 2), np.uint8)).resize(size, Image.Resampling.BILINEAR)
    elif kind == "blotches":
        cells = rng.integers(0, 256, rng.integers(3, 12, 2), np.uint8)
        mix = Image.fromarray(cells).resize(size, Image.Resampling.BICUBIC)
    elif kind == "stripes":
        count = int(rng.integers(4, 20))
        row = np.tile(np.array([0, 255], np.uint8), count)[np.newaxis]
        side = int(np.hypot(*size)) + 2
        mix = Image.fromarray(row).resize((side, side), Image.Resampling.NEAREST).rotate(rng.uniform(0, 180))
        left, top = (side - size[0]) // 2, (side - size[1]) // 2
        mix = mix.crop((left, top, left + size[0], top + size[1]))
    else:
        rows, columns = rng.integers(4, 12, 2)
        cells = (np.indices((rows, columns)).sum(axis=0) % 2 * 255).astype(np.uint8)
        mix = Image.fromarray(cells).resize(size, Image.Resampling.NEAREST)
    return Image.composite(Image.new("RGB", size, tuple(second)), Image.new("RGB", size, tuple(first)), mix)


def clutter(rng: np.random.Generator, picture: Image.Image, count: int) -> None:
    """Draws thin lines, arcs and dots of any colour onto the picture."""
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    for _ in range(count):
        ink = tuple(int(value) for value in colour(rng))
        thickness = max(1, int(min(picture.size) * rng.uniform(0.004, 0.015)))
        x0, y0, x1, y1 = (rng.uniform(-0.1, 1.1, 4) * [width, height, width, height]).tolist()
        match rng.integers(3):
            case 0:
                draw.line((x0, y0, x1, y1), fill=ink, width=thickness)
            case 1:
                box = (min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1)
                start = rng.uniform(0, 360)
                draw.arc(box, start, start + rng.uniform(30, 150), fill=ink, width=thickness)
            case 2:
                draw.ellipse((x0, y0, x0 + 3 * thickness, y0 + 3 * thickness), fill=ink)


def silhouette(rng: np.random.Generator, shape: str, size: tuple[int, int], scale: float) -> Image.Image:
    """The shape as an antialiased mask, L of the given size: turned, slightly stretched, wholly inside.

    `scale` is the shape's radius over half the shorter side.
    """
    width, height = size
    edge, hole = outline(shape, rng)
    turn = rng.uniform(0, 2 * np.pi)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    stretch = np.exp(rng.uniform(-0.16, 0.16))
    matrix = rotation @ np.diag([stretch, 1 / stretch]) * (scale * min(size) / 2)
    edge = edge @ matrix
    low, high = edge.min(axis=0), edge.max(axis=0)
    shift = np.array([rng.uniform(0, max(0, w - (b - a))) - a for w, a, b in zip(size, low, high, strict=True)])
    # A shape that is too large to fit is cut off evenly on both sides.
    shift = np.where(high - low > size, (np.array(size) - high - low) / 2, shift)
    mask = Image.new("L", (2 * width, 2 * height), 0)
    draw = ImageDraw.Draw(mask)
    draw.polygon([tuple(point) for point in (edge + shift) * 2], fill=255)
    if hole is not None:
        draw.polygon([tuple(point) for point in (hole @ matrix + shift) * 2], fill=0)
    return mask.reduce(2)


def spoil(rng: np.random.Generator, picture: Image.Image) -> Image.Image:
    """Blurs, adds noise, or compresses as JPEG; often some of it, sometimes none."""
    if rng.random() < 0.25:
        picture = picture.filter(ImageFilter.GaussianBlur(min(picture.size) * rng.uniform(0.002, 0.012)))
    if rng.random() < 0.35:
        picture = noisy(rng, picture, rng.uniform(3, 30))
    if rng.random() < 0.35:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=int(rng.integers(30, 96)))
        picture = Image.open(buffer)
    return picture


def noisy(rng: np.random.Generator, picture: Image.Image, sigma: float) -> Image.Image:
    """The picture with Gaussian noise of `sigma` grey levels on every sample."""
    pixels = np.asarray(picture, np.float32)
    noise = rng.standard_normal(pixels.shape, np.float32) * np.float32(sigma)
    return Image.fromarray(np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8))


def draw(
    rng: np.random.Generator,
    shape: str,
    size: tuple[int, int],
    scale: tuple[float, float] = (0.4, 0.95),
    marks: int = 8,
) -> Image.Image:
    """An RGB picture, unspoilt, of the shape on a background of its own with up to `marks` bits of clutter."""
    first = colour(rng)
    second = near(rng, first, 90)
    fill = colour(rng, away_from=[first, second])
    picture = texture(rng, size, first, second)
    clutter(rng, picture, int(rng.integers(0, marks + 1)))
    mask = silhouette(rng, shape, size, rng.uniform(*scale))
    if rng.random() < 0.2:  # a soft shadow
        offset = int(min(size) * 0.02) + 1
        shadow = mask.filter(ImageFilter.GaussianBlur(offset)).point(lambda value: value // 3)
        picture.paste((0, 0, 0), (offset, offset), shadow)
    if rng.random() < 0.25:  # a border in another colour
        thickness = 2 * max(1, int(min(size) * rng.uniform(0.004, 0.012))) + 1
        ink = tuple(int(value) for value in colour(rng))
        picture.paste(ink, (0, 0), mask.filter(ImageFilter.MaxFilter(thickness)))
    picture.paste(texture(rng, size, fill, near(rng, fill, 40)), (0, 0), mask)
    if rng.random() < 0.2:
        clutter(rng, picture, int(rng.integers(0, marks // 2 + 1)))
    return picture


def random_size(rng: np.random.Generator, low: int = 96, high: int = 640) -> tuple[int, int]:
    """A width and height in pixels, each from low to high, one at most 1.8 times the other."""
    longer = np.exp(rng.uniform(np.log(low * 1.3), np.log(high)))
    shorter = max(low, longer / rng.uniform(1, 1.8))
    size = (int(longer), int(shorter))
    return size if rng.random() < 0.5 else size[::-1]


def example(split: str, index: int) -> tuple[Image.Image, int]:
    """The picture of that number in the split, spoilt, and its shape's index in SHAPES."""
    rng = np.random.default_rng([SPLITS[split], index])
    label = index % len(SHAPES)
    return spoil(rng, draw(rng, SHAPES[label], random_size(rng))), label


def stretched(picture: Image.Image, side: int = 64) -> np.ndarray:
    """The picture as the server hands it to the model, before scaling: uint8 [side, side, 3], RGB.

    Both sides are brought to `side` whatever the picture's proportions were,
    with Pillow's antialiased bilinear filter.
    """
    return np.asarray(picture.convert("RGB").resize((side, side), Image.Resampling.BILINEAR))


def pixels_of(index: int, split: str) -> np.ndarray:
    """The picture of that number in the split as the model sees it: uint8 [64, 64, 3]."""
    return stretched(example(split, index)[0])


def examples(split: str, count: int, processes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` pictures of the split: uint8 [count, 64, 64, 3], and their labels int64 [count]."""
    with ProcessPoolExecutor(processes) as pool:
        pictures = list(pool.map(partial(pixels_of, split=split), range(count), chunksize=100))
    return np.stack(pictures), np.arange(count) % len(SHAPES)
