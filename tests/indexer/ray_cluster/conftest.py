"""Ray reads its settings when it is imported."""

import os

from tests.ray_head import SETTINGS

os.environ.update(SETTINGS)
