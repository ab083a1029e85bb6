"""What people are told of transfers by e-mail. Pure: decisions and texts; others read and send."""
