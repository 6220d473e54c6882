"""Checks that sizes of a network agree; each mismatch is one sentence for the user."""

from bench.errors import BenchError


def divides(whole: int, whole_name: str, part: int, part_name: str) -> int:
    """Return ``whole`` divided by ``part``; BenchError with the valid divisors if there is a remainder."""
    if part < 1 or whole % part:
        valid = ", ".join(str(size) for size in range(1, whole + 1) if whole % size == 0)
        raise BenchError(f"{whole_name} {whole} is not a multiple of {part_name} {part}; choose {part_name} of {valid}")
    return whole // part


def patches(image_size: int, patch_size: int) -> int:
    """Return the number of patches along a picture's side; BenchError if they do not fill it."""
    return divides(image_size, "image_size", patch_size, "patch_size")


def width_of_head(embed_dim: int, num_heads: int) -> int:
    """Return the width of one attention head; BenchError if the heads do not divide the width."""
    return divides(embed_dim, "embed_dim", num_heads, "num_heads")


def one_a_stage(**values: tuple[object, ...]) -> int:
    """Return the number of stages; BenchError if a setting does not have one value per stage."""
    counts = {name: len(value) for name, value in values.items()}
    if len(set(counts.values())) > 1 or 0 in counts.values():
        counts_text = ", ".join(f"{name} has {count}" for name, count in counts.items())
        raise BenchError(f"each stage needs one value of every setting, but {counts_text}; give them equally many")
    return next(iter(counts.values()))


def heads_of_stages(embed_dims: tuple[int, ...], heads: tuple[int, ...]) -> None:
    """Check that each stage's heads divide its width."""
    one_a_stage(embed_dims=embed_dims, heads=heads)
    for stage, (width, count) in enumerate(zip(embed_dims, heads, strict=True), start=1):
        divides(width, f"stage {stage}: width", count, "heads")
