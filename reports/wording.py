"""What opened messages say, in words for operators."""

from kezproto.bodies import Body, FileBody, ReceiptBody, TextBody


def words_of(body: Body) -> str:
    """What stands in it. Of files only what they are called: their keys are nobody's business, here as elsewhere."""
    match body:
        case TextBody():
            return body.text
        case FileBody():
            return f"A file: {body.filename} ({body.mime}, {body.size} bytes)"
        case ReceiptBody():
            return f"A receipt: {body.status}"
    return "Something that a newer release may understand."
