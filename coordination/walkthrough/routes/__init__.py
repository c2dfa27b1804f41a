"""The routes that can be played."""

from coordination.walkthrough.routes import bilateral, council, directive
from coordination.walkthrough.routes.model import Route

ROUTES: dict[str, Route] = {route.name: route for route in (bilateral.ROUTE, council.ROUTE, directive.ROUTE)}
