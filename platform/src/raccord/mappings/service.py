"""What one can do with the versions, drafts and plans of a channel."""

from raccord.mappings.drafts import back_to, discard_draft, draft, save_draft, version, versions

__all__ = ["back_to", "discard_draft", "draft", "save_draft", "version", "versions"]
