from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "kraftsamling.places"
    label = "places"
