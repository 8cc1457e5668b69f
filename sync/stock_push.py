"""Stock ► Amazon: placeholder."""


def push(account):
    return account
