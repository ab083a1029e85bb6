"""What a movement of a bank account or a PSP pays, and who has to be asked."""
