"""Builds an e-mail with the contract attached as a DOCX file."""

from email.message import EmailMessage
from email.policy import SMTP

from samples import word
from samples.source import Source

_WORD_TYPE = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")


def message(source: Source) -> bytes:
    """A plain text message with one attachment; boundaries and ids are fixed."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = source.mail["sender"]
    mail["To"] = source.mail["recipient"]
    mail["Subject"] = source.mail["subject"]
    mail["Date"] = source.date.strftime("%a, %d %b %Y 16:42:00 +0000")
    mail["Message-ID"] = f"<{source.date:%Y%m%d}.1642@{source.mail['sender'].split('@')[1].rstrip('>')}>"
    mail.set_content(source.mail["message"])
    main, sub = _WORD_TYPE
    mail.add_attachment(word.document(source), maintype=main, subtype=sub, filename=source.mail["attachment"])
    mail.set_boundary("=_clausewatch_sample")
    return mail.as_bytes()
