"""`python -m sandbox.talend URL CONNECTION FOLDER`: pushes the export files of a folder, as a Talend job would.

The API key (scope `push`) comes from the environment: RACCORD_API_KEY.
"""

import argparse
import os
import sys
from pathlib import Path

import httpx

from sandbox.talend.job import Job, JobFailed


def main() -> int:
    parser = argparse.ArgumentParser(prog="sandbox.talend", description=__doc__)
    parser.add_argument("url", help="where the platform is reached, e.g. http://127.0.0.1:8000")
    parser.add_argument("connection", help="id of the connection of the kind “ERP that pushes”")
    parser.add_argument("folder", type=Path, help="with familles, articles, tarifs, stock and clients.csv")
    given = parser.parse_args()
    key = os.environ.get("RACCORD_API_KEY", "")
    if not key:
        parser.error("put an API key with the scope “push” into RACCORD_API_KEY")
    with httpx.Client(base_url=given.url, timeout=60) as client:
        job = Job(client, key, given.connection)
        try:
            job.run(given.folder)
        except JobFailed as error:
            print(error, file=sys.stderr)
            return 1
    for one in job.refused:
        print(f"{one['stream']}, lot {one['batch']}, ligne {one['row']} : {one['message']['fr']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
