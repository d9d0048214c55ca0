"""Pages about a project's webhooks and their deliveries."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from evalhub.webhooks import services
from evalhub.webhooks.forms import WebhookForm
from evalhub.webhooks.log import deliveries_shown, last_deliveries, shown_body
from evalhub.webhooks.models import Delivery, Webhook

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@login_required
def webhook_list(request: MemberRequest, project_id: int) -> HttpResponse:
    """Who is told; every member may see it, without secrets."""
    project = _project(request, project_id)
    return render_page(
        request,
        "webhooks/webhook_list.html",
        project=project,
        rows=last_deliveries(project),
        may_configure=may(request.user, Right.CONFIGURE, project),
    )


@require_http_methods(_GET_OR_POST)
@never_cache
@login_required
def webhook_create(request: MemberRequest, project_id: int) -> HttpResponse:
    """The form; a POST makes the webhook and shows its secret this one time."""
    project = _project(request, project_id)
    require_right(request.user, Right.CONFIGURE, project)
    form = WebhookForm(request.POST or None)
    if request.method == "POST":
        issued = saved(form, lambda: services.create_webhook(project=project, values=form.values, by=request.user))
        if issued:
            return _secret_page(request, issued)
    return render_page(request, "webhooks/webhook_create.html", project=project, form=form)


@require_http_methods(_GET_OR_POST)
@login_required
def webhook_detail(request: MemberRequest, webhook_id: int) -> HttpResponse:
    """The form with the log of deliveries below; a POST changes the webhook."""
    webhook = _webhook(request, webhook_id)
    form = WebhookForm(request.POST or None, webhook=webhook)
    if request.method == "POST":
        require_right(request.user, Right.CONFIGURE, webhook.project)
        if saved(form, lambda: services.edit_webhook(webhook, values=form.values, by=request.user)):
            messages.success(request, "The webhook is changed; events from now on go by it.")
            return redirect("webhooks:webhook_detail", webhook.pk)
        webhook.refresh_from_db()
    return render_page(
        request,
        "webhooks/webhook_detail.html",
        partial="webhook-deliveries",
        project=webhook.project,
        webhook=webhook,
        form=form,
        log=deliveries_shown(webhook, page=request.GET.get("page")),
        may_configure=may(request.user, Right.CONFIGURE, webhook.project),
    )


@require_POST
@never_cache
@login_required
def webhook_secret(request: MemberRequest, webhook_id: int) -> HttpResponse:
    """Make a new secret, and show it this one time."""
    return _secret_page(request, services.renew_secret(_webhook(request, webhook_id), by=request.user))


@require_POST
@login_required
def webhook_test(request: MemberRequest, webhook_id: int) -> HttpResponse:
    webhook = _webhook(request, webhook_id)
    services.send_test(webhook, by=request.user)
    messages.success(request, "A test event is on its way; the log shows what comes of it.")
    return redirect("webhooks:webhook_detail", webhook.pk)


@require_POST
@login_required
def webhook_deletion(request: MemberRequest, webhook_id: int) -> HttpResponse:
    webhook = _webhook(request, webhook_id)
    services.delete_webhook(webhook, by=request.user)
    messages.success(request, f"{webhook} is told of nothing more.")
    return redirect("webhooks:webhook_list", webhook.project_id)


@require_safe
@login_required
def webhook_delivery(request: MemberRequest, delivery_id: int) -> HttpResponse:
    """What was said and what was answered."""
    delivery = _delivery(request, delivery_id)
    project = delivery.webhook.project
    return render_page(
        request,
        "webhooks/webhook_delivery.html",
        project=project,
        webhook=delivery.webhook,
        delivery=delivery,
        shown_body=shown_body(delivery),
        may_configure=may(request.user, Right.CONFIGURE, project),
    )


@require_POST
@login_required
def webhook_redelivery(request: MemberRequest, delivery_id: int) -> HttpResponse:
    delivery = services.redeliver(_delivery(request, delivery_id), by=request.user)
    messages.success(request, "The event is on its way again, under its old id.")
    return redirect("webhooks:webhook_detail", delivery.webhook_id)


def _secret_page(request: MemberRequest, issued: services.IssuedSecret) -> HttpResponse:
    project = issued.webhook.project
    return render_page(request, "webhooks/webhook_secret.html", project=project, issued=issued)


def _project(request: MemberRequest, project_id: int) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)


def _webhook(request: MemberRequest, webhook_id: int) -> Webhook:
    webhooks = Webhook.objects.visible_to(request.user).select_related("project__team")
    return get_object_or_404(webhooks, id=webhook_id)


def _delivery(request: MemberRequest, delivery_id: int) -> Delivery:
    deliveries = Delivery.objects.visible_to(request.user).select_related("webhook__project__team")
    return get_object_or_404(deliveries, id=delivery_id)
