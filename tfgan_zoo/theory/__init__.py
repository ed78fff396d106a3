"""The theory behind the models, made executable: functions with exact values, and experiments on real games."""

from tfgan_zoo.theory import principled_gan_analysis

__all__ = ["principled_gan_analysis"]
