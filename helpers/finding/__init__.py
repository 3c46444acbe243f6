"""Articles to rows: names, statements, tone, acts. What annotations depend on is this folder, with helpers/text.py and
helpers/scheme.py.
"""
