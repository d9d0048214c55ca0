"""The page of one's notices, and what is done with them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from evalhub.accounts.http import MemberRequest
from evalhub.core.htmx import render_page
from evalhub.core.letters import sends_mail
from evalhub.core.paging import Page
from evalhub.notices import mailing, services
from evalhub.notices.models import Notice

_PAGE_SIZE = 50
# The bell says "99+" from here on: nobody's page waits for a long count.
_MOST_COUNTED = 100
_STOP_ASKING = 286


@require_safe
@login_required
def notice_list(request: MemberRequest) -> HttpResponse:
    own = Notice.objects.visible_to(request.user)
    is_unread_only = request.GET.get("show") == "unread"
    rows = own.unread() if is_unread_only else own
    page = Page.of(
        request.GET, number=max(_number(request.GET.get("page", "")), 1), size=_PAGE_SIZE, total=rows.count()
    )
    return render_page(
        request,
        "notices/notice_list.html",
        notices=rows.for_list()[page.first - 1 if page.total else 0 : page.last],
        page=page,
        is_unread_only=is_unread_only,
        unread=own.unread().count(),
        sends_mail=sends_mail(),
        wants_mail=mailing.wants_mail(request.user),
    )


def _number(text: str) -> int:
    """The number that was sent; 0, which nothing has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """How many notices are unread; every open page asks, until its person has signed out."""
    if not request.user.is_authenticated:
        return HttpResponse(status=_STOP_ASKING)
    unread = Notice.objects.visible_to(request.user).unread()[:_MOST_COUNTED].count()
    shown = f"{_MOST_COUNTED - 1}+" if unread == _MOST_COUNTED else unread
    return render(request, "notices/_bell_count.html", {"unread": shown})


@require_safe
@login_required
def notice_detail(request: MemberRequest, notice_id: int) -> HttpResponse:
    """Go where the notice leads; whoever went there has read it."""
    own = Notice.objects.visible_to(request.user).filter(id=notice_id)
    notice = get_object_or_404(own)
    services.mark_read(own)
    return redirect(notice.address)


@require_POST
@login_required
def notice_reading(request: MemberRequest) -> HttpResponse:
    """Mark one notice as read, or, where none is named, all of them."""
    own = Notice.objects.visible_to(request.user)
    named = request.POST.get("notice", "")
    if named:
        own = own.filter(id=get_object_or_404(own, id=_number(named)).pk)
    services.mark_read(own)
    return redirect("notices:notice_list")


@require_POST
@login_required
def mail_wish(request: MemberRequest) -> HttpResponse:
    is_wanted = request.POST.get("wanted") == "yes"
    services.set_mail(request.user, is_wanted=is_wanted)
    messages.success(request, "You get notices by mail." if is_wanted else "You get no more mail; notices stay here.")
    return redirect("notices:notice_list")
