"""A column that is made from another one, also where rows are created in bulk."""

from typing import Any

from django.db import models

from registry.skeletons import skeleton


class SkeletonField(models.CharField):  # type: ignore[type-arg]
    """The skeleton of the row's field `of`: what its look-alikes share. Written whenever the row is saved."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"editable": False, "db_index": True, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = skeleton(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}
