"""The invented region of the integration tests, for faults that need a whole home."""

from tests.integration.conftest import grown, published, shared_folder

__all__ = ["grown", "published", "shared_folder"]
