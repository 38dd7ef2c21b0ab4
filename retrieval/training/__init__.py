"""Data, training, export and calibration of the reader; never imported at run time."""
