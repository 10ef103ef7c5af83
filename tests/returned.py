"""Mail that comes back, as mail servers write it."""

from collections.abc import Sequence

TOKEN = "abcdefgh2345"
ADDRESS = "ana@example.net"


def report(
    *,
    token: str = TOKEN,
    action: str = "failed",
    status: str = "5.1.1",
    recipients: Sequence[str] = (ADDRESS,),
    original: str = "",
    to: str = "",
    letter: str = "<digest-2026-01.7.ab12@example.org>",
    diagnostic: str = "smtp; 550 5.1.1 user unknown",
    message_id: str = "<r1@mx.example.net>",
) -> bytes:
    """A delivery report as Postfix writes it."""
    blocks = "\n".join(
        (f"Original-Recipient: rfc822;{original}\n" if original else "")
        + f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
        for recipient in recipients
    )
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to or f"bounces+{token}@example.org"}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4B2C.1/mx.example.net"
Message-Id: {message_id}

This is a MIME-encapsulated message.

--4B2C.1/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4B2C.1/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4B2C
Arrival-Date: Sun,  1 Feb 2026 08:30:00 +0000 (UTC)

{blocks}
--4B2C.1/mx.example.net
Content-Description: Undelivered Message
Content-Type: text/rfc822-headers

From: ALIA Watch <alia-watch@example.org>
To: ana@example.net
Subject: ALIA: enero de 2026
Message-ID: {letter}
List-Unsubscribe: <https://watch.example.org/leave/xyz>, <mailto:leave@example.org?subject=leave%20{token}>

--4B2C.1/mx.example.net--
""".replace("\n", "\r\n").encode()
