from django.urls import path

from . import views

urlpatterns = [
    path("konto/utskick/", views.mail_preferences, name="mail_preferences"),
    path("utskick/", views.outbox_list, name="outbox_list"),
    path("utskick.csv", views.outbox_csv, name="outbox_csv"),
    path("utskick/avsluta/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("utskick/<int:pk>/", views.message_detail, name="message_detail"),
    path("utskick/<int:pk>/skicka-igen/", views.message_send_again, name="message_send_again"),
    path("utskick/<int:pk>/kom-fram/", views.message_arrived, name="message_arrived"),
]
