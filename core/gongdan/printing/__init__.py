"""Printing: papers become PDF, QR codes and filled Word files; what stands on a paper is decided elsewhere."""
