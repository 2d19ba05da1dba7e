"""The errors of the search_app package, one documented tree."""


class SearchAppError(Exception):
    """Base of every error that this package raises on purpose; each is a wrong use."""


class SettingsError(SearchAppError, ValueError):
    """A setting has a value that cannot be used; names the variable, the value and what was expected."""


class BadRequestError(SearchAppError, ValueError):
    """A search parameter is wrong; names the parameter, the value and what was expected."""


class AddressInUseError(SearchAppError):
    """The web server cannot listen at its address; says why and what to try."""

    def __init__(self, host: str, port: int, cause: OSError) -> None:
        super().__init__(
            f"cannot listen at {host}:{port} ({cause.strerror or cause}); try another --port, or 0 for any"
        )
