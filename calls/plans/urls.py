"""Addresses of the call plan's editor, below the hotline's own."""

from django.urls import path

from calls.plans import views

app_name = "plans"
urlpatterns = [
    path("<slug:slug>/plan/", views.plan, name="plan"),
    path("<slug:slug>/plan/add/", views.add, name="add"),
    path("<slug:slug>/plan/begin/", views.begin, name="begin"),
    path("<slug:slug>/plan/try/", views.trial, name="try"),
    path("<slug:slug>/plan/publish/", views.publish, name="publish"),
    path("<slug:slug>/plan/discard/", views.discard, name="discard"),
    path("<slug:slug>/plan/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:slug>/plan/history/", views.history, name="history"),
    path("<slug:slug>/plan/history/<int:version>/", views.bring_back, name="bring_back"),
    path("<slug:slug>/plan/change/<slug:place>/", views.change, name="change"),
]
