"""What one can do with the versions, drafts and plans of a channel."""

from raccord.mappings.applying import apply, undo_sample
from raccord.mappings.differences import difference
from raccord.mappings.drafts import back_to, discard_draft, draft, save_draft, version, versions
from raccord.mappings.errors import MappingsError
from raccord.mappings.plans import newest_plan, plan, plan_lines, start_plan

__all__ = [
    "MappingsError",
    "apply",
    "back_to",
    "difference",
    "discard_draft",
    "draft",
    "newest_plan",
    "plan",
    "plan_lines",
    "save_draft",
    "start_plan",
    "undo_sample",
    "version",
    "versions",
]
