"""Frames to pictures, tables and pages."""
