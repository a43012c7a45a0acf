"""How personal data is shown to those who need not see it whole: the one place that decides what stays visible."""


def mask_name(name: str) -> str:
    """张三 -> 张＊; 欧阳明远 -> 欧＊＊＊. Organisations are not personal data: pass them by."""
    return name[:1] + "＊" * (len(name) - 1)


def mask_id_number(number: str) -> str:
    """510502199001011234 -> 5105**********1234 is too much for most readers: first 6 and last 4 hidden by half."""
    return number[:4] + "*" * max(len(number) - 8, 0) + number[-4:] if len(number) > 8 else "*" * len(number)


def mask_phone(phone: str) -> str:
    """13812345678 -> 138****5678."""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 7 else "*" * len(phone)


def mask_bank_account(number: str) -> str:
    """Only the last four digits stay."""
    return "*" * max(len(number) - 4, 0) + number[-4:]


def mask_email(address: str) -> str:
    """wang@example.com -> w***@example.com."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}" if name else "*" * len(address)


def mask_address(address: str) -> str:
    """A telephone number or an e-mail address, whichever it is."""
    return mask_email(address) if "@" in address else mask_phone(address)
