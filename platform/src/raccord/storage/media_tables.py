"""The tables of pictures and documents. As `tables`, whose classes they are."""

from piccolo.columns import JSON, UUID, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from raccord.storage.engine import APP


class MediaFile(Table, db=APP, tablename="media_file"):
    tenant = UUID()
    connection = UUID()
    product = Text()
    place = Integer(primary_key=True)
    owner = Text(default="")
    name = Text()
    kind = Text()
    title = Text(default="")
    sha256 = Bytea(null=True, default=None)
    size = BigInt(default=0)
    problem = JSON(null=True, default=None)
    told_at = Timestamptz()


class MediaContent(Table, db=APP, tablename="media_content"):
    tenant = UUID()
    sha256 = Bytea(primary_key=True)
    size = BigInt()
    content_type = Text(default="")
    state = Text()
    upload = Text(null=True, default=None)
    told_at = Timestamptz()
    stored_at = Timestamptz(null=True, default=None)
    unused_since = Timestamptz(null=True, default=None)
    token = Text(null=True, default=None)
    address = Text(null=True, default=None)
    ended = Integer(default=0)


class MediaDerivative(Table, db=APP, tablename="media_derivative"):
    tenant = UUID()
    sha256 = Bytea()
    recipe = Text(primary_key=True)
    state = Text()
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    problem = JSON(null=True, default=None)
    key = Text(null=True, default=None)
    digest = Text(null=True, default=None)
    size = BigInt(null=True, default=None)
    width = Integer(null=True, default=None)
    height = Integer(null=True, default=None)
    made_at = Timestamptz(null=True, default=None)


class WebDocument(Table, db=APP, tablename="web_document"):
    tenant = UUID()
    address = Text(primary_key=True)
    sha256 = Bytea(null=True, default=None)
    size = BigInt(default=0)
    etag = Text(default="")
    problem = JSON(null=True, default=None)
    attempts = Integer(default=0)
    retry_at = Timestamptz()
    fetched_at = Timestamptz(null=True, default=None)


class ShopMedia(Table, db=APP, tablename="shop_media"):
    tenant = UUID()
    connection = UUID()
    digest = Text(primary_key=True)
    remote = Text()
    since = Timestamptz()
