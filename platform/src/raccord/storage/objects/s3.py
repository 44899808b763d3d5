"""Objects in an S3-compatible service (AWS, Garage, Ceph, SeaweedFS…), by boto3."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from raccord.settings import Settings
from raccord.storage.objects.keys import checked, checked_prefix
from raccord.storage.objects.port import (
    ObjectInfo,
    ObjectMissing,
    ObjectRefused,
    ObjectsAway,
    Part,
    disposition,
    put_headers,
)

ABSENT = {"404", "NoSuchKey", "NotFound"}
CHUNK = 1024 * 1024
PROBE = "t/00000000-0000-0000-0000-000000000000/doctor/probe"


class S3Objects:
    """`settings` name endpoint, bucket and keys. One client; boto3's are safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._bucket = settings.s3_bucket or ""
        self._client = _client(settings, settings.s3_endpoint)
        public = settings.s3_public_endpoint
        # The host is part of the signature: what others shall call is signed for the host that they call.
        self._signer = _client(settings, public) if public else self._client

    def __repr__(self) -> str:
        return f"S3Objects({self._bucket})"

    def put(self, key: str, content: bytes | BinaryIO, *, content_type: str) -> None:
        with _told():
            self._client.put_object(
                Bucket=self._bucket, Key=checked(key), Body=content, ContentType=content_type
            )

    def get(self, key: str) -> bytes:
        with _told(key):
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=checked(key))["Body"].read()
            return body

    def info(self, key: str) -> ObjectInfo | None:
        try:
            with _told(key):
                found = self._client.head_object(Bucket=self._bucket, Key=checked(key))
        except ObjectMissing:
            return None
        return ObjectInfo(
            key, found["ContentLength"], found.get("ContentType", ""), found["ETag"].strip('"'), found["LastModified"]
        )  # fmt: skip

    def delete(self, key: str) -> None:
        with _told():
            self._client.delete_object(Bucket=self._bucket, Key=checked(key))

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        with _told():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=checked_prefix(prefix)
            )
            for page in pages:
                for one in page.get("Contents", ()):
                    yield ObjectInfo(one["Key"], one["Size"], "", one["ETag"].strip('"'), one["LastModified"])

    def signed_get(
        self, key: str, *, seconds: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        given: dict[str, Any] = {}
        if filename is not None:
            given["ResponseContentDisposition"] = disposition(filename)
        if content_type is not None:
            given["ResponseContentType"] = content_type
        return self._sign("get_object", key, seconds, **given)

    def signed_put(self, key: str, *, seconds: int, content_type: str, size: int, sha256: str) -> str:
        return self._sign(
            "put_object",
            key,
            seconds,
            ContentType=content_type,
            ContentLength=size,
            ChecksumSHA256=put_headers(content_type, sha256)["x-amz-checksum-sha256"],
        )

    def begin(self, key: str, *, content_type: str) -> str:
        with _told():
            begun = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=checked(key), ContentType=content_type
            )
        upload: str = begun["UploadId"]
        return upload

    def signed_part(self, key: str, upload: str, number: int, *, seconds: int, size: int) -> str:
        return self._sign("upload_part", key, seconds, UploadId=upload, PartNumber=number, ContentLength=size)

    def parts(self, key: str, upload: str) -> Sequence[Part]:
        with _told(key, {"NoSuchUpload"}):
            pages = self._client.get_paginator("list_parts").paginate(
                Bucket=self._bucket, Key=checked(key), UploadId=upload
            )
            return [
                Part(one["PartNumber"], one["Size"], one["ETag"].strip('"'))
                for page in pages
                for one in page.get("Parts", ())
            ]

    def finish(self, key: str, upload: str, *, size: int, sha256: str) -> None:
        found = self.parts(key, upload)
        if sum(part.size for part in found) != size:
            raise ObjectRefused(f"{sum(part.size for part in found)} bytes instead of {size}")
        listed = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in found]
        with _told(key, {"NoSuchUpload"}):
            self._client.complete_multipart_upload(
                Bucket=self._bucket, Key=checked(key), UploadId=upload, MultipartUpload={"Parts": listed}
            )
            # S3's own sum of an upload in parts is a sum of sums, so we read what it joined.
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            digest = hashlib.sha256()
            for chunk in body.iter_chunks(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != sha256:
            self.delete(key)
            raise ObjectRefused("the parts are not the promised content")

    def abandon(self, key: str, upload: str) -> None:
        try:
            with _told(key, {"NoSuchUpload"}):
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=checked(key), UploadId=upload)
        except ObjectMissing:
            return

    def abandon_older(self, prefix: str, seconds: int) -> int:
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        with _told():
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=checked_prefix(prefix)
            )
            old = [
                (one["Key"], one["UploadId"])
                for page in pages
                for one in page.get("Uploads", ())
                if one["Initiated"] <= before
            ]
        for key, upload in old:
            self.abandon(key, upload)
        return len(old)

    def check(self) -> None:
        self.put(PROBE, b"raccord", content_type="text/plain")
        if self.get(PROBE) != b"raccord":
            raise ObjectsAway("what was written is not what is read")
        self.delete(PROBE)

    def _sign(self, act: str, key: str, seconds: int, **given: Any) -> str:
        parameters = {"Bucket": self._bucket, "Key": checked(key), **given}
        url: str = self._signer.generate_presigned_url(act, Params=parameters, ExpiresIn=seconds)
        return url


def _client(settings: Settings, endpoint: str | None) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=settings.s3_secret_key,
        region_name=settings.s3_region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # The checksums that boto3 adds by itself are refused by several services that are not Amazon's.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=3,
            read_timeout=30,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
    )


@contextmanager
def _told(key: str = "", absent: set[str] = ABSENT) -> Iterator[None]:
    """Turns boto3's errors into ours; `absent` are the codes that mean that there is nothing."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in absent | ABSENT:
            raise ObjectMissing(key) from None
        raise ObjectsAway(f"S3 answered {code}") from None
    except BotoCoreError as error:
        raise ObjectsAway(type(error).__name__) from None
