"""What is wrong with a study, in the user's keys."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails

from models.refusals import InputError, explain_errors, refusal


def sentences(error: ValidationError, study: type[BaseModel]) -> list[str]:
    """Return one sentence per mistake; several if a file that the study names has several."""
    return [line for detail in error.errors(include_url=False) for line in _sentences(detail, study)]


def _sentences(detail: ErrorDetails, study: type[BaseModel]) -> list[str]:
    context = detail.get("ctx", {})
    if isinstance(cause := context.get("error"), InputError):
        return cause.messages
    if detail["type"] == "missing":
        return [f"{'.'.join(map(str, detail['loc']))} must be given, got nothing"]
    kind = refusal(context["requirement"]) if detail["type"] == "refused" else detail["type"]
    again = InitErrorDetails(type=kind, loc=detail["loc"], input=detail["input"], ctx=context)
    return explain_errors(ValidationError.from_exception_data("study", [again]), study).messages
