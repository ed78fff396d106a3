"""Export: models and evaluators for TF Serving, models as TFLite files, and the proof that they compute the same.

Importing this package loads no TensorFlow; the first export does.
"""

from tfgan_zoo.export.extractor import extractor, verify_extractor
from tfgan_zoo.export.lite import load_tflite, tflite
from tfgan_zoo.export.report import Check, Report
from tfgan_zoo.export.saved import saved_model
from tfgan_zoo.export.verification import verify

__all__ = ["Check", "Report", "extractor", "load_tflite", "saved_model", "tflite", "verify", "verify_extractor"]
