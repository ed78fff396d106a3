"""The theory behind the models, made executable: functions with exact values, and experiments on real games."""
