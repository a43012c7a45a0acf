"""Rendering under load."""

from concurrent.futures import ThreadPoolExecutor

from tests.printing import places, samples
from upkeep.printing.documents import render


class TestRendering:
    def test_gives_the_same_bytes_for_the_same_document_and_moment(self) -> None:
        assert render(samples.receipt(), at=places.AT) == render(samples.receipt(), at=places.AT)

    def test_serves_threads_at_once_without_mixing_their_documents(self) -> None:
        wanted = {make: render(make(), at=places.AT) for make in samples.ALL}

        with ThreadPoolExecutor(4) as pool:
            printed = list(pool.map(lambda make: (make, render(make(), at=places.AT)), list(samples.ALL) * 4))

        assert all(pdf == wanted[make] for make, pdf in printed)
