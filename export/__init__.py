"""Export: a trained model as a SavedModel for TF Serving or as a TFLite file, and the proof that it computes the same.

Importing this package loads no TensorFlow; the first export does.
"""

from tfgan_zoo.export.lite import load_tflite, tflite
from tfgan_zoo.export.report import Check, Report
from tfgan_zoo.export.saved import saved_model
from tfgan_zoo.export.verification import verify

__all__ = ["Check", "Report", "load_tflite", "saved_model", "tflite", "verify"]
