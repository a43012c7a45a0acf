"""The office's pages about money that leaves the custody accounts: payment orders (付款通知), and what is
owed for cancelled houses (房屋注销返还).
"""
