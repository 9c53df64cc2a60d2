"""Addresses of the registry."""

from django.urls import path

from registry.transparency_views import TransparencyKeyView, TransparencyView
from registry.views import (
    ChallengesView,
    HandleView,
    RegisterView,
    RegistrationStateView,
    RegistrationView,
    WebFingerView,
)

urlpatterns = [
    path("v1/register", RegisterView.as_view(), name="register"),
    path("v1/registration", RegistrationView.as_view(), name="registration"),
    path("v1/registration/state", RegistrationStateView.as_view(), name="registration-state"),
    path("v1/u/<str:handle>", HandleView.as_view(), name="look-up"),
    path("v1/challenges", ChallengesView.as_view(), name="challenges"),
    path("v1/transparency", TransparencyView.as_view(), name="transparency"),
    path(".well-known/kez-transparency.json", TransparencyKeyView.as_view(), name="transparency-key"),
    path(".well-known/webfinger", WebFingerView.as_view(), name="webfinger"),
]
