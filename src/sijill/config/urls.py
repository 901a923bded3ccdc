"""Every address of the house; the doors list their own."""

from django.urls import include, path

urlpatterns = [path("", include("sijill.interfaces.web.urls"))]
