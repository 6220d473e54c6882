"""What sizes of a network must agree; each misfit is one sentence to the user."""

from bench.errors import BenchError


def divides(whole: int, whole_name: str, part: int, part_name: str) -> int:
    """Return how often a part goes into a whole; BenchError, naming the parts that do, where it does not."""
    if part < 1 or whole % part:
        valid = ", ".join(str(size) for size in range(1, whole + 1) if whole % size == 0)
        raise BenchError(f"{whole_name} {whole} is not a multiple of {part_name} {part}; choose {part_name} of {valid}")
    return whole // part


def patches(image_size: int, patch_size: int) -> int:
    """Return the patches a side of the picture holds; BenchError where they do not fill it."""
    return divides(image_size, "image_size", patch_size, "patch_size")


def width_of_head(embed_dim: int, num_heads: int) -> int:
    """Return the width of one attention head; BenchError where the heads do not share the width evenly."""
    return divides(embed_dim, "embed_dim", num_heads, "num_heads")


def one_a_stage(**values: tuple[object, ...]) -> int:
    """Return the number of stages; BenchError where the settings, by name, do not have a value for each."""
    counts = {name: len(value) for name, value in values.items()}
    if len(set(counts.values())) > 1 or 0 in counts.values():
        said = ", ".join(f"{name} has {count}" for name, count in counts.items())
        raise BenchError(f"each stage needs one value of every setting, but {said}; give them equally many")
    return next(iter(counts.values()))


def heads_of_stages(embed_dims: tuple[int, ...], heads: tuple[int, ...]) -> None:
    """Check that each stage's heads share its width evenly."""
    one_a_stage(embed_dims=embed_dims, heads=heads)
    for stage, (width, count) in enumerate(zip(embed_dims, heads, strict=True), start=1):
        divides(width, f"stage {stage}: width", count, "heads")
