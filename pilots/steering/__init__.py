"""Steering: figures that can be opened, and the rows behind them."""
