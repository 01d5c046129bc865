"""What a robot reads in a PDF, compared with what was meant: the certificate, its human report, the receipt."""
