"""What is done while the data are opened, for whoever waits: step after step, and how much of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class OpeningStep:
    """One of them."""

    sentence: str
    """What is done, to be translated."""
    done: float
    """How much of it, 0 to 1."""

    @property
    def percent(self) -> int:
        """The same as a person reads it."""
        return int(self.done * 100)


@dataclass
class OpeningSteps:
    """The steps of one opening; one thread tells them, others read."""

    is_watched: bool = False
    """Whether somebody looks at them in a browser."""
    _told: dict[str, float] = field(default_factory=dict)

    def begin(self) -> None:
        """Forget those of an earlier opening."""
        self._told = {}

    def tell(self, sentence: str, done: float = 0.0) -> None:
        """This is done just now, and so much of it; what was told before is over."""
        self._told = {**self._told, sentence: done}  # a new one: whoever reads the old one is not disturbed

    @property
    def told(self) -> list[OpeningStep]:
        """In their order; the last one is being done."""
        return [OpeningStep(sentence, done) for sentence, done in self._told.items()]
