"""Datasets: addresses for uploads, the uploads, and datasets made of them."""

from __future__ import annotations

from typing import cast
from uuid import uuid4

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.facades.gradient.addresses import whole_address
from evalhub.facades.gradient.datasets import dataset_of_upload
from evalhub.facades.gradient.shapes import DatasetIn, UploadsIn
from evalhub.facades.gradient.translate.test_cases import dataset_object
from evalhub.facades.gradient.translate.words import moment
from evalhub.facades.gradient.uploads import Place, Readable, check_size, new_place, receive
from evalhub.facades.gradient.views.base import GradientView
from runs.models import DatasetVersion


class UploadAddresses(GradientView):
    """A signed address for each file to be uploaded."""

    def post(self, request: Request) -> Response:
        files = self.body(UploadsIn)["files"]
        require_right(self.person, Right.EDIT_DATASET, self.account.home)
        for file in files:
            check_size(file.get("file_size") or 0)
        uploads = [self._upload(file["file_name"], new_place(self.account.team)) for file in files]
        return Response({"request_id": str(uuid4()), "uploads": uploads})

    def _upload(self, file_name: str, place: Place) -> dict[str, str | None]:
        path = reverse("gradient:upload", args=[place.name])
        return {
            "original_file_name": file_name,
            "object_key": place.object_key,
            "presigned_url": whole_address(self.request, f"{path}?signature={place.signature}"),
            "expires_at": moment(place.expires_at),
        }


class Upload(GradientView):
    """Takes one file, from whoever holds the signed address; the body is never read as a whole."""

    authentication_classes = ()
    permission_classes = ()

    def put(self, request: Request, name: str) -> Response:
        body = request._request  # noqa: SLF001  # the stream below the parsers, which know no CSV
        receive(name, request.query_params.get("signature", ""), cast(Readable, body))
        return Response({})


class DatasetList(GradientView):
    """The datasets, newest first; a new one of an uploaded file."""

    def get(self, request: Request) -> Response:
        datasets = list(self.account.datasets().order_by("-pk"))
        contents = {found.dataset_id: found for found in DatasetVersion.objects.newest_of_each(datasets)}
        shown = [dataset_object(dataset, contents.get(dataset.pk)) for dataset in datasets]
        wanted = {"true": True, "false": False}.get(request.query_params.get("has_ground_truth", "").lower())
        return Response({"evaluation_datasets": [one for one in shown if wanted in {None, one["has_ground_truth"]}]})

    def post(self, request: Request) -> Response:
        asked = self.body(DatasetIn)
        file = asked["file_upload_dataset"]
        dataset = dataset_of_upload(
            self.account,
            name=asked["name"],
            file_name=file["original_file_name"],
            object_key=file["stored_object_key"],
        )
        return Response({"evaluation_dataset_uuid": str(dataset.uuid)})
