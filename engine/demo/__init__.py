"""The demo: a throw-away workspace with simulated traffic that says of itself that it is simulated."""

from .folder import demo_folder, remove_stale
from .simulation import DemoPort, Simulation
from .traffic import Step
from .workspace import DemoPlace, furnish

__all__ = ["DemoPlace", "DemoPort", "Simulation", "Step", "demo_folder", "furnish", "remove_stale"]
