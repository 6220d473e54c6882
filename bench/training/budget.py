"""How long a training lasts: the recipe's epochs, or as many steps as its budget pays for."""

from bench.config.budget import Budget
from bench.config.loading import Recipe
from bench.errors import BenchError


def steps_of(recipe: Recipe, steps_an_epoch: int, pictures: int | None, flops: float) -> int:
    """Return the number of steps of a training, at least one; the last epoch may be cut short.

    ``pictures`` are those of an epoch, ``flops`` those of a step. BenchError if the budget's unit is not known of the
    training.
    """
    if recipe.budget is None:
        return max(recipe.epochs * steps_an_epoch, recipe.fewest_steps)
    budget = Budget.parsed(recipe.budget)
    if budget.unit == "FLOPs":
        if not flops:
            raise BenchError(
                f"recipe.budget={recipe.budget}: torch counts no FLOPs in a step of this model; give pictures instead, "
                "such as '20000 pictures'"
            )
        return max(1, int(budget.amount / flops))
    if not pictures:
        raise BenchError(
            f"recipe.budget={recipe.budget}: this model's batches do not say how many pictures they are of; give them "
            "an attribute pictures (see bench.training.loop.EpochBatches), or FLOPs"
        )
    return max(1, round(budget.amount / pictures * steps_an_epoch))


def shortened(recipe: Recipe, share: float) -> Recipe:
    """Return the recipe of a training that may cost a share of the recipe's own."""
    if share == 1:
        return recipe
    if recipe.budget is None:
        steps = round(share * recipe.fewest_steps)
        return recipe.model_copy(update={"epochs": max(1, round(share * recipe.epochs)), "fewest_steps": steps})
    return recipe.model_copy(update={"budget": str(Budget.parsed(recipe.budget).share(share))})
