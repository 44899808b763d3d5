"""Celery has no asyncio: an `async def` task that ignores its result is accepted, and its body never runs."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TASK_DECORATORS = {"task", "shared_task"}


def async_tasks(source: str) -> list[str]:
    """Names of the coroutine functions that are decorated as tasks: `@app.task`, `@shared_task(…)`, `@task`."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.AsyncFunctionDef)
        and any(_last_name(decorator) in TASK_DECORATORS for decorator in node.decorator_list)
    ]


def _last_name(decorator: ast.expr) -> str:
    if isinstance(decorator, ast.Call):
        return _last_name(decorator.func)
    if isinstance(decorator, ast.Attribute):
        return decorator.attr
    return decorator.id if isinstance(decorator, ast.Name) else ""


@pytest.mark.parametrize(
    "decorator", ["@app.task", "@shared_task", "@app.task(bind=True)", "@worker.app.task()"]
)
def test_an_async_task_is_found(decorator: str) -> None:
    assert ["push"] == async_tasks(f"{decorator}\nasync def push(): pass")


def test_other_functions_are_left_alone() -> None:
    assert [] == async_tasks("@app.task\ndef push(): pass\n@get('/')\nasync def page(): pass")


def test_no_task_of_the_platform_is_async() -> None:
    files = sorted((ROOT / "platform/src").rglob("*.py"))
    assert files
    found = {str(path.relative_to(ROOT)): async_tasks(path.read_text()) for path in files}
    assert {} == {path: names for path, names in found.items() if names}
