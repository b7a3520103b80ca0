import pytest

from otklik.home.errors import ConfigurationError
from otklik.run_context import in_one_process


@pytest.mark.parametrize("executor", ["multiprocess", "multi_or_in_process_executor", "docker", "k8s", "celery"])
def test_an_executor_of_many_processes_is_refused_by_its_name(executor):
    with pytest.raises(ConfigurationError, match=f"'{executor}' gives each step"), in_one_process(executor):
        pytest.fail("was let in")


@pytest.mark.parametrize("executor", ["in_process", "execute_in_process_executor", None])
def test_one_process_is_let_in(executor):
    with in_one_process(executor):
        pass
