"""Commands of manage.py about the site."""
