"""The office's pages about money that leaves the custody accounts: payment orders (付款通知)."""
