"""Addresses of the registry."""

from django.urls import path

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
    path(".well-known/webfinger", WebFingerView.as_view(), name="webfinger"),
]
