"""Addresses of the registry."""

from django.urls import path

from registry.views import ChallengesView, HandleView, RegisterView, WebFingerView

urlpatterns = [
    path("v1/register", RegisterView.as_view(), name="register"),
    path("v1/u/<str:handle>", HandleView.as_view(), name="look-up"),
    path("v1/challenges", ChallengesView.as_view(), name="challenges"),
    path(".well-known/webfinger", WebFingerView.as_view(), name="webfinger"),
]
