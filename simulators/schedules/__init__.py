"""Schedules: the real rules of `control/` over a network that loses, holds back, doubles and reorders, judged by the truth.

A light world without the agent around the rules, so that thousands of seeds fit into a minute; `simulators/world.py` has the
whole agent, some hundred times slower. Time is the world's own; the ship's clocks drift from it and jump.
"""
