"""Measurements against a baseline in the same run; `python -m benchmarks` prints them."""

import os
import sys

from launch.environment import django_environment
from launch.places import SOURCES

# Both this process and those it starts find the product's packages.
os.environ["PYTHONPATH"] = django_environment()["PYTHONPATH"]
sys.path.insert(0, str(SOURCES))
