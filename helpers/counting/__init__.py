"""Frames to frames: what the tables say, with intervals."""
