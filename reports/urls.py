"""Addresses of reports."""

from django.urls import path

from reports.views import ReportsView

urlpatterns = [path("v1/reports", ReportsView.as_view(), name="reports")]
