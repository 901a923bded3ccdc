"""The pages of Sijill, by address."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
