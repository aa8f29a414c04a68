"""The partner's key of a request: checked before a byte of the body is read."""

from __future__ import annotations

from flask import g, request

from payments_hub.domain.keys import KeyScope
from payments_hub.domain.languages import Words
from payments_hub.services.partners import KeyCheck, KeyState, authenticate, recognise
from payments_hub.services.security_events import Kind
from payments_hub.web.context import current_hub
from payments_hub.web.refusals import RefusalError
from payments_hub.web.refused import refused

_IN_ADDRESS = ("key", "api_key", "apikey", "access_token", "token")
_SCHEME = "bearer "
_KINDS = {
    KeyState.UNKNOWN: Kind.KEY_UNKNOWN,
    KeyState.REVOKED: Kind.KEY_REVOKED,
    KeyState.EXPIRED: Kind.KEY_EXPIRED,
}


def require_partner_key(scope: KeyScope | None) -> None:
    """
    Find the partner of this request by its key.

    Args:
        scope: What the key must be made for.

    Raises:
        RefusalError: 400 where a key is in the address, 401 without a good one; why it is not good is kept, not
            told. 403 with a good key that is not made for this.

    """
    _refuse_key_in_address()
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_SCHEME):
        raise _missing_key()
    hub = current_hub()
    with hub.database.transaction() as session:
        check = authenticate(session, header[len(_SCHEME) :].strip(), hub.clock.now())
    if check.state is not KeyState.GOOD:
        refused(_KINDS[check.state], actor=_named(check), partner=check.partner)
        raise _missing_key()
    if scope not in check.scopes:
        refused(Kind.KEY_SCOPE, actor=_named(check), partner=check.partner)
        raise _missing_scope()
    g.partner, g.key = check.partner, check


def _refuse_key_in_address() -> None:
    disclosed = next((request.args[name] for name in _IN_ADDRESS if name in request.args), None)
    if disclosed is not None:
        hub = current_hub()
        with hub.database.transaction() as session:
            check = recognise(session, disclosed, hub.clock.now())
        refused(Kind.KEY_IN_ADDRESS, actor=_named(check), partner=check.partner)
        advice = Words(
            "Khóa nằm trong địa chỉ sẽ lọt vào nhật ký của máy chủ. Hãy coi khóa này là đã lộ, xin khóa mới và gửi "
            "trong tiêu đề Authorization.",
            "A key in the address ends in servers' logs. Treat this key as disclosed, ask for a new one, and send it "
            "in the Authorization header.",
        )
        raise RefusalError(400, "KEY_IN_ADDRESS", advice)


def _named(check: KeyCheck) -> str | None:
    """Name the key whose secret was given; its prefix is no secret."""
    return None if check.prefix is None else f"key:{check.prefix}"


def _missing_key() -> RefusalError:
    return RefusalError(
        401,
        "KEY_NEEDED",
        Words(
            "Cần một khóa còn hiệu lực: Authorization: Bearer <khóa>.",
            "A valid key is needed: Authorization: Bearer <key>.",
        ),
        headers=(("WWW-Authenticate", 'Bearer realm="payments-hub"'),),
    )


def _missing_scope() -> RefusalError:
    return RefusalError(
        403,
        "SCOPE_NEEDED",
        Words(
            "Khóa này không được cấp cho việc đó. Hãy dùng khóa có đúng quyền (gửi hoặc đọc), hoặc tạo khóa mới.",
            "This key was not made for that. Use one with the right scope (send or read), or make a new one.",
        ),
    )
