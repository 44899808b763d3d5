"""What the webservice answers when it refuses: a status, PrestaShop's own number, a sentence."""


class Refusal(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message


def invalid(field: str, why: str) -> Refusal:
    return Refusal(400, 85, f'Validation error: "Property {field} is not valid" ({why})')


def missing(field: str) -> Refusal:
    return Refusal(400, 41, f'parameter "{field}" required')


def unknown(number: object) -> Refusal:
    return Refusal(404, 92, f"This {number} id does not exist")
