"""Amazon ► catalog: placeholder."""


def load_due(account):
    return account
