"""The public pages, the sign-up and the metrics, in the daemon. Without JavaScript, cookies or third parties."""
